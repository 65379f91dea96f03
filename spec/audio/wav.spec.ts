import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RxvoiceError } from '../../lib/errors.ts';
import { readWav, wavHeader, writeWav } from '../../lib/audio/wav.ts';

interface Format {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly bits?: number;
  /** The size in its data chunk. */
  readonly told?: number;
  /** Chunks before the data. */
  readonly before?: Buffer;
  readonly extensible?: boolean;
}

/** A WAV file around samples as they are written in it. */
function wav(
  data: Buffer,
  { tag = 1, channels = 1, sampleRate = 16_000, bits = 16, told, before, extensible = false }: Format = {},
): Buffer {
  const format = Buffer.alloc(extensible ? 48 : 24);
  format.write('fmt ', 'latin1');
  format.writeUInt32LE(format.length - 8, 4);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 8);
  format.writeUInt16LE(channels, 10);
  format.writeUInt32LE(sampleRate, 12);
  format.writeUInt32LE((sampleRate * channels * bits) / 8, 16);
  format.writeUInt16LE((channels * bits) / 8, 20);
  format.writeUInt16LE(bits, 22);
  if (extensible) format.writeUInt16LE(tag, 32);
  const head = Buffer.alloc(8);
  head.write('data', 'latin1');
  head.writeUInt32LE(told ?? data.length, 4);
  return Buffer.concat([Buffer.from('RIFF____WAVE'), format, before ?? Buffer.alloc(0), head, data]);
}

const samples = (write: (buffer: Buffer, at: number) => void, width: number): Buffer => {
  const buffer = Buffer.alloc(width);
  write(buffer, 0);
  return buffer;
};
const pcm = (...values: number[]): Buffer => Buffer.from(Int16Array.from(values).buffer);

describe('readWav', () => {
  it.each([8_000, 16_000, 24_000, 44_100, 48_000])('should read %i Hz, mono and stereo', sampleRate => {
    expect(readWav(wav(pcm(1, -2, 3), { sampleRate }))).toEqual({ pcm: Int16Array.of(1, -2, 3), sampleRate });
    const stereo = readWav(wav(pcm(100, 300, -100, -300), { sampleRate, channels: 2 }));
    expect(stereo).toEqual({ pcm: Int16Array.of(200, -200), sampleRate });
  });

  it('should read samples of every usual width', () => {
    const half: [Format, Buffer][] = [
      [{ bits: 8 }, Buffer.of(192)],
      [{ bits: 24 }, samples((b, at) => b.writeIntLE(0x400000, at, 3), 3)],
      [{ bits: 32 }, samples((b, at) => b.writeInt32LE(0x40000000, at), 4)],
      [{ bits: 32, tag: 3 }, samples((b, at) => b.writeFloatLE(0.5, at), 4)],
      [{ bits: 64, tag: 3 }, samples((b, at) => b.writeDoubleLE(0.5, at), 8)],
      [{ bits: 32, tag: 3, extensible: true }, samples((b, at) => b.writeFloatLE(0.5, at), 4)],
    ];
    for (const [format, data] of half)
      expect(Math.abs(readWav(wav(data, format)).pcm[0]! - 16_384)).toBeLessThan(2);
  });

  it('should not go beyond full scale, nor choke on what is no number', () => {
    const loud = Buffer.concat([3, -3, NaN].map(value => samples((b, at) => b.writeFloatLE(value, at), 4)));
    expect([...readWav(wav(loud, { bits: 32, tag: 3 })).pcm]).toEqual([32_767, -32_767, 0]);
  });

  it('should pass over other chunks, also of odd length', () => {
    const list = Buffer.concat([Buffer.from('LIST'), Buffer.of(3, 0, 0, 0), Buffer.from('abc\0')]);
    expect([...readWav(wav(pcm(7), { before: list })).pcm]).toEqual([7]);
  });

  it.each([0, 0xff_ff_ff_ff, 100])('should read a file that claims %i bytes up to its end', told => {
    expect([...readWav(wav(pcm(1, 2, 3), { told })).pcm]).toEqual([1, 2, 3]);
  });

  it('should leave out half a sample at the end', () => {
    expect([...readWav(wav(Buffer.concat([pcm(5), Buffer.of(1)]))).pcm]).toEqual([5]);
  });

  it.each([
    [Buffer.from('ID3\u0003and so on and on'), /MP3/u],
    [Buffer.from('OggS and so on and on'), /Ogg/u],
    [Buffer.from('fLaC and so on and on'), /FLAC/u],
    [Buffer.from('Dear diary, today I'), /does not begin with RIFF/u],
    [Buffer.alloc(0), /empty/u],
    [wav(Buffer.of(1, 2), { tag: 0x55, bits: 16 }), /holds MP3, 16 bits/u],
    [wav(Buffer.of(1, 2), { sampleRate: 4_000 }), /4000 Hz/u],
    [wav(pcm(1)).subarray(0, 36), /no data/u],
  ])('should refuse what it cannot read and say how to convert it (%#)', (bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(RxvoiceError);
    expect(() => readWav(bytes)).toThrow(reason);
    expect(() => readWav(bytes)).toThrow(/ffmpeg/u);
  });

  it('should never do anything but read or refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), tail => {
        try {
          readWav(Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), tail]));
        } catch (error) {
          expect(RxvoiceError.is(error)).toBe(true);
        }
      }),
    );
  });
});

describe('writeWav', () => {
  it('should write what readWav reads', () => {
    fc.assert(
      fc.property(
        fc.int16Array({ maxLength: 50 }),
        fc.constantFrom(8_000, 16_000, 44_100),
        (values, sampleRate) => {
          expect(readWav(writeWav({ pcm: values, sampleRate }))).toEqual({ pcm: values, sampleRate });
        },
      ),
    );
  });

  it('should write two sides as stereo, the shorter one ending in silence', () => {
    const bytes = writeWav(
      { pcm: Int16Array.of(1, 2), sampleRate: 8_000 },
      { pcm: Int16Array.of(9), sampleRate: 8_000 },
    );
    expect([...new Int16Array(bytes.buffer, 44)]).toEqual([1, 9, 2, 0]);
    expect(Buffer.from(wavHeader(8_000, 2, 8)).equals(bytes.subarray(0, 44))).toBe(true);
  });
});
