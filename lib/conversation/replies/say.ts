import { defer, type Observable, of, startWith } from 'rxjs';
import type { Llm } from '../../llm/message.ts';
import type { Tts } from '../../tts/tts.ts';
import type { BotEvent } from '../events.ts';
import { reply } from '../reply.ts';
import type { ReplyContext, Say } from '../replyContext.ts';

/** Says a text unasked, as turn 0, with the bot's voice or another. */
export const say = (
  call: ReplyContext,
  { text, interruptible = true }: Say,
  tts: Tts = call.engines.tts,
): Observable<BotEvent> =>
  defer(() => {
    const { filler, tools, ...engines } = call.engines;
    const ledger = call.current.ledger();
    const llm: Llm = () => of({ type: 'token', text });
    const reply$ = reply(0, [], {
      ...engines,
      llm,
      tts,
      held$: call.held$.pipe(startWith(false)),
      ledger,
      userSpeaks$: call.userSpeaks$,
      toolRuns: call.toolRuns,
      inputOver$: call.inputOver$,
    });
    return call.current.run(0, reply$, ledger, !interruptible);
  });
