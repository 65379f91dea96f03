import { concat, defer, EMPTY, type Observable, of, type OperatorFunction, tap } from 'rxjs';
import type { BotEvent, UserEvent } from '../events.ts';
import type { ReplyContext } from '../replyContext.ts';
import { say } from './say.ts';

/** Plays the apology of the call, if there is one and its audio is ready. */
const apologise = (call: ReplyContext, turn: number): Observable<BotEvent> => {
  const { apology } = call;
  const tts = apology?.tts;
  if (apology === undefined || tts === undefined) return EMPTY;
  const { text } = apology;
  return concat(of({ type: 'bot.apologised', turn, text } as const), say(call, { text }, tts));
};

/** Adds the apology to an answer that failed, unless the output failed. */
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
