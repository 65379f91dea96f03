import fc from 'fast-check';
import { concat, EMPTY, from, lastValueFrom, NEVER, of, reduce, take, throwError, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { virtualTime } from '../../lib/testing/index.ts';
import { speakable, toSpeakable } from '../../lib/tts/speakable.ts';
import { marbles } from '../marbles.ts';

const cases: readonly (readonly [written: string, said: string])[] = [
  ['Plain text stays.', 'Plain text stays.'],
  ['2 * 3 = 6, 2*3 too, a < b, 5 > 3, C#, #1, ~5.', '2 * 3 = 6, 2*3 too, a < b, 5 > 3, C#, #1, ~5.'],
  ['snake_case and __init__ and _this_', 'snake_case and init and this'],
  ['This is **bold**, *italic*, ***both*** and ~~gone~~.', 'This is bold, italic, both and gone.'],
  ['# Title\nText', 'Title\nText'],
  ['### Title\n\nText', 'Title\n\nText'],
  ['- one\n- two\n  * three\n+ four', 'one\ntwo\nthree\nfour'],
  ['1. First\n2. Second', '1. First\n2. Second'],
  ['-5 degrees\n- 5 degrees', '-5 degrees\n5 degrees'],
  ['> A quote\n> goes on', 'A quote\ngoes on'],
  ['Above\n---\nBelow\n* * *\nEnd', 'Above\n\nBelow\n\nEnd'],
  ['See [the docs](https://example.com/a_(b)) now.', 'See the docs now.'],
  ['![A cat](cat.png) sits', 'A cat sits'],
  ['An [array] and a call(x) [1](y', 'An [array] and a call(x) [1](y'],
  ['As shown.[^1] And there [2].', 'As shown. And there.'],
  ['Go to https://www.example.com/path?q=1, then rest.', 'Go to example.com, then rest.'],
  ['<https://example.com> and <bob@example.com>', 'example.com and bob@example.com'],
  ['he said hello http', 'he said hello http'],
  ['Use `npm ci` here.', 'Use npm ci here.'],
  ['Before\n```ts\nconst a = 1;\n```\nAfter', 'Before\n\nAfter'],
  ['~~~\ncode\n~~~\nAfter', '\nAfter'],
  ['| A | B |\n|---|:-:|\n| 1 | 2 |\nEnd', 'A, B\n1, 2\nEnd'],
  ['a<br>b <b>c</b> <i class="x">d</i> x<y', 'a\nb c d x<y'],
  ['Tom &amp; Jerry &lt;3 &#39;ok&#x27; &unknown; AT&T', "Tom & Jerry <3 'ok' &unknown; AT&T"],
  ['Hi 👋🏽 there 👩‍👩‍👧 🇩🇪 1️⃣ ☀️', 'Hi there 1 '],
  ['Great 😀 job! 🎉\n😀 Yes', 'Great job! \nYes'],
  ['Card ****1234, a 5* hotel, x**2', 'Card ****1234, a 5* hotel, x**2'],
  ['un**believ**able, 这是**重点**。**你好。**我', 'unbelievable, 这是重点。你好。我'],
  ['The `a_b*c` and ``a `b` c``', 'The a_b*c and a `b` c'],
  ['```npm i``` installs it.\nMore', 'npm i installs it.\nMore'],
  ['1. Do:\n   ```py\n   code\n   ```\nAfter', '1. Do:\n\nAfter'],
  ['```\nnever closed', ''],
  ['- [ ] open\n- [x] done', 'open\ndone'],
  ['Text[^1].\n\n[^1]: The note.', 'Text.\n\nThe note.'],
  ['Blue.[1][2] Choose [1] or array[0] = 1', 'Blue. Choose [1] or array[0] = 1'],
  ['if a<b and c>d, Array<string>', 'if a<b and c>d, Array<string>'],
  ['A<!-- a -- note --> B', 'A B'],
  ['www.example.com/path or HTTPS://Example.com/a', 'example.com or Example.com'],
  ['<think>hm\n```\n</think>- one', 'one'],
  ['© 2026 and ™ stay', '© 2026 and ™ stay'],
  ['<think>secret *thoughts*</think>The answer.', 'The answer.'],
  ['A \\*star\\* and a back\\slash', 'A *star* and a back\\slash'],
  ['“Café” – naïve…', '“Café” – naïve…'],
  ['क्षत्रिय मराठी', 'क्षत्रिय मराठी'],
];

describe('toSpeakable', () => {
  it.each(cases)('should say %j as %j', (written, said) => {
    expect(toSpeakable(written)).toBe(said);
  });
});

describe('speakable', () => {
  const marks = [
    '*',
    '**',
    '_',
    '`',
    '```',
    '\n',
    '\n\n',
    '# ',
    '- ',
    '> ',
    '|',
    ' | ',
    '[',
    '](',
    ')',
    '![',
    '<',
    '<b>',
    '</b>',
    '<think>',
    '</think>',
    '<!--',
    '-->',
    '[ ] ',
    '[1]',
    'www.',
    '<a href="x">',
    '`',
    '**',
    '5',
    '&',
    '&amp;',
    'http',
    'https://a.b/c',
    '👋🏽',
    '👩‍👩‍👧',
    '🇩🇪',
    '1',
    ' ',
    'a',
    'word',
    '.',
    '~',
    '~~',
    '\\',
    '---',
    '^1]',
    '=',
    ':',
  ];

  it('should give the same however the text is cut up', () => {
    const text = fc.array(fc.constantFrom(...marks), { maxLength: 24 }).map(parts => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { maxLength: 12 }), (written, cuts) => {
        const at = [0, ...cuts.map(cut => cut % (written.length + 1)), written.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, index) => written.slice(at[index], end));
        const said = virtualTime(() =>
          from(pieces).pipe(
            speakable(),
            reduce((all, piece) => all + piece, ''),
          ),
        );
        expect(said.values[0]?.value).toBe(toSpeakable(written));
      }),
      { numRuns: 3_000 },
    );
  });

  it('should not take line ends in what is left out for its own', () => {
    const written = '|<think>\n\n</think> | ';
    const said = virtualTime(() =>
      from(written.split('')).pipe(speakable(), toArray()),
    ).values[0]!.value.join('');
    expect(said).toBe(toSpeakable(written));
  });

  it('should pass plain text at once and hold a mark until it is clear', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-b-c|', { a: 'It is **', b: 'very', c: '** warm' });
      expectObservable(source$.pipe(speakable())).toBe('a-b-c|', { a: 'It is ', b: 'very', c: ' warm' });
      expectSubscriptions(source$.subscriptions).toBe('^----!');
    });
  });

  it('should be as quick with spaces without end, and say the same however they are cut up', () => {
    const spaces = ' '.repeat(50_000);
    const written = ['', '- ', '|', '\n', 'Dr.', '[x] '].map(before => `${before}${spaces}|${spaces}- x\n`);
    const startedAt = performance.now();
    for (const text of written) {
      const said$ = from(text.match(/.{1,4}/gsu)!).pipe(speakable(), toArray());
      const all = virtualTime(() => said$).values[0]!.value.join('');
      expect(all === toSpeakable(text)).toBe(true); // no difference to print, of 50,000 spaces
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('should take a separator of a table for none where it is a page long', () => {
    for (const length of [2_990, 2_998, 2_999, 3_000, 3_010]) {
      const text = `|a|b|\n|${'-'.repeat(length)}|\nEnd`;
      const said$ = from(text.match(/.{1,4}/gsu)!).pipe(speakable(), toArray());
      expect(virtualTime(() => said$).values[0]!.value.join('')).toBe(toSpeakable(text));
      expect(toSpeakable(text).includes('---')).toBe(length > 2_998);
    }
  });

  it('should give the rest when the text ends, and pass errors on', async () => {
    expect(
      await lastValueFrom(
        of('wait [for').pipe(
          speakable(),
          reduce((a, b) => a + b, ''),
        ),
      ),
    ).toBe('wait [for');
    expect(virtualTime(() => throwError(() => new Error('gone')).pipe(speakable())).failed?.error).toEqual(
      new Error('gone'),
    );
  });

  it('should complete with an empty source, wait with a silent one, and stop a firehose', () => {
    expect(virtualTime(() => EMPTY.pipe(speakable()))).toMatchObject({ values: [], completedAt: 0 });
    expect(virtualTime(() => concat(of('a'), NEVER).pipe(speakable(), take(1))).completedAt).toBe(0);
  });

  it('should start again for each subscription', () => {
    const said$ = of('`').pipe(speakable());
    expect(
      virtualTime(() => concat(said$, of('x').pipe(speakable()))).values.map(({ value }) => value),
    ).toEqual(['x']);
  });
});
