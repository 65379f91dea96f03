import { concat, defer, EMPTY, type Observable, of, type OperatorFunction, tap } from 'rxjs';
import type { BotEvent, UserEvent } from '../events.ts';
import type { ReplyContext } from '../replyContext.ts';
import { say } from './say.ts';

/** Says the apology of the call, if there is one and its audio is at hand. */
const apologise = (call: ReplyContext, turn: number): Observable<BotEvent> => {
  const { apology } = call;
  const tts = apology?.tts;
  if (apology === undefined || tts === undefined) return EMPTY;
  const { text } = apology;
  return concat(of({ type: 'bot.apologised', turn, text } as const), say(call, { text }, tts));
};

/** An answer, and the apology when it failed. Where the output is what failed, nothing can be said. */
export const withApology =
  <Event extends BotEvent | UserEvent>(call: ReplyContext): OperatorFunction<Event, Event | BotEvent> =>
  event$ =>
    defer(() => {
      let failed: number | undefined;
      return concat(
        event$.pipe(
          tap(event => {
            if (event.type === 'turn.failed' && event.stage !== 'output') failed = event.turn;
          }),
        ),
        defer(() => (failed === undefined ? EMPTY : apologise(call, failed))),
      );
    });
