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
      return merge(
        gate$.pipe(
          take(1),
          mergeMap(() => {
            open = true;
            return held.splice(0);
          }),
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
