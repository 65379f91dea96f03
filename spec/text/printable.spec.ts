import { describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../lib/text/printable.ts';

const esc = '\u001B';

describe('printable', () => {
  it.each([
    ['the clipboard (OSC 52)', `a${esc}]52;c;aGVsbG8=\u0007b`, 'ab'],
    ['the clipboard, ended by ST', `a${esc}]52;c;aGVsbG8=${esc}\\b`, 'ab'],
    ['the clipboard, in 8 bits', 'a\u009D52;c;aGVsbG8=\u009Cb', 'ab'],
    ['a title', `${esc}]0;owned\u0007Hi`, 'Hi'],
    ['a link', `${esc}]8;;http://x\u0007here${esc}]8;;\u0007`, 'here'],
    ['a colour', `${esc}[31;1mred${esc}[0m`, 'red'],
    ['a clear screen', `${esc}[2J${esc}[HHi`, 'Hi'],
    ['CSI in 8 bits', '\u009B2JHi', 'Hi'],
    ['DCS, PM, APC and SOS', `${esc}Pq1${esc}\\a${esc}^x${esc}\\b${esc}_y${esc}\\c${esc}Xz${esc}\\d`, 'abcd'],
    ['a character set', `${esc}(0lqk`, 'lqk'],
    ['a reset', `${esc}cHi`, 'cHi'],
    ['an escape at the end', `Hi${esc}`, 'Hi'],
    ['an OSC without an end, whose text stays', `a${esc}]52;c;b`, 'a]52;c;b'],
    ['a line that is overwritten', 'safe\revil', 'safe evil'],
    ['backspaces, bells and nulls', 'a\bb\u0007c\u0000d', 'abcd'],
    ['the next line of C1', 'a\u0085b', 'a b'],
    ['DEL', 'a\u007Fb', 'ab'],
    ['an override', 'a\u202Egnp.exe', 'agnp.exe'],
    ['isolates', 'a\u2066b\u2067c\u2068d\u2069', 'abcd'],
    ['half a character', 'a\uD83Db', 'a\uFFFDb'],
  ])('should take out %s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it.each([
    'Grüße, naïve – “quoted” …',
    '👨‍👩‍👧 and 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and ❤️ and 👍🏽',
    'שלום\u200F (test) \u200Eabc',
    'مرحبا، كيف \u061Cحالك؟',
    'می‌خواهم',
    '嗯嗯嗯。ありがとう',
    'one\n\ttwo\nthree',
  ])('should leave %j as it is', text => {
    expect(printable(text)).toBe(text);
  });

  it('should be linear in time', () => {
    for (const piece of [`${esc}]`, `${esc}[1`, '\u009D', `${esc}P${esc}`, `${esc}]a`, '\r', `${esc}(`])
      expect(printable(piece.repeat(200_000)).length).toBeLessThan(800_001);
  }, 10_000);
});

describe('printableJson', () => {
  it('should be lossless, and hold no control character', () => {
    const value = { text: `a${esc}]52;c;b\u0007\u009B2J\u202Eb\u2028\u007F 👨‍👩‍👧 שלום`, n: 1 };
    const line = printableJson(value);
    expect(JSON.parse(line)).toEqual(value);
    expect(line).not.toMatch(/[\p{Cc}\u2028-\u202E]/u);
    expect(line).toContain('👨‍👩‍👧 שלום');
  });
});
