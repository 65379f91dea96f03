import fc from 'fast-check';
import { firstValueFrom, from, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatFrames, frameBytes } from '../../../lib/audio/frame.ts';
import { wavHeader, writeWav } from '../../../lib/audio/wav.ts';
import { spokenFrames } from '../../../lib/providers/openai/spokenFrames.ts';

const tone = {
  pcm: Int16Array.from({ length: 1_001 }, (_, index) => Math.round(9_000 * Math.sin(index / 5))),
  sampleRate: 16_000,
};
const read = async (...pieces: Uint8Array[]) =>
  concatFrames(
    await firstValueFrom(
      from(pieces).pipe(
        spokenFrames({
          who: 'the server',
          sampleRate: () => 24_000,
          refused: ({ message }) => new Error(`refused: ${message}`),
        }),
        toArray(),
      ),
    ),
  );
/** A body in pieces of a few bytes each. */
const cut = (bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes.length === 0 ? bytes.length : sizes[n % sizes.length]!;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};
const chunk = (name: string, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
};
const wav = (
  format: { tag: number; channels: number; rate: number; bits: number },
  sound: Uint8Array,
  more: Buffer[] = [],
  told = sound.length,
): Buffer => {
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(format.tag, 0);
  fmt.writeUInt16LE(format.channels, 2);
  fmt.writeUInt32LE(format.rate, 4);
  fmt.writeUInt32LE((format.rate * format.channels * format.bits) / 8, 8);
  fmt.writeUInt16LE((format.channels * format.bits) / 8, 12);
  fmt.writeUInt16LE(format.bits, 14);
  const data = chunk('data', sound);
  data.writeUInt32LE(told, 4);
  return Buffer.concat([
    Buffer.from('RIFF\xff\xff\xff\xffWAVE', 'latin1'),
    chunk('fmt ', fmt),
    ...more,
    data,
  ]);
};
const text = (value: string): Uint8Array => Buffer.from(value);

describe('spokenFrames', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 6 });

  it('should play raw PCM and WAV, sample for sample, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async sizes => {
        expect(await read(...cut(frameBytes(tone), sizes))).toEqual({ ...tone, sampleRate: 24_000 });
        expect(await read(...cut(writeWav(tone), sizes))).toEqual(tone);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 0xff_ff_ff_ff, 0x7f_ff_ff_ff, 0xff_ff_ff_db])(
    'should play a streamed WAV whose length is %i',
    async length => {
      const header = Buffer.from(wavHeader(16_000, 1, 0));
      header.writeUInt32LE(length, 40);
      expect(await read(header, ...cut(frameBytes(tone), [333]))).toEqual(tone);
    },
  );

  it('should pass over other chunks, before the sound and after it', async () => {
    const format = { tag: 1, channels: 1, rate: 16_000, bits: 16 };
    const bytes = Buffer.concat([
      wav(format, frameBytes(tone), [
        chunk('LIST', text('INFOISFTLavf')),
        chunk('JUNK', Buffer.alloc(3_001)),
      ]),
      chunk('LIST', text('junk')),
    ]);
    for (const size of [1, 7, 64, 10_000]) expect(await read(...cut(bytes, [size]))).toEqual(tone);
  });

  it.each([
    ['stereo', { tag: 1, channels: 2, rate: 48_000, bits: 16 }],
    ['8 bits', { tag: 1, channels: 1, rate: 8_000, bits: 8 }],
    ['24 bits', { tag: 1, channels: 1, rate: 44_100, bits: 24 }],
    ['float', { tag: 3, channels: 1, rate: 24_000, bits: 32 }],
  ])('should read %s at its own rate, in pieces of any size', async (_, format) => {
    const bytes = wav(format, Buffer.alloc(2_400, 1));
    const whole = await read(bytes);
    expect(whole.sampleRate).toBe(format.rate);
    expect(whole.pcm).toHaveLength(2_400 / ((format.channels * format.bits) / 8));
    for (const size of [1, 5, 100]) expect(await read(...cut(bytes, [size]))).toEqual(whole);
  });

  it('should read sound in events', async () => {
    const events = cut(writeWav(tone), [500]).map(
      bytes =>
        `data: ${JSON.stringify({ type: 'speech.audio.delta', audio: Buffer.from(bytes).toString('base64') })}\n\n`,
    );
    const body = text(`${events.join('')}data: {"type":"speech.audio.done"}\n\n`);
    for (const size of [1, 77, 100_000]) expect(await read(...cut(body, [size]))).toEqual(tone);
  });

  const mp3 = Buffer.concat(
    Array.from({ length: 5 }, () =>
      Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0xc4]), Buffer.alloc(413)]),
    ),
  );
  const aac = Buffer.concat(
    Array.from({ length: 5 }, () =>
      Buffer.concat([Buffer.from([0xff, 0xf1, 0x50, 0x80, 0x19, 0x1f, 0xfc]), Buffer.alloc(193)]),
    ),
  );
  it.each<[string, Uint8Array, RegExp]>([
    ['MP3', mp3, /sent MP3.*set responseFormat .*'wav'/],
    ['MP3 with a tag', Buffer.concat([text('ID3\x04'), Buffer.alloc(200)]), /sent MP3.*responseFormat/],
    ['AAC', aac, /sent AAC.*responseFormat/],
    ['Ogg', Buffer.concat([text('OggS'), Buffer.alloc(200)]), /sent Ogg.*responseFormat/],
    ['FLAC', Buffer.concat([text('fLaC'), Buffer.alloc(200)]), /sent FLAC.*responseFormat/],
    [
      'MP4',
      Buffer.concat([Buffer.from([0, 0, 0, 0x20]), text('ftypM4A '), Buffer.alloc(200)]),
      /sent MP4.*responseFormat/,
    ],
    ['JSON', text('{"audio_url": "http://example.com/1"}'), /sent JSON instead of sound.*baseURL/],
    ['an error', text('{"error": {"message": "no such voice"}}'), /refused: no such voice/],
    [
      'an error in an event',
      text('event: error\ndata: {"message": "no such voice"}\n\n'),
      /refused: no such voice/,
    ],
    ['HTML', text(`<!doctype html><html>${' '.repeat(200)}</html>`), /sent a page \(HTML\).*baseURL/],
    [
      'text',
      text('This service has moved to another place, please look there.'),
      /sent text instead of sound/,
    ],
    [
      'A-law in 12 bits',
      wav({ tag: 99, channels: 1, rate: 8_000, bits: 12 }, Buffer.alloc(100)),
      /WAV that can't be played.*responseFormat: 'pcm'/,
    ],
  ])('should say what to set for %s', async (_, bytes, message) => {
    for (const size of [3, 100, 100_000]) await expect(read(...cut(bytes, [size]))).rejects.toThrow(message);
  });

  it('should not take PCM for anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 80, maxLength: 3_000 }), async noise => {
        const even = noise.subarray(0, noise.length & ~1);
        // A body that begins like MP3 but has no second frame is PCM.
        const bytes = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0xc4]), even]);
        expect((await read(bytes)).pcm).toHaveLength(bytes.length / 2);
      }),
      { numRuns: 100 },
    );
    expect((await read(Buffer.alloc(10))).pcm).toHaveLength(5);
    expect((await read(Buffer.alloc(300, 0xff))).pcm).toHaveLength(150);
    expect((await read()).pcm).toHaveLength(0);
  });
});
