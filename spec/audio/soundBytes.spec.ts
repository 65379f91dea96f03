import { Readable } from 'node:stream';
import fc from 'fast-check';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameBytes } from '../../lib/audio/frame.ts';
import { soundKind } from '../../lib/audio/soundKind.ts';
import { type AudioInput, toInput } from '../../lib/audio/toInput.ts';
import { writeWav } from '../../lib/audio/wav.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
/** A frame of MP3 (128 kbit/s, 44,100 Hz), and one of AAC in ADTS of 20 bytes. */
const mp3 = Buffer.concat([Buffer.of(0xff, 0xfb, 0x90, 0x64), Buffer.alloc(413, 0x55)]);
const aac = Buffer.concat([Buffer.of(0xff, 0xf1, 0x50, 0x80, 0x02, 0x9f, 0xfc), Buffer.alloc(13, 0x55)]);

/** Files that are no samples, by their first bytes. */
const others: readonly (readonly [string, Buffer, RegExp])[] = [
  ['Ogg', latin('OggS\0\x02\0\0\0\0\0\0\0\0'), /is Ogg/u],
  ['FLAC', latin('fLaC\0\0\0\x22'), /is FLAC/u],
  ['WebM', latin('\x1A\x45\xDF\xA3\x9F\x42\x86'), /is WebM/u],
  ['MP4', latin('\0\0\0\x20ftypisom\0\0\x02\0'), /is MP4/u],
  ['M4A', latin('\0\0\0\x1CftypM4A \0\0\0\0'), /is MP4 \(AAC/u],
  ['MP3', Buffer.concat([mp3, mp3]), /is MP3/u],
  [
    'MP3 with an ID3 tag',
    Buffer.concat([latin('ID3\x03\0\0\0\0\0\x10'), Buffer.alloc(16), mp3, mp3]),
    /is .*MP3/u,
  ],
  ['AAC', Buffer.concat([aac, aac]), /is AAC/u],
  ['AIFF', latin('FORM\0\0\0\0AIFFCOMM'), /is AIFF/u],
  ['RIFX', latin('RIFX\0\0\0\0WAVEfmt '), /is .*RIFX/u],
  ['AVI', latin('RIFF\0\0\0\0AVI LIST'), /is an AVI/u],
  ['an error', latin('{"error":{"message":"no such voice"}}'), /is a JSON text/u],
  ['an error by another name', latin('{"detail":"Not Found"}'), /is a JSON text/u],
  ['a page', latin('<!DOCTYPE html><title>404'), /is an HTML page/u],
];

const pieces = (bytes: Uint8Array, length: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    Uint8Array.from(bytes.subarray(index * length, (index + 1) * length)),
  );
const readerOf = (bytes: Uint8Array, length: number): AudioInput => {
  const rest = pieces(bytes, length);
  return { read: () => rest.shift() ?? null };
};
const sine: AudioFrame = {
  pcm: Int16Array.from({ length: 8_820 }, (_, index) => Math.round(9_000 * Math.sin(index / 9))),
  sampleRate: 44_100,
};
const join = (frames: readonly AudioFrame[]): number[] => frames.flatMap(({ pcm }) => [...pcm]);

describe('an input of bytes', () => {
  it.each([1, 5, 43, 640, 100_000])(
    'should play a WAV file at its own rate, in pieces of %i bytes',
    length => {
      const { values } = virtualTime(() => toInput(readerOf(writeWav(sine), length)));
      const frames = values.map(({ value }) => value);
      expect(join(frames)).toEqual([...sine.pcm]);
      expect(new Set(frames.map(({ sampleRate }) => sampleRate))).toEqual(new Set([44_100]));
      expect(frames[0]!.pcm.length).toBe(882);
    },
  );

  it('should play a WAV file of two channels as one, and nothing after its sound', async () => {
    const file = Buffer.concat([writeWav(sine, sine), latin('LIST\x04\0\0\0INFO'), Buffer.alloc(5_000, 9)]);
    const frames = await lastValueFrom(toInput(Readable.from([file])).pipe(toArray()));
    expect(join(frames)).toEqual([...sine.pcm]);
  });

  it.each(others)('should be refused, and distinguished from noise: %s', (_, bytes, reason) => {
    for (const length of [1, 7, 10_000]) {
      const { values, failed } = virtualTime(() => toInput(readerOf(bytes, length)));
      expect(values).toEqual([]);
      expect(failed?.error).toMatchObject({
        stage: 'input',
        message: expect.stringMatching(reason) as string,
      });
      expect((failed?.error as Error).message).toMatch(/ffmpeg/u);
    }
  });

  it('should end with the reason when a WAV file ends in its header', () => {
    const { failed } = virtualTime(() => toInput(readerOf(writeWav(sine).subarray(0, 40), 7)));
    expect(failed?.error).toMatchObject({
      stage: 'input',
      message: expect.stringMatching(/no data/u) as string,
    });
  });

  it('should refuse samples in floating point', () => {
    const { failed } = virtualTime(() => toInput({ read: () => new Float32Array(320) }));
    expect((failed?.error as Error).message).toMatch(/Float32Array.*16 bits/u);
  });

  it('should take any samples for samples, however they begin', () => {
    const sample = fc.oneof(
      fc.integer({ min: -32_768, max: 32_767 }),
      fc.constantFrom(0, -1, -1_025, -3_585, -257, 0x4952, 0x4449),
    );
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        (values, length) => {
          const bytes = frameBytes({ pcm: Int16Array.from(values), sampleRate: 16_000 });
          const { values: frames } = virtualTime(() => toInput(readerOf(bytes, length)));
          expect(join(frames.map(({ value }) => value))).toEqual(values);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('should know after 10,000 bytes at most', () => {
    fc.assert(
      fc.property(fc.constantFrom(...others), fc.integer({ min: 0, max: 255 }), ([, begin], filler) => {
        const kind = soundKind(Buffer.concat([begin, Buffer.alloc(10_000, filler)]));
        expect(kind.is).not.toBe('undecided');
      }),
      { seed: 7 },
    );
  });
});
