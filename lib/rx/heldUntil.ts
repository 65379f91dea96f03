import { defer, dematerialize, materialize, merge, mergeMap, type MonoTypeOperatorFunction } from 'rxjs';
import { type Observable, type ObservableNotification, take } from 'rxjs';

/**
 * Subscribes at once, but buffers all values and the completion until the gate opens; afterwards everything passes.
 */
export const heldUntil =
  <Value>(gate$: Observable<unknown>): MonoTypeOperatorFunction<Value> =>
  source$ =>
    defer(() => {
      const held: ObservableNotification<Value>[] = [];
      let open = false;
      /** A value that arrives in answer to a buffered one waits for the rest of the buffer. */
      const drain = function* () {
        while (held.length > 0) yield held.shift()!;
        open = true;
      };
      return merge(
        gate$.pipe(
          take(1),
          mergeMap(() => drain()),
        ),
        source$.pipe(
          materialize(),
          mergeMap(notification => {
            if (open) return [notification];
            held.push(notification);
            return [];
          }),
        ),
      ).pipe(dematerialize());
    });
