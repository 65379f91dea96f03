import { asyncScheduler, concat, defer, NEVER, type Observable, of, range, Subject, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Machine, stateMachine } from '../../lib/rx/stateMachine.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

/** Emits each event, and `L` when 3 ms have passed since the last one. */
const patient: Machine<string, number, string> = {
  initial: Infinity,
  step: (state, event, now) => {
    if (typeof event === 'string') return { state: now + 3, emit: [event] };
    return now < state ? { state, emit: [] } : { state: Infinity, emit: ['L'] };
  },
  dueAt: dueAt => dueAt,
};

/** Emits each number, and the sum of all so far. */
const adding: Machine<number, number, string> = {
  initial: 0,
  step: (sum, event) => {
    if (typeof event !== 'number') return { state: sum, emit: [] };
    return { state: sum + event, emit: [`+${event}`, `=${sum + event}`] };
  },
};

describe('stateMachine', () => {
  it('should take a due step when the moment comes, unless an event postpones it', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('                             a------b-c-----d----|');
      expectObservable(source$.pipe(stateMachine(patient))).toBe('a--L---b-c--L--d--L-|');
      expectSubscriptions(source$.subscriptions).toBe('  ^-------------------!');
    });
  });

  it('should wait for what is due before it completes', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a|').pipe(stateMachine(patient))).toBe('a--(L|)');
      expectObservable(cold('--|').pipe(stateMachine(patient))).toBe('--|');
    });
  });

  it('should pass an error on at once, and drop what is due', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('a-#').pipe(stateMachine(patient))).toBe('a-#');
    });
  });

  it.each(['step', 'dueAt'] as const)(
    'should end with the error that %s throws, and unsubscribe the source',
    part => {
      const bug = (): never => {
        throw new Error(part);
      };
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold('--a-b|');
        const expected = part === 'step' ? '--#' : '--(a#)';
        const broken$ = source$.pipe(stateMachine({ ...patient, [part]: bug }));
        expectObservable(broken$).toBe(expected, undefined, new Error(part));
        expectSubscriptions(source$.subscriptions).toBe('^-!');
      });
    },
  );

  it('should drop what is due when it is unsubscribed', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('                                 a----');
      expectObservable(source$.pipe(stateMachine(patient)), '^-!').toBe('a--');
      expectSubscriptions(source$.subscriptions).toBe('      ^-!');
    });
    const waiting = virtualTime(() => concat(of('a'), NEVER).pipe(stateMachine(patient)), { until: 2 });
    expect(waiting.leftTimers).toBe(0);
  });

  it('should begin with the initial state for each subscription', () => {
    const sum$ = of(1, 2).pipe(stateMachine(adding));
    for (let index = 0; index < 2; index++) {
      const { values } = virtualTime(() => sum$);
      expect(values.map(({ value }) => value)).toEqual(['+1', '=1', '+2', '=3']);
    }
  });

  it('should take an event that answers an emission after all emissions of that step', () => {
    const source$ = new Subject<number>();
    const log: string[] = [];
    const call = source$.pipe(stateMachine(adding)).subscribe(value => {
      log.push(value);
      if (value === '+1') source$.next(2);
      if (value === '=3') source$.next(3);
    });
    source$.next(1);
    call.unsubscribe();
    expect(log).toEqual(['+1', '=1', '+2', '=3', '+3', '=6']);
    expect(source$.observed).toBe(false);
  });

  it('should take an event that answers a due step, and postpone the next one by it', () => {
    const source$ = new Subject<string>();
    const log: string[] = [];
    virtualTime(() => {
      source$.pipe(stateMachine(patient)).subscribe(value => {
        log.push(`${asyncScheduler.now()} ${value}`);
        if (value === 'L' && log.length < 4) source$.next('b');
      });
      source$.next('a');
      return timer(20);
    });
    expect(log).toEqual(['0 a', '3 L', '3 b', '6 L']);
  });

  it('should stop a source that never ends by itself, when no more is wanted', () => {
    const { values, completedAt } = virtualTime(() =>
      concat(range(1, 10), NEVER).pipe(stateMachine(adding), take(3)),
    );
    expect([values.length, completedAt]).toEqual([3, 0]);
  });

  it('should wait again and again for a moment beyond the longest timer', () => {
    const due = 2 ** 31 + 5;
    const far: Machine<string, number, string> = {
      ...patient,
      step: (state, event, now) =>
        typeof event === 'string'
          ? { state: due, emit: [] }
          : { state: now < state ? state : Infinity, emit: now < state ? [] : ['L'] },
    };
    const { values, completedAt } = virtualTime(() => of('a').pipe(stateMachine(far)));
    expect([values, completedAt]).toEqual([[{ at: due, value: 'L' }], due]);
  });

  describe('with a state that awaits answers', () => {
    /** Asks `answer$` after each letter; emits the letter, the answers, and `L` 3 ms after either. */
    const asking = (
      answer$: Observable<string>,
    ): Machine<string, { due: number; asks: boolean }, string> => ({
      initial: { due: Infinity, asks: false },
      step: ({ due }, event, now) => {
        if (typeof event !== 'string')
          return { state: { due: due > now ? due : Infinity, asks: false }, emit: due > now ? [] : ['L'] };
        return { state: { due: now + 3, asks: /[a-h]/u.test(event) }, emit: [event] };
      },
      dueAt: ({ due }) => due,
      awaits: ({ asks }) => (asks ? answer$ : undefined),
    });

    it.each([
      // source, answer, expected, subscriptions of the answer
      ['a-----|', '-x|', 'ax--L-|', '^-!'],
      ['a|', '   -x|', 'ax--(L|)', '^-!'],
      ['a|', '   ----x|', 'a--Lx--(L|)', '^----!'],
      ['a-z---|', '---x', 'a-z--L|', '^-!'],
      ['a----|', '|', 'a--L-|', '(^!)'],
      ['a----|', '-#', 'a#', '^!'],
      ['a-#', '---x', 'a-#', '^-!'],
    ])('should take each as a step of its own: %s, %s', (source, answer, expected, subscriptions) => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const answer$ = cold(answer.trim());
        expectObservable(cold(source).pipe(stateMachine(asking(answer$)))).toBe(expected);
        expectSubscriptions(answer$.subscriptions).toBe(subscriptions);
      });
    });

    it('should unsubscribe them when it is unsubscribed, and not ask for a result that is not wanted', () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const answer$ = cold('---x');
        expectObservable(cold('a---').pipe(stateMachine(asking(answer$))), '^-!').toBe('a--');
        expectSubscriptions(answer$.subscriptions).toBe('^-!');
      });
      let asked = 0;
      const answer$ = defer(() => of(String((asked += 1))));
      virtualTime(() => of('a', 'b').pipe(stateMachine(asking(answer$)), take(1)));
      expect(asked).toBe(0);
    });

    it('should take answers that come at once, and an event that a subscriber sends meanwhile after them', () => {
      const source$ = new Subject<string>();
      const log: string[] = [];
      source$.pipe(stateMachine(asking(of('x', 'y')))).subscribe(value => {
        log.push(value);
        if (value === 'x' && log.length < 3) source$.next('z');
      });
      source$.next('a');
      expect(log).toEqual(['a', 'x', 'y', 'z']);
    });
  });
});
