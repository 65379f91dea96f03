import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scriptedInput, type ScriptedSpeech, scriptedStt, virtualTime } from '../../lib/testing/index.ts';

const heard = (speech: ScriptedSpeech): (readonly [number, string])[] =>
  virtualTime(() => scriptedInput(4_000).pipe(scriptedStt([speech]))).values.map(({ at, value }) => [
    at,
    'text' in value ? `${value.type} ${value.text}` : value.type,
  ]);

describe('scriptedStt', () => {
  it('should emit speech, its words as they are said, and its end', () => {
    expect(heard({ from: 200, to: 800, text: 'Stop it now.' })).toEqual([
      [300, 'speechStart'],
      [400, 'interim Stop'],
      [600, 'interim Stop it'],
      [800, 'interim Stop it now.'],
      [900, 'final Stop it now.'],
      [1_100, 'utteranceEnd'],
    ]);
  });

  it('should emit speech detected after its end before its words', () => {
    expect(heard({ from: 200, to: 300, text: 'Stop.', noticedMs: 260 })).toEqual([
      [460, 'speechStart'],
      [460, 'interim Stop.'],
      [460, 'final Stop.'],
      [600, 'utteranceEnd'],
    ]);
  });

  it('should emit everything in order, however late the engine is', () => {
    const ms = fc.integer({ min: 0, max: 900 });
    const speech = fc.record({ noticedMs: ms, finalMs: ms, endpointingMs: ms, words: fc.nat(3) });
    const order = ['speechStart', 'interim', 'final', 'utteranceEnd'];
    fc.assert(
      fc.property(speech, ({ words, ...late }) => {
        const text = Array.from({ length: words }, () => 'so').join(' ');
        const types = heard({ from: 200, to: 500, text, ...late }).map(([, type]) => type.split(' ')[0]!);
        expect(types).toEqual(types.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});
