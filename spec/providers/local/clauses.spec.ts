import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauses } from '../../../lib/providers/local/clauses.ts';

const sentence = 'I can tell you about the weather in the north of the country today.';

describe('clauses', () => {
  it('should leave a sentence whole', () => {
    expect(clauses(sentence)).toEqual([sentence]);
    expect(clauses('')).toEqual([]);
  });

  it('should cut a long text after its sentences', () => {
    expect(clauses([sentence, sentence, sentence, sentence].join(' '))).toEqual([
      sentence,
      sentence,
      `${sentence} ${sentence}`,
    ]);
  });

  it('should not cut after a title', () => {
    const text = `The first thing that I would like you to do today is to go to Dr. Smith, ${sentence} ${sentence}`;
    expect(clauses(text)[0]).not.toMatch(/Dr\.$/);
  });

  it('should keep every word, in order, in clauses of at most 200 characters', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}[.,;!]?$/), { maxLength: 120 }), words => {
        const parts = clauses(words.join(' '));
        expect(parts.join(' ')).toBe(words.join(' '));
        expect(parts.every(part => part.length > 0 && part.length <= 200)).toBe(true);
      }),
    );
  });

  it('should cut a word without an end', () => {
    expect(clauses('x'.repeat(450)).map(part => part.length)).toEqual([200, 200, 50]);
  });
});
