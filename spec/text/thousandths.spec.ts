import { expect, it } from 'vitest';
import { thousandths } from '../../lib/text/thousandths.ts';

it.each([
  [400.3 - 150.2, '250.1'],
  [0.1 + 0.2, '0.3'],
  [1e-7, '0'],
  [-1.23456, '-1.235'],
  [1_764_371_525_123, '1764371525123'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [{ at: [1.00049, 'a', null] }, '{"at":[1,"a",null]}'],
])('thousandths: %j', (value, expected) => {
  expect(JSON.stringify(value, thousandths)).toBe(expected);
});
