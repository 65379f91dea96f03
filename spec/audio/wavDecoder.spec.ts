import { describe, expect, it } from 'vitest';
import { encodeMulaw } from '../../lib/audio/mulaw.ts';
import { readWav } from '../../lib/audio/wav.ts';
import { WavDecoder } from '../../lib/audio/wavDecoder.ts';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const chunk = (name: string, body: Buffer, length = body.length): Buffer =>
  Buffer.concat([text(name), u32(length), body]);
const pcm = (...values: number[]): Buffer => Buffer.from(Int16Array.from(values).buffer);
const riff = (...parts: Buffer[]): Buffer => Buffer.concat([text('RIFF'), u32(0), text('WAVE'), ...parts]);
const fmt = (tag = 1, bits = 16, channels = 1, rest: Buffer = Buffer.alloc(0)): Buffer => {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(16_000, 4);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return chunk('fmt ', Buffer.concat([body, rest]));
};
const sound = pcm(100, 200, 300);
const data = chunk('data', sound);
const info = text('INFOISFT\x05\0\0\0ABCDE'); // 17 bytes
const subFormat = (tag: number): Buffer => {
  const rest = Buffer.alloc(24);
  rest.writeUInt16LE(22, 0);
  rest.writeUInt16LE(tag, 8);
  return rest;
};
const ds64 = (length: number): Buffer => {
  const body = Buffer.alloc(28);
  body.writeUInt32LE(length, 8);
  return chunk('ds64', body);
};
const long = (mark: string, ...parts: Buffer[]): Buffer =>
  Buffer.concat([text(mark), u32(0xff_ff_ff_ff), text('WAVE'), ...parts]);
const id3 = (length: number): Buffer =>
  Buffer.concat([
    text('ID3\x03\0\0'),
    Buffer.of(0, 0, length >> 7, length & 127),
    Buffer.alloc(length, 0x55),
  ]);
const noise = Buffer.from([0xff, 0xfb, 0x90, 0x64, 1, 2, 3]);

/** WAV files as they exist, and their samples. */
const files: readonly (readonly [what: string, bytes: Buffer, samples: readonly number[]])[] = [
  ['an ordinary file', riff(fmt(), data), [100, 200, 300]],
  ['an odd chunk with its pad byte', riff(fmt(), chunk('LIST', info), Buffer.of(0), data), [100, 200, 300]],
  ['an odd chunk without its pad byte', riff(fmt(), chunk('LIST', info), data), [100, 200, 300]],
  [
    'an odd chunk with a pad byte of another value',
    riff(fmt(), chunk('LIST', info), text('x'), data),
    [100, 200, 300],
  ],
  [
    'an odd chunk of an unknown name, without pad',
    riff(fmt(), chunk('abcd', text('odd')), data),
    [100, 200, 300],
  ],
  ['an odd chunk before the format', riff(chunk('JUNK', text('odd')), fmt(), data), [100, 200, 300]],
  [
    'two odd chunks in a row',
    riff(fmt(), chunk('LIST', text('odd')), chunk('note', text('odd')), data),
    [100, 200, 300],
  ],
  [
    'an even chunk with a pad byte all the same',
    riff(fmt(), chunk('LIST', text('even')), Buffer.of(0), data),
    [100, 200, 300],
  ],
  ['a format longer than it says', riff(fmt(), Buffer.of(0, 0), data), [100, 200, 300]],
  ['a format of 18 bytes', riff(fmt(1, 16, 1, Buffer.of(0, 0)), data), [100, 200, 300]],
  [
    'JUNK, bext and fact before the data',
    riff(
      chunk('JUNK', Buffer.alloc(28)),
      chunk('bext', Buffer.alloc(602)),
      fmt(),
      chunk('fact', u32(3)),
      data,
    ),
    [100, 200, 300],
  ],
  [
    'a chunk of 100 kB before the data',
    riff(fmt(), chunk('id3 ', Buffer.alloc(100_000, 7)), data),
    [100, 200, 300],
  ],
  ['a LIST after the data', riff(fmt(), data, chunk('LIST', info)), [100, 200, 300]],
  [
    'odd data, and a LIST',
    riff(fmt(1, 8), chunk('data', Buffer.of(128, 129, 130)), Buffer.of(0), chunk('LIST', info)),
    [0, 256, 512],
  ],
  [
    'empty data, then a LIST',
    riff(fmt(), chunk('data', Buffer.alloc(0)), chunk('LIST', text('INFOIART\0\0\0\0'))),
    [],
  ],
  [
    'empty data, then an id3 chunk',
    riff(fmt(), chunk('data', Buffer.alloc(0)), chunk('id3 ', text('ID3\x03\0\0\0\0'))),
    [],
  ],
  ['empty data at the end', riff(fmt(), chunk('data', Buffer.alloc(0))), []],
  [
    'empty data, then more data',
    riff(fmt(), chunk('data', Buffer.alloc(0)), chunk('LIST', text('even')), data),
    [100, 200, 300],
  ],
  ['data of length 0, streamed', riff(fmt(), chunk('data', sound, 0)), [100, 200, 300]],
  ['data of a length of all ones', riff(fmt(), chunk('data', sound, 0xff_ff_ff_ff)), [100, 200, 300]],
  [
    'data of 2 GB, as SoX writes to a pipe',
    riff(fmt(), chunk('data', sound, 0x7f_ff_f0_00)),
    [100, 200, 300],
  ],
  ['data longer than the file', riff(fmt(), chunk('data', sound, 1_000)), [100, 200, 300]],
  [
    'data that ends within a sample',
    riff(fmt(), chunk('data', Buffer.concat([sound, Buffer.of(7)]), 1_000)),
    [100, 200, 300],
  ],
  ['garbage after the data', riff(fmt(), data, noise), [100, 200, 300]],
  ['RF64', long('RF64', ds64(6), fmt(), chunk('data', sound, 0xff_ff_ff_ff), noise), [100, 200, 300]],
  [
    'RF64 whose length was never written',
    long('RF64', ds64(0), fmt(), chunk('data', sound, 0xff_ff_ff_ff)),
    [100, 200, 300],
  ],
  ['RF64 with its length in the usual place', long('RF64', ds64(0), fmt(), data, noise), [100, 200, 300]],
  ['RF64 without ds64', long('RF64', fmt(), chunk('data', sound, 0xff_ff_ff_ff)), [100, 200, 300]],
  [
    'BW64',
    long(
      'BW64',
      ds64(6),
      chunk('axml', text('<odd>')),
      fmt(),
      chunk('data', sound, 0xff_ff_ff_ff),
      chunk('chna', text('even')),
    ),
    [100, 200, 300],
  ],
  ['an ID3 tag before RIFF', Buffer.concat([id3(300), riff(fmt(), data)]), [100, 200, 300]],
  ['extensible PCM', riff(fmt(0xfffe, 16, 1, subFormat(1)), data), [100, 200, 300]],
  [
    'extensible float',
    riff(fmt(0xfffe, 32, 1, subFormat(3)), chunk('data', Buffer.from(Float32Array.of(0.5, -1).buffer))),
    [16_384, -32_767],
  ],
  ['extensible without a sub-format', riff(fmt(0xfffe), data), [100, 200, 300]],
  ['8 bits', riff(fmt(1, 8), chunk('data', Buffer.of(0, 128, 255))), [-32_768, 0, 32_512]],
  ['24 bits', riff(fmt(1, 24), chunk('data', Buffer.of(9, 1, 0, 9, 255, 255))), [1, -1]],
  ['20 bits in 24', riff(fmt(1, 20), chunk('data', Buffer.of(0, 1, 0, 0, 2, 0))), [1, 2]],
  ['32 bits', riff(fmt(1, 32), chunk('data', Buffer.of(0, 0, 5, 0))), [5]],
  [
    '32 bits of float, beyond full scale and no number',
    riff(fmt(3, 32), chunk('data', Buffer.from(Float32Array.of(2, -Infinity, NaN).buffer))),
    [32_767, -32_767, 0],
  ],
  ['64 bits of float', riff(fmt(3, 64), chunk('data', Buffer.from(Float64Array.of(0.5).buffer))), [16_384]],
  [
    'µ-law',
    riff(
      fmt(7, 8, 1, Buffer.of(0, 0)),
      chunk('fact', u32(2)),
      chunk('data', Buffer.from(encodeMulaw(Int16Array.of(0, -32_124)))),
    ),
    [0, -32_124],
  ],
  ['A-law', riff(fmt(6, 8), chunk('data', Buffer.of(0xd5, 0x55, 0xaa, 0x2a))), [8, -8, 32_256, -32_256]],
  ['stereo', riff(fmt(1, 16, 2), chunk('data', pcm(100, 300, -100, -300))), [200, -200]],
  ['six channels', riff(fmt(1, 16, 6), chunk('data', pcm(6, 12, 18, 24, 30, 36))), [21]],
];

/** The samples of a file in pieces of this many bytes. */
function inPieces(bytes: Buffer, length: number): number[] {
  const decoder = new WavDecoder();
  const samples: number[] = [];
  for (let at = 0; at < bytes.length && !decoder.over; at += length)
    samples.push(...(decoder.push(Uint8Array.from(bytes.subarray(at, at + length)))?.pcm ?? []));
  return [...samples, ...(decoder.end()?.pcm ?? [])];
}

describe('a WAV file', () => {
  it.each(files)('should be read: %s', (_, bytes, samples) => {
    expect([...readWav(bytes).pcm]).toEqual(samples);
    for (const length of [1, 3, 11, 44, 640])
      expect([length, inPieces(bytes, length)]).toEqual([length, samples]);
  });

  it.each<[string, Buffer, RegExp]>([
    ['big-endian', Buffer.concat([text('RIFX'), u32(0), text('WAVE'), fmt()]), /RIFX/u],
    ['Sony Wave64', text('riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB'), /Wave64/u],
    ['AVI', Buffer.concat([text('RIFF'), u32(0), text('AVI LIST')]), /AVI/u],
    ['AIFF', text('FORM\0\0\0\0AIFFCOMM'), /AIFF/u],
    ['MP3 behind an ID3 tag', Buffer.concat([id3(20), noise, noise, noise]), /MP3/u],
    ['MP4', text('\0\0\0\x20ftypM4A \0\0\0\0'), /MP4/u],
    ['WebM', text('\x1A\x45\xDF\xA3\x01\0\0\0\0\0\0\x1F'), /WebM/u],
    ['half a header', text('RIFF\0\0'), /ends within its header/u],
    ['no chunk', riff(), /neither a format nor data/u],
    ['no data', riff(fmt(), chunk('LIST', info)), /no data/u],
    ['no format', riff(data), /data come before its format/u],
    ['rubbish', riff(fmt(), Buffer.alloc(2_000, 1)), /no data/u],
    ['ADPCM', riff(fmt(0x11, 8), data), /IMA ADPCM/u],
    ['no channels', riff(fmt(1, 16, 0), data), /0 channels/u],
    ['12 bits of float', riff(fmt(3, 16), data), /format 3, 16 bits/u],
    ['nothing', Buffer.alloc(0), /empty/u],
  ])('should be refused with its format and the fix: %s', (_, bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(reason);
    expect(() => readWav(bytes)).toThrow(/ffmpeg/u);
    expect(() => inPieces(bytes, 3)).toThrow(reason);
  });

  it('should keep no more than a piece of the bytes it passes over', () => {
    const decoder = new WavDecoder();
    decoder.push(riff(fmt()));
    decoder.push(Buffer.concat([text('LIST'), u32(3_000_000_000)]));
    const piece = new Uint8Array(1 << 20);
    for (let at = 0; at < 100; at++) expect(decoder.push(piece)).toBeUndefined();
  });
});
