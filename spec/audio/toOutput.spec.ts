import { Writable } from 'node:stream';
import {
  concat,
  EMPTY,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  NEVER,
  of,
  Subject,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameBytes, silence } from '../../lib/audio/frame.ts';
import { paced } from '../../lib/audio/paced.ts';
import { type AudioSink, type AudioWriter, toOutput } from '../../lib/audio/toOutput.ts';
import { RxvoiceError } from '../../lib/errors.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const frame = (value: number, ms = 20, sampleRate = 16_000): AudioFrame => ({
  pcm: silence(ms, sampleRate).pcm.fill(value),
  sampleRate,
});
const frames = Array.from({ length: 50 }, (_, index) => frame(index + 1)); // 1 s

function writer(more: Partial<AudioWriter> = {}) {
  const log: string[] = [];
  const written: number[] = [];
  const sink: AudioWriter = {
    write: chunk => {
      written.push(...chunk);
      log.push('write');
    },
    clear: () => void log.push('clear'),
    ...more,
  };
  return { sink, log, written };
}

describe('toOutput', () => {
  it('should take an output as it is', () => {
    const output = () => EMPTY;
    expect(toOutput(output)).toBe(output);
  });

  it('should write the bytes, and complete when they would have been heard', () => {
    const { sink, log, written } = writer();
    const { completedAt } = virtualTime(() => toOutput(sink)(from(frames).pipe(paced({ leadMs: 200 }))));
    expect(written).toEqual(frames.flatMap(one => [...frameBytes(one)]));
    expect(completedAt).toBe(1_000);
    expect(log).not.toContain('clear');
  });

  it('should count a gap in the speech', () => {
    const gap$ = concat(of(frame(1)), timer(500).pipe(map(() => frame(2))));
    expect(virtualTime(() => toOutput(writer().sink)(gap$)).completedAt).toBe(520);
  });

  it('should clear at once when the speech is cut, and write no more', () => {
    const { sink, log } = writer();
    virtualTime(() => toOutput(sink)(concat(from(frames).pipe(paced()), NEVER)), { until: 105 });
    expect(log).toEqual(['write', 'write', 'write', 'write', 'write', 'write', 'clear']);
  });

  it('should not mind when it can not be cleared', async () => {
    const fails: (() => unknown)[] = [
      () => Promise.reject(new Error('The socket is closed.')),
      () => throwError(() => new Error('The socket is closed.')),
      () => {
        throw new Error('The socket is closed.');
      },
    ];
    // An unhandled rejection would fail the run, as it would end a program.
    for (const clear of fails)
      toOutput({ write: () => undefined, clear })(NEVER)
        .subscribe()
        .unsubscribe();
    await new Promise(resolve => setImmediate(resolve));
  });

  it('should clear when the speech fails', () => {
    const { sink, log } = writer();
    const speech$ = new Subject<AudioFrame>();
    const subscription = toOutput(sink)(speech$).subscribe({ error: () => undefined });
    speech$.next(frame(1));
    speech$.error(new Error('no voice'));
    subscription.unsubscribe();
    expect(log).toEqual(['write', 'clear']);
  });

  it('should wait with the next write until the promise of the last is kept, also across a cut', async () => {
    const releases: (() => void)[] = [];
    const { sink, log } = writer({
      write: () => {
        log.push('write');
        return new Promise<void>(resolve => releases.push(resolve));
      },
    });
    const subscription = toOutput(sink)(from(frames)).subscribe();
    expect(log).toEqual(['write']);
    releases[0]!();
    await Promise.resolve().then(() => undefined);
    expect(log).toEqual(['write', 'write']);
    subscription.unsubscribe();
    releases[1]!();
    await Promise.resolve().then(() => undefined);
    expect(log).toEqual(['write', 'write', 'clear']);
  });

  it('should wait for what drains instead of the clock', () => {
    const { sink, log } = writer({ drain: () => timer(70).pipe(ignoreElements()) });
    expect(virtualTime(() => toOutput(sink)(of(frame(1, 1_000)))).completedAt).toBe(70);
    expect(log).toEqual(['write']);
  });

  it('should bring speech to the rate of the sink', () => {
    const { sink, written } = writer({ sampleRate: 8_000 });
    virtualTime(() => toOutput(sink)(of(frame(0, 1_000, 24_000))));
    expect(written.length).toBeGreaterThanOrEqual(15_990);
    expect(written.length).toBeLessThanOrEqual(16_010);
  });

  it('should write into a Node stream, wait for it, and leave it open', async () => {
    const chunks: Buffer[] = [];
    const slow = new Writable({
      highWaterMark: 1_000,
      write: (chunk: Buffer, _, done) => {
        chunks.push(chunk);
        setImmediate(done);
      },
    });
    await lastValueFrom(toOutput(slow)(from(frames.slice(0, 5))), { defaultValue: undefined });
    expect(Buffer.concat(chunks).equals(Buffer.concat(frames.slice(0, 5).map(frameBytes)))).toBe(true);
    expect(slow.writableEnded).toBe(false);
    expect(slow.listenerCount('drain') + slow.listenerCount('error')).toBe(0);
  });

  it('should fail when the stream does', async () => {
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('unplugged')) });
    await expect(lastValueFrom(toOutput(broken)(concat(of(frame(1)), NEVER)))).rejects.toMatchObject({
      stage: 'output',
    });
  });

  it('should fail when the stream is closed, before or while it is waited for', async () => {
    const gone = new Writable({ write: (_chunk, _encoding, done) => done() }).destroy();
    await expect(lastValueFrom(toOutput(gone)(of(frame(1))))).rejects.toThrow('closed');

    const stuck = new Writable({ highWaterMark: 1, write: () => undefined });
    const playback = lastValueFrom(toOutput(stuck)(from(frames)));
    stuck.destroy();
    await expect(playback).rejects.toMatchObject({ stage: 'output' });
    expect(stuck.listenerCount('drain') + stuck.listenerCount('error') + stuck.listenerCount('close')).toBe(
      0,
    );
  });

  it.each(['write', 'drain'] as const)('should report a %s that throws, with the reason', method => {
    const cause = new Error('unplugged');
    const { sink } = writer({
      [method]: () => {
        throw cause;
      },
    });
    const { failed } = virtualTime(() => toOutput(sink)(of(frame(1))));
    expect(RxvoiceError.is(failed?.error)).toBe(true);
    expect(failed?.error).toMatchObject({ stage: 'output', cause });
  });

  it('should pass an error of the speech as it is', () => {
    const cause = new Error('no voice');
    expect(virtualTime(() => toOutput(writer().sink)(throwError(() => cause))).failed?.error).toBe(cause);
  });

  it.each([null, undefined, 'speaker', {}])('should refuse %j and say what it takes', sink => {
    expect(() => toOutput(sink as AudioSink)).toThrow(/write\(chunk\)/u);
  });
});
