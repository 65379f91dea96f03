import { concat, EMPTY, mergeMap, type Observable, of, take } from 'rxjs';
import type { BotEvent, CallEvent } from '../events.ts';
import type { ReplyContext } from '../replyContext.ts';
import { say } from './say.ts';

type Reason = Extract<CallEvent, { readonly type: 'call.ended' }>['reason'];

/**
 * Ends the call, after a goodbye if there is one. If the reason is silence, the user may interrupt the goodbye, even
 * by a voice without words yet, and the call goes on.
 */
export const hangUp = (
  call: ReplyContext,
  reason: Reason,
  goodbye: string | undefined,
): Observable<BotEvent | CallEvent> => {
  const ended: CallEvent = { type: 'call.ended', reason };
  const goodbye$ =
    goodbye === undefined ? EMPTY : say(call, { text: goodbye, interruptible: reason === 'idle' });
  if (reason !== 'idle') return concat(goodbye$, of(ended));
  return concat(
    goodbye$,
    call.userSpeaks$.pipe(
      take(1),
      mergeMap(speaks => (speaks ? EMPTY : of(ended))),
    ),
  );
};
