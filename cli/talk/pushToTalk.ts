import { concat, defer, distinctUntilChanged, map, type Observable, of, startWith, switchMap } from 'rxjs';
import { timeInterval, timer } from 'rxjs';

/** The longest that a keyboard waits before it repeats a key that is held, ms. */
const firstRepeatMs = 700;
/** A key that is held repeats within this time, ms: when it doesn't, it was released. */
const repeatMs = 250;

/**
 * Whether the microphone is open, from the presses of a key: held, it is open until the key is released; pressed once,
 * until it is pressed again. A terminal reports presses only, so a held key is recognised by its repetition.
 */
export const pushToTalk = (press$: Observable<unknown>): Observable<boolean> =>
  defer(() => {
    let open = false;
    return press$.pipe(
      timeInterval(),
      switchMap(({ interval }) => {
        if (open && interval < firstRepeatMs)
          return concat(of(true), timer(repeatMs).pipe(map(() => (open = false))));
        open = !open;
        return of(open);
      }),
      startWith(false),
      distinctUntilChanged(),
    );
  });
