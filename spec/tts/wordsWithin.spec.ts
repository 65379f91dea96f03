import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordsWithin } from '../../lib/tts/wordsWithin.ts';

describe('wordsWithin', () => {
  it('should keep whole words only', () => {
    expect(wordsWithin('Ask not what your country can do.', 0.5)).toBe('Ask not what');
    expect(wordsWithin('Ask not what your country can do.', 0.01)).toBe('');
    expect(wordsWithin('Ask not what your country can do.', 1)).toBe('Ask not what your country can do.');
    expect(wordsWithin('Well, that is it.', 0.4)).toBe('Well,');
  });

  it('should find words where there are no spaces', () => {
    const text = '今日は天気がいいです';
    const heard = wordsWithin(text, 0.6);
    expect(text.startsWith(heard)).toBe(true);
    expect(heard.length).toBeGreaterThan(2);
    expect(heard.length).toBeLessThan(7);
  });

  it('should take anything below nothing as nothing, and above all as all', () => {
    expect([wordsWithin('Yes.', -3), wordsWithin('Yes.', 7), wordsWithin('', 1)]).toEqual(['', 'Yes.', '']);
  });

  it('should give a beginning of the text that never shrinks as more is heard', () => {
    fc.assert(
      fc.property(
        fc.lorem({ maxCount: 12 }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        (text, a, b) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)].map(share => wordsWithin(text, share)) as [
            string,
            string,
          ];
          expect(text.startsWith(more)).toBe(true);
          expect(more.startsWith(less)).toBe(true);
          if (more !== '') expect(text.slice(more.length)).toMatch(/^(\W|$)/u);
        },
      ),
    );
  });
});
