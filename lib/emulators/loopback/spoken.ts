import { asyncScheduler, defer, filter, map, type Observable, type OperatorFunction } from 'rxjs';
import { type AudioFrame, frameBytes, frameMs } from '../../audio/frame.ts';
import { reframe } from '../../audio/reframe.ts';
import { resample } from '../../audio/resample.ts';
import type { Tts } from '../../tts/tts.ts';
import { compress } from './companding.ts';
import { inOrder } from './inOrder.ts';

/** The audio a client asked for. */
export interface AudioFormat {
  readonly encoding: 'linear16' | 'mulaw' | 'alaw';
  readonly sampleRate: number;
}

/** How a text becomes audio on the wire. */
export interface SpokenOptions extends AudioFormat {
  readonly tts: Tts;
  /** How much faster than real time it comes. */
  readonly speed: number;
  /** The length of a chunk, ms. Default 80. */
  readonly chunkMs?: number;
}

/** A text as frames of audio, as a voice gives them and as fast as a service would send them. */
export const spokenFrames = (text: string, options: SpokenOptions): Observable<AudioFrame> =>
  options
    .tts(text)
    .pipe(resample(options.sampleRate), reframe(options.chunkMs ?? 80), atSpeed(options.speed));

/** A text as chunks of audio on the wire. */
export const spoken = (text: string, options: SpokenOptions): Observable<Uint8Array> =>
  spokenFrames(text, options).pipe(
    map(frame => encoded(frame, options)),
    filter(({ length }) => length > 0),
  );

/** A frame's bytes in an encoding. */
export const encoded = (frame: AudioFrame, { encoding }: AudioFormat): Uint8Array =>
  encoding === 'linear16' ? frameBytes(frame) : compress(frame.pcm, encoding);

/** Passes audio on at a multiple of real time, or as it arrives if that is slower. */
const atSpeed =
  (speed: number): OperatorFunction<AudioFrame, AudioFrame> =>
  frame$ =>
    defer(() => {
      let due = asyncScheduler.now();
      return frame$.pipe(
        inOrder((frame, now) => {
          const at = Math.max(due, now);
          due = at + frameMs(frame) / speed;
          return at;
        }),
      );
    });
