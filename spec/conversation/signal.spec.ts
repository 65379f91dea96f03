import { concat, NEVER, of, throwError, timer, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { AudioClock } from '../../lib/audio/audioClock.ts';
import { silence } from '../../lib/audio/frame.ts';
import type { Command } from '../../lib/conversation/command.ts';
import {
  beginning,
  isCommitOf,
  isWaitingSay,
  opensTurn,
  programmed,
  type Signal,
  takesTheFloor,
  userEvents,
  userSaid,
} from '../../lib/conversation/signal.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const turn = 2;
/** Each signal: whether it takes the floor, whether it opens (or closes) the user's turn, and the user's action. */
const table: readonly (readonly [Signal, boolean, boolean | undefined, string | undefined])[] = [
  [{ type: 'begin' }, true, undefined, undefined],
  [{ type: 'speaking', turn, at: 0 }, false, true, 'user.speaking'],
  [{ type: 'interim', turn, text: 'Hi' }, false, undefined, 'user.interim'],
  [{ type: 'final', turn, text: 'Hi' }, false, undefined, 'user.final'],
  [{ type: 'quiet', turn, text: 'Hi', at: 0 }, false, undefined, undefined],
  [{ type: 'eager', turn, text: 'Hi' }, true, undefined, undefined],
  [{ type: 'resumed', turn }, true, undefined, undefined],
  [{ type: 'silent', turn }, false, false, 'user.noise'],
  [{ type: 'said', turn, text: 'Hi', end: 0 }, true, false, undefined],
  [{ type: 'ignored', turn, text: 'uh-huh', reason: 'backchannel' }, false, false, 'user.ignored'],
  [{ type: 'pause', turn }, false, undefined, undefined],
  [{ type: 'resume', turn }, false, undefined, undefined],
  [{ type: 'cut', turn }, true, undefined, undefined],
  [{ type: 'say', text: 'Hi' }, false, undefined, undefined],
  [{ type: 'say', text: 'Hi', now: false }, false, undefined, undefined],
  [{ type: 'say', text: 'Hi', now: true }, true, undefined, undefined],
  [{ type: 'interrupt' }, true, undefined, undefined],
  [{ type: 'hangUp' }, true, undefined, undefined],
];

describe('a signal', () => {
  it.each(table)('should be sorted: %j', (signal, takes, opens, event) => {
    expect(takesTheFloor(signal)).toBe(takes);
    expect(opensTurn(signal)).toBe(opens);
    expect(userEvents(signal, new AudioClock()).map(({ type }) => type)).toEqual(
      event === undefined ? [] : [event],
    );
    expect(isWaitingSay(signal)).toBe(signal.type === 'say' && !takes);
  });

  it.each<[string, string, number, boolean]>([
    ['Hello there', 'hello, there!', turn, true],
    ['Hello', 'Hello there', turn, false],
    ['Hello', 'Hello', turn + 1, false],
    ['你好。', '你好', turn, true],
  ])('should be known as the commit of a guess: %s, %s, turn %i: %s', (guess, said, saidTurn, expected) => {
    const eager: Signal = { type: 'eager', turn, text: guess };
    expect(isCommitOf(eager, { type: 'said', turn: saidTurn, text: said, end: 0 })).toBe(expected);
    expect(isCommitOf(eager, { type: 'cut', turn })).toBe(false);
  });

  it('should carry how long ago the voice was heard', () => {
    const { values } = virtualTime(() => {
      const clock = new AudioClock();
      for (let frame = 0; frame < 3; frame += 1) clock.arrived(silence(20));
      return timer(70).pipe(
        map(() => [
          ...userEvents({ type: 'speaking', turn, at: 20 }, clock),
          userSaid({ type: 'said', turn, text: 'Hi', end: 40 }, clock),
        ]),
      );
    });
    expect(values[0]!.value).toEqual([
      { type: 'user.speaking', turn, sinceMs: 70 },
      { type: 'user.said', turn, text: 'Hi', silenceMs: 70 },
    ]);
  });

  it('should begin with a greeting, in short or in full, or with none', () => {
    expect(beginning(undefined)).toEqual({ type: 'begin' });
    expect(beginning('Hi.')).toEqual({ type: 'begin', greeting: { text: 'Hi.' } });
    const greeting = { text: 'Hi.', interruptible: false };
    expect(beginning(greeting)).toEqual({ type: 'begin', greeting });
  });
});

describe('programmed', () => {
  const command: Command = { type: 'interrupt' };

  it('should pass commands on, and hang up when the call lasts too long', () => {
    const command$ = concat(timer(10).pipe(map(() => command)), NEVER);
    const { values, leftTimers } = virtualTime(() => programmed(command$, { ms: 50, goodbye: 'Bye.' }), {
      until: 99,
    });
    expect(values).toEqual([
      { at: 10, value: command },
      { at: 50, value: { type: 'hangUp', tooLong: true, goodbye: 'Bye.' } },
    ]);
    expect(leftTimers).toBe(0);
  });

  it('should set no timer without a limit, keep one when it is unsubscribed, and pass an error on', () => {
    expect(virtualTime(() => programmed(of(command), undefined)).completedAt).toBe(0);
    expect(virtualTime(() => programmed(NEVER, { ms: 50 }), { until: 10 }).leftTimers).toBe(0);
    const broken$ = programmed(
      throwError(() => new Error('gone')),
      { ms: 50 },
    );
    expect(virtualTime(() => broken$)).toMatchObject({ failed: { at: 0 }, leftTimers: 0 });
  });
});
