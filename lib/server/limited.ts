import {
  endWith,
  filter,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  startWith,
  switchMap,
  takeUntil,
  throwError,
  timer,
} from 'rxjs';
import type { ConversationEvent } from '../conversation/events.ts';
import { type CloseReason, closeCodes } from '../protocol/closeCodes.ts';

/** The server ends a call. */
export class CallOver extends Error {
  readonly code: number;

  constructor(reason: CloseReason, message: string) {
    super(message);
    this.code = closeCodes[reason];
  }
}

/** Events that show that the call is in use. */
const lively = new Set<ConversationEvent['type']>([
  'user.speaking',
  'user.interim',
  'user.said',
  'bot.audio',
  'bot.speaking',
  'bot.spoke',
]);

/** Ends a call that lasts too long, or in which neither side speaks, with `CallOver`. */
export const limits = (
  event$: Observable<ConversationEvent>,
  { callMs, idleMs }: { readonly callMs: number; readonly idleMs: number },
): Observable<never> => {
  const over = (reason: CloseReason, message: string) => throwError(() => new CallOver(reason, message));
  return merge(
    timer(callMs).pipe(mergeMap(() => over('tooLong', 'The call has lasted as long as a call may.'))),
    event$.pipe(
      filter(({ type }) => lively.has(type)),
      startWith(undefined),
      switchMap(() => timer(idleMs)),
      mergeMap(() => over('idle', 'Nothing was said for too long.')),
    ),
  ).pipe(ignoreElements(), takeUntil(event$.pipe(ignoreElements(), endWith(true))));
};
