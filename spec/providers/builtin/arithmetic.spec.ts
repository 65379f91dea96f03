import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calculate } from '../../../lib/providers/builtin/arithmetic.ts';
import { sayNumber } from '../../../lib/providers/builtin/sayNumber.ts';

describe('calculate', () => {
  it.each([
    ['What is seventeen times twenty three?', 391],
    ['seventeen multiplied by twenty-three', 391],
    ['17 x 23', 391],
    ['17x23', 391],
    ['17 * 23 =', 391],
    ["what's 12% of 80", 9.6],
    ['twelve percent of eighty', 9.6],
    ['what is the square root of one hundred forty four', 12],
    ['√144', 12],
    ['ten divided by four', 2.5],
    ['10/4', 2.5],
    ['nine over three', 3],
    ['two to the power of ten', 1024],
    ['2^10', 1024],
    ['five squared plus three', 28],
    ['1,250 + 250', 1500],
    ['ten minus twenty', -10],
    ['minus five squared', -25],
    ['add five and seven', 12],
    ['multiply six by seven', 42],
    ['divide a hundred by eight', 12.5],
    ['subtract three from ten', 7],
    ['half of thirty', 15],
    ['two plus two times three', 8],
    ['(2+3)*4', 20],
    ['2 + 2 = 4', 4],
  ])('should work out "%s"', (said, value) => {
    expect(calculate(said)?.value).toBeCloseTo(value, 9);
  });

  it.each([
    ['what is to plus to', 4],
    ['two times for', 8],
    ['too minus ate', undefined],
    ['seven plus ate', 15],
  ])('should hear numbers where only numbers can be: "%s"', (said, value) => {
    expect(calculate(said)?.value).toBe(value ?? -6);
  });

  it.each([
    'I have two dogs and three cats',
    'one two three',
    'are you available 24/7',
    'on 3/4/2025',
    'my number is 555-1234',
    'it is 50 percent',
    'two plus',
    'plus',
    'go forward ten meters',
    'what time is it',
  ])('should find no sum in "%s"', said => {
    expect(calculate(said)).toBeUndefined();
  });

  it('should say the sum in words', () => {
    expect(calculate('17 x 23')?.spoken).toBe('seventeen times twenty-three');
    expect(calculate("What's 12% of 80?")?.spoken).toBe('twelve percent of eighty');
  });

  it('should have no finite value for what mathematics has none', () => {
    expect(calculate('ten divided by zero')?.value).toBe(Infinity);
    expect(calculate('square root of minus one')?.value).toBeNaN();
  });

  it('should give the same for digits and for words', () => {
    const number = fc.integer({ min: 0, max: 99_999 });
    fc.assert(
      fc.property(number, number, fc.constantFrom('plus', 'minus', 'times'), (a, b, operation) => {
        const value = operation === 'plus' ? a + b : operation === 'minus' ? a - b : a * b;
        expect(calculate(`What is ${a} ${operation} ${b}?`)?.value).toBe(value);
        expect(calculate(`${sayNumber(a)} ${operation} ${sayNumber(b)}`)?.value).toBe(value);
      }),
    );
  });
});
