import { map, type MonoTypeOperatorFunction, Observable, takeWhile } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import type { AudioFrame } from './frame.ts';

/** Options of {@link reframe}. */
export interface ReframeOptions {
  /** Whether a short last frame is padded with silence. Default `false`: it stays short. */
  readonly pad?: boolean;
}

/**
 * Cuts audio into frames of `ms` milliseconds (to the nearest whole sample; default 20), however it comes in. The last
 * frame may be shorter, also the last one before the sample rate changes.
 *
 * A frame of the right length passes as it is and pieces of a longer one are views of it; only joined pieces are
 * copied.
 *
 * @example
 * tts('Hello.').pipe(reframe(20))
 */
export function reframe(ms = 20, { pad = false }: ReframeOptions = {}): MonoTypeOperatorFunction<AudioFrame> {
  if (!(ms > 0 && Number.isFinite(ms))) {
    throw new RxvoiceError(
      `ms: expected the length of a frame in milliseconds, e.g. 20, but got ${String(ms)}.`,
    );
  }
  return source$ =>
    new Observable(subscriber => {
      // Hand-written, for it runs once a frame of every call: `concatMap` over lists of pieces would allocate for each.
      const waiting: AudioFrame[] = [];
      let busy = false;
      let completed = false;
      let sampleRate = NaN;
      let length = 0;
      let begun = new Int16Array(0);
      let begunLength = 0;

      const flush = (): void => {
        if (begunLength === 0) return;
        const pcm = pad ? begun : begun.subarray(0, begunLength);
        begunLength = 0;
        subscriber.next({ pcm, sampleRate });
      };

      const cut = (frame: AudioFrame): void => {
        if (frame.sampleRate !== sampleRate) {
          flush();
          sampleRate = rateOf(frame);
          length = Math.max(1, Math.round((ms * sampleRate) / 1000));
        }
        const { pcm } = frame;
        let at = 0;
        if (begunLength > 0) {
          at = Math.min(length - begunLength, pcm.length);
          begun.set(pcm.subarray(0, at), begunLength);
          begunLength += at;
          if (begunLength === length) flush();
        } else if (pcm.length === length) {
          return subscriber.next(frame);
        }
        for (; at + length <= pcm.length && !subscriber.closed; at += length) {
          subscriber.next({ pcm: pcm.subarray(at, at + length), sampleRate });
        }
        if (at < pcm.length && !subscriber.closed) {
          begun = new Int16Array(length);
          begun.set(pcm.subarray(at));
          begunLength = pcm.length - at;
        }
      };

      /** Adds a frame; returns whether more are wanted. */
      const take = (frame: AudioFrame): boolean => {
        // A consumer that feeds the source while it handles a frame must not overtake the rest of that frame.
        if (busy) return waiting.push(frame) > 0;
        busy = true;
        for (let next: AudioFrame | undefined = frame; next && !subscriber.closed; next = waiting.shift())
          cut(next);
        busy = false;
        if (completed) end();
        return !subscriber.closed;
      };

      const end = (): void => {
        flush();
        subscriber.complete();
      };

      // `map` routes exceptions to the error channel; `takeWhile` stops a source that never stops by itself.
      return source$.pipe(map(take), takeWhile(Boolean)).subscribe({
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          completed = true;
          if (!busy) end();
        },
      });
    });
}

/** The sample rate of a frame: without one it would have no length, or no end. */
function rateOf({ sampleRate }: AudioFrame): number {
  if (!(sampleRate > 0 && Number.isFinite(sampleRate)))
    throw new RxvoiceError(
      `A frame of audio has a sampleRate of ${sampleRate}: expected samples a second, e.g. 16000.`,
    );
  return sampleRate;
}
