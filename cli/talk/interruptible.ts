import {
  defer,
  endWith,
  ignoreElements,
  mergeMap,
  type Observable,
  merge,
  share,
  takeUntil,
  tap,
} from 'rxjs';
import { frameMs, type Stt, type Transcript } from '../../lib/index.ts';

/**
 * Speech recognition that also takes a key for a voice: the bot falls silent at once, as it does for a user who speaks,
 * and nothing is said by it.
 */
export const interruptible = (stt: Stt, interrupt$: Observable<unknown>): Stt =>
  Object.assign(
    ((frame$: Parameters<Stt>[0]) =>
      defer(() => {
        let at = 0;
        const transcript$ = frame$.pipe(
          tap(frame => (at += frameMs(frame))),
          stt,
          share(),
        );
        const over$ = transcript$.pipe(ignoreElements(), endWith(true));
        const key$ = interrupt$.pipe(
          mergeMap((): Transcript[] => [
            { type: 'speechStart', at },
            { type: 'utteranceEnd', end: at },
          ]),
          takeUntil(over$),
        );
        return merge(key$, transcript$);
      })) satisfies Stt as Stt,
    stt.warm$ && { warm$: stt.warm$ },
    stt.notice$ && { notice$: stt.notice$ },
    stt.session && { session: () => interruptible(stt.session!(), interrupt$) },
  );
