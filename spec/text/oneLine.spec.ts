import { describe, expect, it } from 'vitest';
import { oneLine } from '../../lib/text/oneLine.ts';

/** Characters that act on a terminal, a log or a page, by kind. */
const acting: readonly (readonly [string, string])[] = [
  ['a C0 control', '\u0007'],
  ['the first byte of an escape sequence', '\u001b'],
  ['delete', '\u007f'],
  ['a C1 control: CSI in one byte', '\u009b'],
  ['a C1 control: OSC in one byte', '\u009d'],
  ['a carriage return', '\r'],
  ['next line', '\u0085'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['an override of the reading order', '\u202e'],
  ['an isolate', '\u2066'],
  ['a mark of direction', '\u200f'],
  ['an Arabic letter mark', '\u061c'],
  ['a zero-width space', '\u200b'],
  ['a byte order mark', '\ufeff'],
  ['half a surrogate pair', '\ud83d'],
  ['a language tag', '\u{e0001}'],
];

describe('text from outside', () => {
  it.each(acting)('should be shown, not obeyed: %s', (_, character) => {
    expect(oneLine(`a${character}b`)).toMatch(/^a(?:\\u[0-9a-f]{4})+b$/u);
    expect(JSON.parse(oneLine(JSON.stringify(`a${character}b`), Infinity))).toBe(`a${character}b`);
  });

  it('should be one line in a log, and keep its lines for people', () => {
    expect(oneLine('a\nb\tc')).toBe('a\\u000ab\\u0009c');
  });

  it('should be left alone where it is only text', () => {
    const text = 'Grüße, 你好, שלום, مي\u200cخواهم, 👨\u200d👩\u200d👧, 𝒜';
    expect(oneLine(text)).toBe(text);
  });

  it('should be cut where it is long, also in the middle of a character', () => {
    expect(oneLine('x'.repeat(1_000), 5)).toBe('xxxxx…');
    expect(oneLine('xx👍', 3)).toBe('xx\\ud83d…');
  });
});
