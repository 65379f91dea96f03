import {
  defer,
  filter,
  map,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import { alongside } from '../rx/alongside.ts';
import type { Stt, SttEvent } from './stt.ts';

/** How long an engine has to end a turn that it is asked to end, ms: about half a second, as `Stt` says, and a margin. */
const answerMs = 700;

/**
 * Ends the user's turn whenever `endTurn$` emits: for push-to-talk, or a key of the telephone. An engine with `endTurn`
 * does it itself; for another, or one that does not answer, the words so far are the turn, and `positionMs` is where it
 * ends. Without words nothing happens: a voice is left to the engine until it has any.
 *
 * @example
 * mic$.pipe(stt, endingAtCommand(stt, released$, () => clock.positionMs), userTurns())
 */
export const endingAtCommand =
  (
    { endTurn }: Pick<Stt, 'endTurn'>,
    endTurn$: Observable<unknown>,
    positionMs: () => number,
  ): MonoTypeOperatorFunction<SttEvent> =>
  event$ =>
    defer(() => {
      let hasWords = false;
      let ends = 0;
      const asked$ = endTurn$.pipe(
        switchMap(() => {
          const at = { ends, positionMs: positionMs() };
          endTurn?.();
          return (endTurn === undefined ? of(0) : timer(answerMs)).pipe(map(() => at));
        }),
        filter(at => hasWords && at.ends === ends),
        map(({ positionMs: end }): SttEvent => {
          hasWords = false;
          return { type: 'utteranceEnd', end, decided: true };
        }),
      );
      return event$.pipe(
        tap(({ type }) => {
          if (type === 'interim' || type === 'final') hasWords = true;
          if (type !== 'utteranceEnd') return;
          hasWords = false;
          ends += 1;
        }),
        alongside(asked$),
      );
    });
