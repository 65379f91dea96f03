import { defer, finalize, merge, mergeMap, type MonoTypeOperatorFunction, type Observable, of } from 'rxjs';
import { Subject, takeUntil } from 'rxjs';
import type { Notice, Noticing } from '../engine.ts';
import type { Stage } from '../errors.ts';
import type { ConversationEvent } from './events.ts';

/**
 * Adds to a call what the parts of it have to tell beside their work, for as long as the call lasts. What a voice's
 * service says was heard is for the conversation to place: `heard` gives the events of it.
 */
export const noticed =
  (
    parts: { readonly [Of in Stage]: unknown },
    heard: (text: string) => Observable<ConversationEvent>,
  ): MonoTypeOperatorFunction<ConversationEvent> =>
  event$ =>
    defer(() => {
      const over$ = new Subject<void>();
      const eventOf = (stage: Stage, notice: Notice): Observable<ConversationEvent> =>
        notice.type === 'heard'
          ? heard(notice.text)
          : notice.type === 'connected'
            ? of({ ...notice, type: 'call.connected', stage })
            : of({ type: 'call.warning', stage, message: notice.message });
      const notice$s = Object.entries(parts).flatMap(([stage, part]) =>
        notices(part).map(notice$ => notice$.pipe(mergeMap(notice => eventOf(stage as Stage, notice)))),
      );
      if (notice$s.length === 0) return event$;
      return merge(merge(...notice$s).pipe(takeUntil(over$)), event$.pipe(finalize(() => over$.next())));
    });

const notices = (part: unknown): Observable<Notice>[] => {
  const { notice$ } = (part ?? {}) as Noticing;
  return notice$ === undefined ? [] : [notice$];
};
