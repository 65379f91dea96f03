import { describe, expect, it } from 'vitest';
import { readNumbers } from '../../../lib/providers/builtin/readNumbers.ts';

describe('readNumbers', () => {
  it.each([
    ['seventeen times twenty three', '17 times 23'],
    ['a hundred and five', '105'],
    ['twelve hundred', '1200'],
    ['two thousand and twenty six', '2026'],
    ['3 million', '3000000'],
    ['two point five', '2.5'],
    ['three point one four', '3.14'],
    ['a dozen eggs', '12 eggs'],
  ])('should read "%s" as "%s"', (text, read) => {
    expect(readNumbers(text)).toBe(read);
  });

  it.each([
    ['one two three', '1 2 3'],
    ['17 23', '17 23'],
    ['ten and four', '10 and 4'],
    ['a cat and twenty dogs', 'a cat and 20 dogs'],
  ])('should leave numbers apart that only follow each other: "%s"', (text, read) => {
    expect(readNumbers(text)).toBe(read);
  });

  it('should leave text without numbers as it is', () => {
    expect(readNumbers('hundred ways to point at someone')).toBe('hundred ways to point at someone');
  });
});
