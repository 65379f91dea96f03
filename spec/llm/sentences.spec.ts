import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { concat, EMPTY, from, NEVER, of, Subject, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { LlmEvent } from '../../lib/llm/message.ts';
import { sentences, type SentencesOptions } from '../../lib/llm/sentences.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

const cut = (pieces: readonly string[], options: SentencesOptions = {}): string[] => {
  let chunks: string[] = [];
  from(pieces)
    .pipe(sentences(options), toArray())
    .subscribe(all => (chunks = all));
  return chunks;
};

/** Text full of difficult places, and any way of splitting it. */
const parts = [
  'Dr. ',
  'Smith',
  ' paid $5.99. ',
  'e.g. ',
  'a.b@c.de',
  ' v1.0.0',
  '. ',
  '! ',
  '?"',
  ' ',
  '\n',
  '\n\n',
  '\r\n',
  '…',
  '. . .',
  '你好。',
  '！',
  'U.S. ',
  'It ',
  'is ',
  '9 a.m. ',
  '1. ',
  '(',
  ')',
  ', and then ',
  ';',
  ' 42. ',
  '👋🏽',
  'é',
  '«',
  '» ',
  'J. R. R. Tolkien',
  'https://x.y/z?a=b.',
  'word ',
  'The end',
];
const text = fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map(all => all.join(''));
const split = (whole: string, cuts: readonly number[]): string[] => {
  const at = [0, ...cuts.map(cut => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
};

describe('sentences', () => {
  it('should lose nothing, and cut the same however the tokens are split', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 20 }), fc.boolean(), (whole, cuts, clauses) => {
        const options: SentencesOptions = { firstAtMark: false, ...(!clauses && { firstMinChars: false }) };
        const chunks = cut([whole], options);
        expect(chunks.join('')).toBe(whole);
        expect(cut(split(whole, cuts), options)).toEqual(chunks);
        expect(cut([...Array.from({ length: whole.length }, (_, index) => whole[index]!)], options)).toEqual(
          chunks,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('should emit the first sentence with its mark, and others with the space after it', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-b-c-d-e|', { a: 'Hi', b: ' there.', c: ' I am', d: ' here.', e: ' You?' });
      expectObservable(source$.pipe(sentences())).toBe('--x-----y-(z|)'.replace('-(', '('), {
        x: 'Hi there.',
        y: ' I am here. ',
        z: 'You?',
      });
      expectSubscriptions(source$.subscriptions).toBe('^--------!');
    });
  });

  it('should hold a first sentence whose mark may go on', () => {
    const waits = (written: string): boolean =>
      virtualTime(() => concat(of(written), NEVER).pipe(sentences()), { until: 1 }).values.length === 0;
    expect(
      ['It is 3.', 'Ask Dr.', 'The U.S.', 'e.g.', 'At 9 a.m.', 'Well…', 'Wait...', 'J.', 'It is'].filter(
        written => !waits(written),
      ),
    ).toEqual([]);
    expect(['Sure.', 'Really?', 'Stop!', 'It is three.'].filter(waits)).toEqual([]);
    expect(cut(['Hello.', ' ', 'Bye.'], { firstAtMark: false })).toEqual(['Hello. ', 'Bye.']);
  });

  it('should let the first chunk go at a clause, once it is long enough to sound natural', () => {
    const answer =
      'Well, if you ask me about the weather, it is fine. If you ask me about the news, it is not.';
    expect(cut([answer])).toEqual([
      'Well, if you ask me about the weather, ',
      'it is fine. ',
      'If you ask me about the news, it is not.',
    ]);
    expect(cut([answer], { firstMinChars: false })).toHaveLength(2);
  });

  it('should cut a sentence that is too long at a clause or a word', () => {
    const long = `${'one two three, '.repeat(20)}and ${'word '.repeat(100)}`;
    const chunks = cut([long], { maxChars: 100, firstMinChars: false });
    expect(chunks.join('')).toBe(long);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(chunks.every(chunk => /[ ,]$/u.test(chunk))).toBe(true);
  });

  it('should say the whole words so far when the model stalls, and no half of a word or number', () => {
    const stalled = (written: string): string[] =>
      virtualTime(
        () => concat(of(written), NEVER).pipe(sentences({ maxWaitMs: 500, firstMinChars: false })),
        {
          until: 1_000,
        },
      ).values.map(({ at, value }) => `${at} ${value}`);
    expect(stalled('The answer is long and')).toEqual(['500 The answer is long ']);
    expect(stalled('It costs 3.')).toEqual(['500 It costs ']);
    expect(stalled('Ask Dr. ')).toEqual(['500 Ask ']);
    expect(stalled('Take fruit, e.g. ap')).toEqual(['500 Take fruit, ']);
    expect(stalled('Let me look that up.')).toEqual(['500 Let me look that up.']);
    expect(stalled('Come at 9 a.m. ')).toEqual(['500 Come at 9 a.m. ']);
    expect(stalled('It is 5 p.m.')).toEqual(['500 It is 5 p.m.']);
    expect(stalled('我们去公园')).toEqual(['500 我们去']);
    expect(stalled('Hm')).toEqual([]);
  });

  it('should ignore what is not text', () => {
    const events: LlmEvent[] = [
      { type: 'token', text: 'Yes. ' },
      { type: 'usage', promptTokens: 3, completionTokens: 1 },
      { type: 'token', text: 'No.' },
    ];
    expect(virtualTime(() => from(events).pipe(sentences())).values.map(({ value }) => value)).toEqual([
      'Yes. ',
      'No.',
    ]);
  });

  it('should complete with an empty source and pass an error on at once', () => {
    expect(virtualTime(() => EMPTY.pipe(sentences()))).toMatchObject({ values: [], completedAt: 0 });
    const { values, failed } = virtualTime(() =>
      concat(
        of('One. Two'),
        throwError(() => new Error('cut')),
      ).pipe(sentences()),
    );
    expect(values.map(({ value }) => value)).toEqual(['One. ']);
    expect(failed?.error).toEqual(new Error('cut'));
  });

  it('should stop a firehose, and unsubscribe the source when unsubscribed', () => {
    const run = virtualTime(() =>
      from(Array.from({ length: 1_000 }, () => 'Yes. ')).pipe(sentences(), take(2)),
    );
    expect(run.values.map(({ value }) => value)).toEqual(['Yes. ', 'Yes. ']);
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a---', { a: 'Hello' });
      expectObservable(source$.pipe(sentences()), '^--!').toBe('----');
      expectSubscriptions(source$.subscriptions).toBe('^--!');
    });
  });

  it('should stop a source without an end that emits synchronously', () => {
    const endless = function* (): Generator<string> {
      for (;;) yield 'Yes. ';
    };
    const run = virtualTime(() => from(endless()).pipe(sentences(), take(2)));
    expect(run.values.map(({ value }) => value)).toEqual(['Yes. ', 'Yes. ']);
  });

  it('should take what a consumer does in the middle of a chunk: completes, fails, unsubscribes', () => {
    const run = (act: (source$: Subject<string>) => void): string[] => {
      const source$ = new Subject<string>();
      const seen: string[] = [];
      const subscription = source$.pipe(sentences()).subscribe({
        next: chunk => {
          seen.push(chunk);
          if (seen.length === 1) act(source$);
        },
        error: (error: unknown) => seen.push((error as Error).message),
        complete: () => seen.push('over'),
      });
      source$.next('One. Two. Three');
      subscription.unsubscribe();
      return seen;
    };
    expect(run(source$ => source$.complete())).toEqual(['One. ', 'Two. ', 'Three', 'over']);
    expect(run(source$ => source$.error(new Error('cut')))).toEqual(['One. ', 'cut']);
    expect(run(source$ => source$.next('! Four.'))).toEqual(['One. ', 'Two. ', 'Three! ']);
  });

  it('should cut with bufferWhen and concatMap, for reading', () => {
    const source = readFileSync(join(import.meta.dirname, '../../lib/llm/sentences.ts'), 'utf8');
    expect(source).toMatch(/\bbufferWhen\(/u);
    expect(source).toMatch(/\bconcatMap\(/u);
    expect(source).not.toMatch(/\beach\(/u);
    expect(readFileSync(join(import.meta.dirname, '../../lib/tts/prefetch.ts'), 'utf8')).toMatch(
      /\bconcatMap\(/u,
    );
  });

  it('should keep the order when a consumer feeds the source', () => {
    const source$ = new Subject<string>();
    const seen: string[] = [];
    const subscription = source$.pipe(sentences()).subscribe(chunk => {
      seen.push(chunk);
      if (seen.length === 1) source$.next('Two. Three. ');
    });
    source$.next('One. ');
    subscription.unsubscribe();
    expect(seen).toEqual(['One. ', 'Two. ', 'Three. ']);
  });

  it('should be as quick with spaces without end', () => {
    const spaces = ' '.repeat(200_000);
    const startedAt = performance.now();
    for (const before of ['', 'Dr.', 'e.g.', 'Well…', 'U.S.', 'No. 3.'])
      expect(cut([before, spaces, 'Who?']).join('').length).toBe(before.length + spaces.length + 4);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('should start again for each subscription', () => {
    const chunks$ = of('One, that is').pipe(sentences());
    expect(virtualTime(() => concat(chunks$, chunks$)).values.map(({ value }) => value)).toEqual([
      'One, that is',
      'One, that is',
    ]);
  });
});
