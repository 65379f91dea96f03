import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  from,
  map,
  NEVER,
  of,
  Subject,
  take,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { endOfTurn, type EndOfTurnOptions } from '../../lib/stt/endOfTurn.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

const start: SttEvent = { type: 'speechStart', at: 0 };
const words: SttEvent = { type: 'final', text: 'Hello there.', end: 0 };
const more: SttEvent = { type: 'interim', text: 'and' };
const reported: SttEvent = { type: 'utteranceEnd', end: 0 };
const decided: SttEvent = { type: 'utteranceEnd', end: 0, decided: true };
const ready: SttEvent = { type: 'eagerEnd', text: '' };
const resumed: SttEvent = { type: 'resumed' };
const strange = { type: 'partial', text: 'x' } as unknown as SttEvent;
const values = { s: start, w: words, m: more, u: reported, d: decided, r: ready, g: resumed, x: strange };

/** Positions are times of the clock; a word or an end at 0 came this long ago. */
const policy = (silenceMs: number): EndOfTurnOptions => ({ silenceMs, watchdogMs: 12 });
const clues = { sinceMs: () => 0 };

describe('endOfTurn, in marbles', () => {
  it.each([
    ['pass at once without a policy', 's--w--u----|', 's--w--u----|', 0],
    ['wait for the silence of the policy', 's--w--u-------|', 's--w--r---u---|', 4],
    ['wait no longer when the engine has completed', 's--w--u-|', 's--w--r-(u|)', 4],
    ['be dropped when the user goes on', 's--w--u--m---u-----|', 's--w--r--(gm)r---u-|', 4],
    ['pass when the engine decided', 's--w--d-------|', 's--w--d-------|', 9],
    ['come from the watchdog', 's--w-------------|', 's--w-----------u-|', 9],
    ['pass once', 's--w--u-----u-u--|', 's--w--r---u------|', 4],
    ['not be without a turn', '--u--d--|', '--------|', 0],
  ])('should have an end %s', (_, source, expected, silenceMs) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source, values);
      expectObservable(
        source$.pipe(
          endOfTurn(policy(silenceMs), clues),
          map(event => (event.type === 'utteranceEnd' || event.type === 'eagerEnd' ? event.type : event)),
        ),
      ).toBe(expected, { ...values, u: 'utteranceEnd', d: 'utteranceEnd', r: 'eagerEnd' });
      expectSubscriptions(source$.subscriptions).toBe(`^${'-'.repeat(source.length - 2)}!`);
    });
  });

  it('should end the open turn before it fails with the engine', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s--w--#', values);
      const types$ = source$.pipe(
        endOfTurn(policy(4), clues),
        map(({ type }) => type),
      );
      expectObservable(types$).toBe('s--w--(u#)', { s: 'speechStart', w: 'final', u: 'utteranceEnd' });
      expectSubscriptions(source$.subscriptions).toBe('^-----!');
    });
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<SttEvent>('--#').pipe(endOfTurn())).toBe('--#');
      expectObservable(cold<SttEvent>('---').pipe(endOfTurn())).toBe('---');
      expectObservable(cold<SttEvent>('|').pipe(endOfTurn())).toBe('|');
    });
  });

  it('should unsubscribe the engine and the model, and leave no timer', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s-w-u-----', values);
      const probability$ = cold<number>('-----p');
      const ended$ = source$.pipe(
        endOfTurn({ completeness: () => probability$ }, clues),
        map(({ type }) => type),
      );
      expectObservable(ended$, '^-----!').toBe('s-w-e--', { s: 'speechStart', w: 'final', e: 'eagerEnd' });
      expectSubscriptions(source$.subscriptions).toBe('     ^-----!');
      expectSubscriptions(probability$.subscriptions).toBe('----^-!');
    });
    const open$ = concat(of(start, words), NEVER);
    expect(virtualTime(() => open$.pipe(endOfTurn()), { until: 100 }).leftTimers).toBe(0);
    expect(virtualTime(() => concat(open$, EMPTY).pipe(endOfTurn(), take(2)))).toMatchObject({
      completedAt: 0,
      leftTimers: 0,
    });
  });

  it('should ask a model after each event that leaves an end, and take back the question before', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s-w-u-u---m-----|', values);
      const probability$ = cold('---p', { p: 1 });
      const ended$ = source$.pipe(
        endOfTurn(
          { silenceMs: ({ probability }) => (probability < 1 ? 9 : 5), completeness: () => probability$ },
          clues,
        ),
        map(({ type }) => type[0]),
      );
      // The second report asks again; the end is due 5 ms after its answer, which words prevent.
      expectObservable(ended$).toBe('s-f-e-----(ri)--(u|)');
      expectSubscriptions(probability$.subscriptions).toBe(['----^-!', '------^--!']);
    });
  });

  it('should emit an `eagerEnd` only while it waits: not if the model agrees at once', () => {
    const types = (completeness: EndOfTurnOptions['completeness'] & object) =>
      virtualTime(() =>
        concat(of(start, words, reported), NEVER).pipe(endOfTurn({ completeness }), take(3)),
      ).values.map(({ value }) => value.type);
    expect(types(() => 1)).toEqual(['speechStart', 'final', 'utteranceEnd']);
    expect(types(() => of(1))).toEqual(['speechStart', 'final', 'utteranceEnd']);
    expect(types(() => EMPTY)).toEqual(['speechStart', 'final', 'utteranceEnd']);
    expect(types(() => throwError(() => new Error('no model')))).toEqual([
      'speechStart',
      'final',
      'utteranceEnd',
    ]);
    expect(types(() => timer(1).pipe(map(() => 1)))).toEqual(['speechStart', 'final', 'eagerEnd']);
    expect(types(() => 0)).toEqual(['speechStart', 'final', 'eagerEnd']);
  });

  it('should fail with the error of a policy, and unsubscribe the engine', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('s-w-u---|', values);
      const silenceMs = (): number => {
        throw new Error('no policy');
      };
      expectObservable(source$.pipe(endOfTurn({ silenceMs }, clues))).toBe(
        's-w-#',
        values,
        new Error('no policy'),
      );
      expectSubscriptions(source$.subscriptions).toBe('^---!');
    });
    expect(virtualTime(() => of(start).pipe(endOfTurn({ language: 'xx' }))).failed?.error).toMatchObject({
      message: expect.stringContaining('language') as string,
    });
  });

  it('should pass on events that it does not know', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('x-x|', values).pipe(endOfTurn())).toBe('x-x|', values);
    });
  });

  it('should handle an event that a subscriber sends meanwhile after all of its own', () => {
    const source$ = new Subject<SttEvent>();
    const log: string[] = [];
    const call = source$.pipe(endOfTurn({ silenceMs: 0 }, clues)).subscribe(({ type }) => {
      log.push(type);
      if (type === 'final' && log.length < 3) source$.next(decided);
      if (type === 'utteranceEnd' && log.length < 5) source$.next({ type: 'speechStart', at: 5 });
    });
    source$.next(start);
    source$.next(words);
    call.unsubscribe();
    expect(log).toEqual(['speechStart', 'final', 'utteranceEnd', 'speechStart']);
    expect(source$.observed).toBe(false);
  });

  it('should have a state of its own for each subscription', () => {
    const ended$ = from([start, words, reported]).pipe(endOfTurn({ silenceMs: 0 }, clues));
    const both = [1, 2].map(() => virtualTime(() => ended$).values);
    expect(both[0]).toEqual(both[1]);
    expect(both[0]?.map(({ value }) => value.type)).toEqual(['speechStart', 'final', 'utteranceEnd']);
  });

  it('should stop an engine that never ends by itself, when no more is wanted', () => {
    const endless$ = defer(() => from(Array.from({ length: 1_000 }, () => [start, words, decided]).flat()));
    const { values, completedAt } = virtualTime(() => concat(endless$, NEVER).pipe(endOfTurn(), take(4)));
    expect([values.length, completedAt, asyncScheduler.now() > 0]).toEqual([4, 0, true]);
  });
});
