import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedAudio } from '../../../lib/providers/deepgram/sharedAudio.ts';

describe('audio that sentences share', () => {
  const pcm = (ms: number, from = 0): Int16Array => Int16Array.from({ length: ms * 8 }, (_, at) => from + at);
  const all = (audio: SharedAudio, pieces: readonly number[]) => {
    let from = 0;
    const next = pieces.flatMap(ms => {
      const frame = { pcm: pcm(ms, from), sampleRate: 8_000 };
      from += frame.pcm.length;
      return audio.next(frame);
    });
    return [...next, ...audio.rest()];
  };
  const msOf = (shares: ReturnType<typeof all>, sentence: number): number =>
    shares.reduce((sum, share) => sum + (share.sentence === sentence ? share.frame.pcm.length / 8 : 0), 0);

  it('should go to each by the length of its text, the rest to the last', () => {
    const shares = all(new SharedAudio(['One two.', 'Three.', 'Four five six.'], 8_000, 50), [100, 600, 500]);
    expect([0, 1, 2].map(sentence => msOf(shares, sentence))).toEqual([400, 300, 500]);
  });

  it('should pass at once where there is but one', () => {
    const audio = new SharedAudio(['One.'], 8_000, 50);
    expect(audio.next({ pcm: pcm(700), sampleRate: 8_000 }).map(({ frame }) => frame.pcm.length)).toEqual([
      5_600,
    ]);
    expect(audio.rest()).toEqual([]);
  });

  it('should come in order, all of it, and some to each, however long each seems and in whatever pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 1, max: 400 }),
        (lengths, pieces, msPerCharacter) => {
          const shares = all(
            new SharedAudio(
              lengths.map(length => 'x'.repeat(length)),
              8_000,
              msPerCharacter,
            ),
            pieces,
          );
          const samples = shares.flatMap(({ frame }) => [...frame.pcm]);
          const totalMs = pieces.reduce((sum, ms) => sum + ms, 0);
          expect(samples).toEqual([...pcm(totalMs)]);
          const order = shares.map(({ sentence }) => sentence);
          expect(order).toEqual([...order].sort((a, b) => a - b));
          if (totalMs >= 20 * lengths.length) expect(new Set(order).size).toBe(lengths.length);
        },
      ),
    );
  });
});
