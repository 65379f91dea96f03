import { concat, defer, of, startWith, type Observable } from 'rxjs';
import type { Message } from '../../llm/message.ts';
import type { BotEvent, UserEvent } from '../events.ts';
import { remember } from '../history.ts';
import { reply } from '../reply.ts';
import { promptOf, type ReplyContext } from '../replyContext.ts';
import { withApology } from './apologise.ts';

type Said = Extract<UserEvent, { readonly type: 'user.said' }>;

/** Commits a turn of the user's and answers it; `history` is the conversation before it. */
export const answer = (
  call: ReplyContext,
  said: Said,
  history: readonly Message[],
): Observable<Said | BotEvent> =>
  defer(() => {
    const ledger = call.current.ledger();
    const messages = promptOf(call, remember(history, said));
    const reply$ = reply(said.turn, messages, {
      ...call.engines,
      held$: call.held$.pipe(startWith(false)),
      ledger,
      userSpeaks$: call.userSpeaks$,
      toolRuns: call.toolRuns,
      inputOver$: call.inputOver$,
    });
    return concat(of(said), call.current.run(said.turn, reply$, ledger).pipe(withApology(call)));
  });
