import { EMPTY, filter, map, merge, type Observable, timer } from 'rxjs';
import type { AudioClock } from '../audio/audioClock.ts';
import { normalised } from '../stt/sameWords.ts';
import type { UserTurnEvent } from '../stt/userTurns.ts';
import type { Command } from './command.ts';
import type { UserEvent } from './events.ts';
import type { FloorEvent } from './floor.ts';
import type { CallLimit, Greeting } from './idle.ts';
import { longestTimerMs } from '../rx/timers.ts';
import type { Say } from './replyContext.ts';

/** The end of the call, from a command or a time limit. */
export type HangUp = Extract<Command, { readonly type: 'hangUp' }> & { readonly tooLong?: boolean };

/**
 * An input that decides the bot's next activity: from the user's turns, the floor or the program. Signals are handled
 * one at a time.
 */
export type Signal =
  | { readonly type: 'begin'; readonly greeting?: Say }
  | UserTurnEvent
  | FloorEvent
  | Exclude<Command, { readonly type: 'hangUp' | 'endTurn' }>
  | HangUp;

const floorTakers = ['begin', 'cut', 'said', 'eager', 'resumed', 'say', 'interrupt', 'hangUp'] as const;

/** A signal that replaces the current reply. */
export type FloorTaker = Extract<Signal, { readonly type: (typeof floorTakers)[number] }>;

/** Whether a signal replaces the current reply. A `say` that can wait does not. */
export const takesTheFloor = (signal: Signal): signal is FloorTaker =>
  (floorTakers as readonly string[]).includes(signal.type) && !isWaitingSay(signal);

/** Whether a signal is a text to say during the next pause. */
export const isWaitingSay = (signal: Signal): signal is Extract<Signal, { readonly type: 'say' }> =>
  signal.type === 'say' && signal.now !== true;

/** Whether a turn is committed with exactly the words that are being answered, so that the answer is kept. */
export const isCommitOf = (guess: Signal, signal: Signal): boolean =>
  guess.type === 'eager' &&
  signal.type === 'said' &&
  guess.turn === signal.turn &&
  normalised(guess.text) === normalised(signal.text);

/** Whether the user's turn is open after a signal; `undefined` if the signal changes nothing. */
export function opensTurn({ type }: Signal): boolean | undefined {
  if (type === 'speaking') return true;
  return type === 'said' || type === 'silent' || type === 'ignored' ? false : undefined;
}

/**
 * The user's events, with positions in the audio converted to the time since they arrived. The answer emits
 * `user.said`.
 */
export function userEvents(signal: Signal, clock: AudioClock): UserEvent[] {
  switch (signal.type) {
    case 'speaking':
      // The voice begins after that position, so a frame that ends there does not hold it.
      return [{ type: 'user.speaking', turn: signal.turn, sinceMs: clock.sinceMs(signal.at + 1) }];
    case 'interim':
      return [{ type: 'user.interim', turn: signal.turn, text: signal.text }];
    case 'final':
      return [{ type: 'user.final', turn: signal.turn, text: signal.text }];
    case 'silent':
      return [{ type: 'user.noise', turn: signal.turn }];
    case 'ignored':
      return [{ ...signal, type: 'user.ignored' }];
    default:
      return [];
  }
}

/** The committed turn as an event. */
export const userSaid = (
  { turn, text, end }: Extract<Signal, { readonly type: 'said' }>,
  clock: AudioClock,
): Extract<UserEvent, { readonly type: 'user.said' }> => ({
  type: 'user.said',
  turn,
  text,
  silenceMs: clock.sinceMs(end),
});

/** The first signal of a call: the bot speaks, or waits. */
export const beginning = (greeting: Greeting | undefined): Signal => ({
  type: 'begin',
  ...(greeting !== undefined && { greeting: typeof greeting === 'string' ? { text: greeting } : greeting }),
});

/** Signals of the program, and the end of a call that reaches its time limit. */
export const programmed = (
  command$: Observable<Command>,
  maxCall: CallLimit | undefined,
): Observable<Signal> =>
  merge(
    command$.pipe(filter(command => command.type !== 'endTurn')), // which concerns speech-to-text
    maxCall === undefined
      ? EMPTY
      : timer(Math.min(maxCall.ms, longestTimerMs)).pipe(
          map((): HangUp => ({
            type: 'hangUp',
            tooLong: true,
            ...(maxCall.goodbye !== undefined && { goodbye: maxCall.goodbye }),
          })),
        ),
  );
