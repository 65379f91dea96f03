import { defer, map, type Observable, of, pipe, startWith, take } from 'rxjs';
import type { Llm } from '../../llm/message.ts';
import { toSpeakable } from '../../tts/speakable.ts';
import type { Tts } from '../../tts/tts.ts';
import type { BotEvent } from '../events.ts';
import { reply } from '../reply.ts';
import type { ReplyContext, Say } from '../replyContext.ts';

/** Says a text unasked, as turn 0, with the bot's voice, or with one that has the audio of the whole text. */
export const say = (
  call: ReplyContext,
  { text, interruptible = true }: Say,
  prepared?: Tts,
): Observable<BotEvent> =>
  defer(() => {
    const { filler, tools, ...engines } = call.engines;
    const { tts, operators } = engines;
    // Cut into sentences, each would be heard as the whole.
    const whole = pipe(
      take<string>(1),
      map(() => toSpeakable(text)),
    );
    const ledger = call.current.ledger();
    const llm: Llm = () => of({ type: 'token', text });
    const reply$ = reply(0, [], {
      ...engines,
      llm,
      ...(prepared === undefined
        ? { tts }
        : { tts: prepared, operators: { ...operators, sentences: whole } }),
      held$: call.held$.pipe(startWith(false)),
      ledger,
      userSpeaks$: call.userSpeaks$,
      toolRuns: call.toolRuns,
      inputOver$: call.inputOver$,
    });
    return call.current.run(0, reply$, ledger, !interruptible);
  });
