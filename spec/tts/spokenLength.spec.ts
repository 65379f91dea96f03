import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spokenLength, spokenWithin } from '../../lib/tts/spokenLength.ts';
import { wordsWithin } from '../../lib/tts/wordsWithin.ts';

describe('spokenLength', () => {
  it.each([
    ['', 0],
    ['Hello', 5],
    ['今天', 6],
    ['カタ', 6],
    ['안녕', 6],
    ['𠮷', 4],
    ['สวัสดี', 6],
    ['今天 ok', 9],
  ])('should be that of letters, with three for a syllable: %s', (text, length) => {
    expect(spokenLength(text)).toBe(length);
  });
});

describe('spokenWithin', () => {
  it.each<[string, number, number]>([
    ['Hello', 2.9, 2],
    ['Hello', 9, 5],
    ['今天天气', 5.9, 1],
    ['今天天气', 6, 2],
    ['ok 今天 ok', 3, 3],
    ['ok 今天 ok', 5, 3],
    ['ok 今天 ok', 10.5, 6],
    ['𠮷野', 3, 0],
    ['𠮷野', 4, 2],
    ['', 1, 0],
    ['今', 0, 0],
  ])('should return how much of %s takes %d letters: %d', (text, letters, end) => {
    expect(spokenWithin(text, letters)).toBe(end);
  });

  it('should never take longer than that, and never shrink', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '今', 'カ', '안', '𠮷', '.'), maxLength: 40 });
    fc.assert(
      fc.property(
        text,
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (text, letters, more) => {
          const end = spokenWithin(text, letters);
          expect(spokenLength(text.slice(0, end))).toBeLessThanOrEqual(letters);
          expect(spokenWithin(text, letters + more)).toBeGreaterThanOrEqual(end);
          expect(spokenWithin(text, spokenLength(text))).toBe(text.length);
        },
      ),
    );
  });
});

describe('wordsWithin, of mixed scripts', () => {
  it.each([
    ['今天天气很好 and we go', 0.5, '今天天气'],
    ['We go 今天天气很好', 0.5, 'We go'],
    ['We go to the park 今天', 0.7, 'We go to the'],
  ])('should count the least that a voice may have said: %s, %d', (text, share, heard) => {
    expect(wordsWithin(text, share)).toBe(heard);
  });
});
