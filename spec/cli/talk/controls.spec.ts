import { ignoreElements, map, merge, Subject, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { controls } from '../../../cli/talk/controls.ts';
import { pushToTalk } from '../../../cli/talk/pushToTalk.ts';
import { virtualTime } from '../../../lib/testing/index.ts';

/** Whether the microphone is open, and from when on, for presses of the space bar at these times. */
const opened = (...presses: number[]) =>
  virtualTime(() =>
    pushToTalk(merge(...presses.map(at => timer(at)), timer(20_000).pipe(ignoreElements()))),
  ).values.map(({ at, value }) => [at, value]);

/** The presses that a keyboard makes of a key that is held. */
const held = (from: number, to: number): number[] => [
  from,
  ...Array.from({ length: Math.floor((to - from - 500) / 30) + 1 }, (_, index) => from + 500 + index * 30),
];

describe('push-to-talk', () => {
  it('should open the microphone at a press, and close it at the next', () => {
    expect(opened(1_000, 4_000, 6_000)).toEqual([
      [0, false],
      [1_000, true],
      [4_000, false],
      [6_000, true],
    ]);
  });

  it('should keep it open while the key is held, and close it when it is released', () => {
    expect(opened(...held(1_000, 4_000), ...held(6_000, 8_000))).toEqual([
      [0, false],
      [1_000, true],
      [held(1_000, 4_000).at(-1)! + 250, false],
      [6_000, true],
      [held(6_000, 8_000).at(-1)! + 250, false],
    ]);
  });

  it('should close it soon after two quick presses, which may be a key that is held', () => {
    expect(opened(1_000, 1_400)).toEqual([
      [0, false],
      [1_000, true],
      [1_650, false],
    ]);
  });
});

describe('the keys of a call', () => {
  const pressing = (keys: string, options: { readonly spaceBar: boolean }) => {
    const key$ = new Subject<string>();
    const control = controls(key$, options);
    const happened: string[] = [];
    const subscription = merge(
      control.followed$.pipe(ignoreElements()),
      control.interrupt$.pipe(map(() => 'interrupt')),
      control.endTurn$.pipe(map(() => 'end turn')),
      control.hangUp$.pipe(map(() => 'hang up')),
    ).subscribe(what => happened.push(what));
    const states = [control.listening(), ...keys.split('').map(key => (key$.next(key), control.listening()))];
    subscription.unsubscribe();
    expect(key$.observed).toBe(false);
    return { states, happened };
  };

  it('should mute and unmute with m, interrupt with i, hang up with q or Ctrl-D', () => {
    expect(pressing('mmx ', { spaceBar: false })).toEqual({
      states: ['on', 'muted', 'on', 'on', 'on'],
      happened: [],
    });
    expect(pressing('iq\u0004', { spaceBar: false }).happened).toEqual(['interrupt', 'hang up', 'hang up']);
  });

  it('should open the microphone with the space bar, which interrupts too, and stay muted until unmuted', () => {
    expect(pressing('   ', { spaceBar: false }).happened).toEqual([]);
    expect(pressing(' mm', { spaceBar: true })).toEqual({
      states: ['closed', 'on', 'muted', 'on'],
      happened: ['interrupt'],
    });
  });

  it('should end the turn when the space bar is released', () => {
    vi.useFakeTimers();
    const key$ = new Subject<string>();
    const { endTurn$, followed$ } = controls(key$, { spaceBar: true });
    let ended = 0;
    const subscription = merge(followed$, endTurn$.pipe(map(() => (ended += 1)))).subscribe();
    key$.next(' ');
    vi.advanceTimersByTime(3_000);
    expect(ended).toBe(0);
    key$.next(' ');
    vi.advanceTimersByTime(3_000);
    expect(ended).toBe(1);
    subscription.unsubscribe();
    vi.useRealTimers();
  });

  it('should take Ctrl-C for the signal it is', () => {
    const signalled = vi.fn();
    process.once('SIGINT', signalled);
    pressing('\u0003', { spaceBar: false });
    expect(signalled).toHaveBeenCalledOnce();
  });
});
