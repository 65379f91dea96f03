import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumbers } from '../../../lib/providers/builtin/readNumbers.ts';
import { sayNumber, sayOrdinal } from '../../../lib/providers/builtin/sayNumber.ts';

describe('sayNumber', () => {
  it.each([
    [0, 'zero'],
    [13, 'thirteen'],
    [391, 'three hundred ninety-one'],
    [1001, 'one thousand one'],
    [2_500_000, 'two million five hundred thousand'],
    [-3.14159, 'minus three point one four one six'],
    [0.05, 'zero point zero five'],
    [1e20, 'one times ten to the power of twenty'],
    [0.00001, 'one times ten to the power of minus five'],
  ])('should say %d as "%s"', (value, words) => {
    expect(sayNumber(value)).toBe(words);
  });

  it('should say every whole number so that it can be read again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 - 1 }), value => {
        expect(readNumbers(sayNumber(value).replaceAll('-', ' '))).toBe(String(value));
      }),
    );
  });
});

describe('sayOrdinal', () => {
  it.each([
    [1, 'first'],
    [3, 'third'],
    [12, 'twelfth'],
    [20, 'twentieth'],
    [22, 'twenty-second'],
  ])('should say %d as "%s"', (value, words) => {
    expect(sayOrdinal(value)).toBe(words);
  });
});
