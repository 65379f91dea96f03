import { concat, concatMap, EMPTY, from, map, NEVER, Subject, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { eagerly } from '../../lib/conversation/eagerly.ts';
import type { SpeculationOptions } from '../../lib/conversation/speculationOptions.ts';
import type { UserTurnEvent } from '../../lib/stt/userTurns.ts';
import { virtualTime } from '../../lib/testing/index.ts';

/** `at:type:words`, of turn 1 unless `said` or `silent` ended it. */
const read = (script: string): (readonly [number, UserTurnEvent])[] => {
  let turn = 1;
  return script
    .split(' ')
    .filter(Boolean)
    .map(part => {
      const [at, type, words = ''] = part.split(':') as [string, UserTurnEvent['type'], string?];
      const event = { type, turn, at: 0, end: 0, text: words.replaceAll('_', ' ') } as UserTurnEvent;
      if (type === 'said' || type === 'silent') turn += 1;
      return [Number(at), event] as const;
    });
};

const guesses = (script: string, options: SpeculationOptions = {}): string[] => {
  let before = 0;
  const { values, leftTimers } = virtualTime(() =>
    from(read(script)).pipe(
      concatMap(([at, event]) => {
        const afterMs = at - before;
        before = at;
        return timer(afterMs).pipe(map(() => event));
      }),
      eagerly(options),
    ),
  );
  expect(leftTimers).toBe(0);
  return values.flatMap(({ at, value }) => {
    if (value.type === 'eager') return [`${at}:${value.text}`];
    return value.type === 'resumed' ? [`${at}:resumed`] : [];
  });
};

describe('eagerly', () => {
  it.each<[string, string, string[], SpeculationOptions?]>([
    ['final words', '0:speaking 5:final:Hi_there. 9:said:Hi_there.', ['5:Hi there.']],
    ['what the engine guesses', '0:speaking 5:eager:Hi 9:said:Hi', ['5:Hi']],
    ['silence after words', '0:speaking 5:interim:Hi 7:quiet 9:said:Hi', ['7:Hi']],
    ['words that come in silence', '0:speaking 5:quiet 7:interim:Hi 9:said:Hi', ['7:Hi']],
    ['no words', '0:speaking 5:quiet 7:silent', []],
    [
      'words that go on',
      '0:speaking 5:final:Hi 7:interim:Hi_there 9:final:there 11:said:Hi_there',
      ['5:Hi', '7:resumed', '9:Hi there'],
    ],
    [
      'a voice that goes on',
      '0:speaking 5:eager:Hi 7:resumed 9:eager:Hi 11:said:Hi',
      ['5:Hi', '7:resumed', '9:Hi'],
    ],
    [
      'the same words in other case and marks',
      '0:speaking 5:eager:hi_there 7:final:Hi,_there! 9:said:Hi,_there!',
      ['5:hi there'],
    ],
    [
      'a new turn with the same words',
      '0:speaking 5:final:Hi 7:said:Hi 9:speaking 11:final:Hi 13:said:Hi',
      ['5:Hi', '11:Hi'],
    ],
    ['nothing that goes on, without a guess', '0:speaking 3:resumed 5:interim:Hi 9:said:Hi', []],
    ['words that stand', '0:speaking 5:interim:Hi 95:said:Hi', ['45:Hi'], { stableMs: 40 }],
    [
      'words that change before',
      '0:speaking 5:interim:Hi 25:interim:Hi_you 95:said:Hi_you',
      ['65:Hi you'],
      { stableMs: 40 },
    ],
    [
      'words that stand under a voice that a detector hears',
      '0:speaking 1:quiet 2:resumed 5:interim:Hi 95:said:Hi',
      [],
      { stableMs: 40 },
    ],
    [
      'one guess a turn',
      '0:speaking 5:eager:a 6:eager:b 7:said:b 8:speaking 9:eager:c 10:said:c',
      ['5:a', '6:resumed', '9:c'],
      { perTurn: 1 },
    ],
    ['no guess', '0:speaking 5:eager:a 7:said:a', [], { perTurn: 0 }],
    [
      'one guess a minute',
      '0:speaking 5:eager:a 7:said:a 8:speaking 9:eager:b 10:said:b 60000:speaking 60005:eager:c 60009:said:c',
      ['5:a', '60005:c'],
      { perMinute: 1 },
    ],
  ])('should guess at %s', (_, script, expected, options) => {
    expect(guesses(script, options)).toEqual(expected);
  });

  it('should pass everything else on unchanged, in order', () => {
    const script = '0:speaking 1:interim:Hi 2:final:Hi_there 3:said:Hi_there 4:speaking 5:silent';
    const { values } = virtualTime(() =>
      from(read(script).map(([, event]) => event)).pipe(eagerly({ perTurn: 0 })),
    );
    expect(values.map(({ value }) => value)).toEqual(read(script).map(([, event]) => event));
  });

  it('should pass the end and an error on, and drop what it waits for', () => {
    const hi$ = from(read('0:speaking 0:interim:Hi').map(([, event]) => event));
    expect(virtualTime(() => EMPTY.pipe(eagerly())).completedAt).toBe(0);
    const broken$ = concat(
      hi$,
      throwError(() => new Error('gone')),
    ).pipe(eagerly({ stableMs: 40 }));
    expect(virtualTime(() => broken$)).toMatchObject({
      failed: { at: 0, error: new Error('gone') },
      leftTimers: 0,
    });
    const waiting$ = concat(hi$, NEVER).pipe(eagerly({ stableMs: 40 }));
    expect(virtualTime(() => waiting$, { until: 10 }).leftTimers).toBe(0);
  });

  it('should keep the order where a guess is answered by more words, and stop when no more is wanted', () => {
    const turn$ = new Subject<UserTurnEvent>();
    const log: string[] = [];
    turn$.pipe(eagerly(), take(4)).subscribe(event => {
      log.push(event.type);
      if (event.type === 'final') turn$.next({ type: 'interim', turn: 1, text: 'Hi there' });
    });
    turn$.next({ type: 'final', turn: 1, text: 'Hi' });
    expect(log).toEqual(['final', 'eager', 'resumed', 'interim']);
    expect(turn$.observed).toBe(false);
  });
});
