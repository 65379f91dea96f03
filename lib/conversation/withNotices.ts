import { catchError, defer, EMPTY, finalize, merge, mergeMap, type MonoTypeOperatorFunction } from 'rxjs';
import { type Observable, Subject, takeUntil } from 'rxjs';
import type { Notice, Noticing } from '../engine.ts';
import type { Stage } from '../errors.ts';
import type { ConversationEvent } from './events.ts';

/** A notice from a voice about the words of a reply. */
export type VoiceNotice = Extract<Notice, { readonly type: 'heard' | 'timed' | 'reworded' }>;

/**
 * Adds the notices of the engines, the input and the output to a call's events, for as long as the call lasts.
 * `voiced` maps notices about the words of a reply to events.
 */
export const withNotices =
  (
    parts: { readonly [Of in Stage]: unknown },
    voiced: (notice: VoiceNotice) => readonly ConversationEvent[],
  ): MonoTypeOperatorFunction<ConversationEvent> =>
  event$ =>
    defer(() => {
      const over$ = new Subject<void>();
      const eventsOf = (stage: Stage, notice: Notice): readonly ConversationEvent[] => {
        switch (notice.type) {
          case 'connected':
            return [{ ...notice, type: 'call.connected', stage }];
          case 'warning':
            return [{ type: 'call.warning', stage, message: notice.message }];
          default:
            return voiced(notice);
        }
      };
      const notice$s = Object.entries(parts).flatMap(([stage, part]) =>
        [part]
          .flat()
          .flatMap(notices)
          .map(notice$ =>
            notice$.pipe(
              catchError(() => EMPTY), // a failing notice stream must not end the call
              mergeMap(notice => eventsOf(stage as Stage, notice)),
            ),
          ),
      );
      if (notice$s.length === 0) return event$;
      return merge(merge(...notice$s).pipe(takeUntil(over$)), event$.pipe(finalize(() => over$.next())));
    });

const notices = (part: unknown): Observable<Notice>[] => {
  const { notice$ } = (part ?? {}) as Noticing;
  return notice$ === undefined ? [] : [notice$];
};
