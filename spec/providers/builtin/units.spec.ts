import { describe, expect, it } from 'vitest';
import { convert } from '../../../lib/providers/builtin/units.ts';

describe('convert', () => {
  it.each([
    ['ten meters in feet', 'ten meters', 'about thirty-three feet'],
    ['How many feet are in ten metres?', 'ten meters', 'about thirty-three feet'],
    ['10m in ft', 'ten meters', 'about thirty-three feet'],
    ['100 km in miles', 'one hundred kilometers', 'about sixty-two miles'],
    ['half a mile in kilometers', 'zero point five miles', 'about zero point eight kilometers'],
    ['how many minutes are in a day', 'one day', 'one thousand four hundred forty minutes'],
    ['20 degrees celsius in fahrenheit', 'twenty degrees Celsius', 'sixty-eight degrees Fahrenheit'],
    ["what's 100°F in celsius", 'one hundred degrees Fahrenheit', 'about thirty-eight degrees Celsius'],
    ['how many inches in a foot', 'one foot', 'twelve inches'],
  ])('should convert "%s"', (said, from, to) => {
    expect(convert(said)).toEqual({ from, to, asked: true });
  });

  it('should give the usual counterpart when no unit is asked for', () => {
    expect(convert('go forward ten meters')).toEqual({
      from: 'ten meters',
      to: 'about thirty-three feet',
      asked: false,
    });
  });

  it('should not convert into a unit of something else', () => {
    expect(convert('ten meters in pounds')?.asked).toBe(false);
  });

  it.each(['I have two dogs', 'meters', 'hello'])('should find no quantity in "%s"', said => {
    expect(convert(said)).toBeUndefined();
  });
});
