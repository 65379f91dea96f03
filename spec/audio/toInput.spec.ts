import { Readable } from 'node:stream';
import { firstValueFrom, lastValueFrom, of, reduce, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameBytes, frameMs, silence } from '../../lib/audio/frame.ts';
import { type AudioInput, type AudioReader, toInput } from '../../lib/audio/toInput.ts';
import { RxvoiceError } from '../../lib/errors.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const bytes = Uint8Array.from({ length: 6_400 }, (_, index) => index % 251); // 200 ms
const join = (frames: readonly AudioFrame[]): number[] => frames.flatMap(frame => [...frameBytes(frame)]);

/** A reader of these bytes in chunks of this size, which counts its reads. */
function readerOf(all: Uint8Array, size: (asked: number) => number = asked => asked) {
  let at = 0;
  const counts = { reads: 0, closed: 0, asked: 0 };
  const reader: AudioReader = {
    read: asked => {
      counts.reads += 1;
      counts.asked = asked;
      const chunk = all.subarray(at, at + size(asked));
      at += chunk.length;
      return chunk.length === 0 ? null : chunk;
    },
    close: () => void (counts.closed += 1),
  };
  return { reader, counts };
}

describe('toInput', () => {
  it('should pass the frames of an observable as they are', () => {
    const frame$ = of(silence());
    expect(toInput(frame$)).toBe(frame$);
  });

  it('should read 20 ms at a time, all of it, and close once', () => {
    const { reader, counts } = readerOf(bytes);
    const { values } = virtualTime(() => toInput(reader));
    expect(values.map(({ value }) => frameMs(value))).toEqual(Array.from({ length: 10 }, () => 20));
    expect(join(values.map(({ value }) => value))).toEqual([...bytes]);
    expect(counts).toEqual({ reads: 11, closed: 1, asked: 640 });
  });

  it('should carry odd bytes over, whatever comes', () => {
    for (const size of [1, 3, 333, 5_000]) {
      const { values } = virtualTime(() => toInput(readerOf(bytes, () => size).reader));
      expect(join(values.map(({ value }) => value))).toEqual([...bytes]);
    }
  });

  it('should never read faster than real time, but for 200 ms', () => {
    const endless: AudioReader = { read: size => new Uint8Array(size), sampleRate: 8_000 };
    const { values } = virtualTime(() => toInput(endless), { until: 1_000 });
    const ahead = values.map(({ at }, index) => index * 20 - at);
    expect(Math.max(...ahead)).toBe(200);
    expect(values.at(-1)?.at).toBeGreaterThanOrEqual(980);
    expect(values[0]?.value.sampleRate).toBe(8_000);
  });

  it('should stop reading and close when unsubscribed', () => {
    const { reader, counts } = readerOf(new Uint8Array(640_000));
    virtualTime(() => toInput(reader).pipe(take(2)));
    expect(counts.reads).toBeLessThanOrEqual(3);
    expect(counts.closed).toBe(1);
  });

  it('should wait for a reader that promises, one read at a time', async () => {
    const { reader } = readerOf(bytes);
    let open = 0;
    let most = 0;
    const slow: AudioReader = {
      read: async size => {
        most = Math.max(most, ++open);
        await Promise.resolve();
        open -= 1;
        return reader.read(size);
      },
    };
    expect(join(await lastValueFrom(toInput(slow).pipe(toArray())))).toEqual([...bytes]);
    expect(most).toBe(1);
  });

  it.each([undefined, null, new Uint8Array(0), new ArrayBuffer(0)])('should end with %s', nothing => {
    expect(virtualTime(() => toInput({ read: () => nothing }))).toMatchObject({ values: [], completedAt: 0 });
  });

  it('should read a Node stream, and destroy it when no more is wanted', async () => {
    const whole = await lastValueFrom(
      toInput(
        Readable.from([Buffer.from(bytes.subarray(0, 1_001)), Buffer.from(bytes.subarray(1_001))]),
      ).pipe(reduce((all: number[], frame) => [...all, ...frameBytes(frame)], [])),
    );
    expect(whole).toEqual([...bytes]);
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(640));
      },
    });
    await firstValueFrom(toInput(endless));
    expect(endless.destroyed).toBe(true);
  });

  it('should report a reader that fails, with the reason', () => {
    const cause = new Error('unplugged');
    const broken: AudioReader = {
      read: () => {
        throw cause;
      },
    };
    const { failed } = virtualTime(() => toInput(broken));
    expect(RxvoiceError.is(failed?.error)).toBe(true);
    expect(failed?.error).toMatchObject({ stage: 'input', cause });
  });

  it.each(['hello', 42, [1, 2]])('should refuse a chunk that is no bytes: %j', chunk => {
    const reader = { read: () => chunk } as unknown as AudioReader;
    const { failed } = virtualTime(() => toInput(reader));
    expect(failed?.error).toMatchObject({ stage: 'input' });
    expect(String(failed?.error)).toMatch(/s16le bytes .* but one was a value of type/u);
  });

  it('should refuse a Node stream of text', async () => {
    const text = Readable.from([Buffer.from('hello')]).setEncoding('utf8');
    await expect(firstValueFrom(toInput(text))).rejects.toThrow('no encoding set');
  });

  it.each([null, undefined, 'mic', 42, {}])('should refuse %j and say what it takes', source => {
    expect(() => toInput(source as AudioInput)).toThrow(/read\(chunkSize\)/u);
  });
});
