import { describe, expect, it } from 'vitest';
import { InterimWords } from '../../../lib/providers/local/interimWords.ts';
import { withoutLoops } from '../../../lib/providers/local/withoutLoops.ts';

describe('withoutLoops', () => {
  it('should keep a phrase that goes round and round once', () => {
    expect(withoutLoops('as selfish is to be as selfish is to be as selfish is to be as')).toBe(
      'as selfish is to be',
    );
    expect(withoutLoops('well the the the the the the the')).toBe('well the');
  });

  it('should leave alone what people repeat', () => {
    const texts = ['No, no, no.', 'Ask what you can do, ask what you can do.', 'bye bye bye', '', 'one'];
    expect(texts.map(withoutLoops)).toEqual(texts);
  });
});

describe('InterimWords', () => {
  it('should hold the last word back until two decodes agree on it', () => {
    const words = new InterimWords();
    expect(
      ['Go.', 'Go for.', 'Go forward.', 'Go forward ten.', 'Go forward ten.', 'Go forward ten.'].map(text =>
        words.next(text),
      ),
    ).toEqual([undefined, 'Go', undefined, 'Go forward', 'Go forward ten', undefined]);
  });
});
