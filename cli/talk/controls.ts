import { EMPTY, filter, merge, type Observable, share, tap } from 'rxjs';
import type { MicrophoneState } from '../view/statusLines.ts';
import { pushToTalk } from './pushToTalk.ts';

/** Commands and states that the keys of a call control. */
export interface Controls {
  /** Follows the keys while it is subscribed. */
  readonly followed$: Observable<unknown>;
  /** Whether the user is listened to. */
  readonly listening: () => MicrophoneState;
  /** Silences the bot. */
  readonly interrupt$: Observable<unknown>;
  /** The user has released the space bar: the turn is over. */
  readonly endTurn$: Observable<unknown>;
  /** The user hangs up. */
  readonly hangUp$: Observable<unknown>;
  /** The keys, described for a person. */
  readonly keys: string;
}

/** Ctrl-C and Ctrl-D, as the bytes of a terminal in raw mode. */
const [ctrlC, ctrlD] = ['\u0003', '\u0004'];

/**
 * The keys of a call: m mutes, i interrupts the bot, q hangs up, Ctrl-C is the signal it always is; the space bar opens the
 * microphone where it is closed to begin with, and interrupts the bot, too.
 */
export function controls(key$: Observable<string>, { spaceBar }: { readonly spaceBar: boolean }): Controls {
  const shared$ = key$.pipe(share());
  const pressed = (...keys: readonly string[]): Observable<string> =>
    shared$.pipe(filter(key => keys.includes(key)));
  const open$ = pushToTalk(pressed(' ')).pipe(share());
  let muted = false;
  let open = !spaceBar;
  return {
    followed$: merge(
      pressed('m', 'M').pipe(tap(() => (muted = !muted))),
      pressed(ctrlC).pipe(tap(() => process.emit('SIGINT'))),
      ...(spaceBar ? [open$.pipe(tap(now => (open = now)))] : []),
    ),
    listening: () => (muted ? 'muted' : open ? 'on' : 'closed'),
    interrupt$: spaceBar ? merge(pressed('i', 'I'), open$.pipe(filter(Boolean))) : pressed('i', 'I'),
    endTurn$: spaceBar ? open$.pipe(filter(now => !now)) : EMPTY,
    hangUp$: pressed('q', 'Q', ctrlD),
    keys: `${spaceBar ? 'space talk · ' : ''}m mute · i interrupt · q hang up`,
  };
}
