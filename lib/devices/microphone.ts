import { interval, map, type Observable, skipWhile, switchMap } from 'rxjs';
import { type AudioFrame, frameOf, silence } from '../audio/frame.ts';
import { reframe } from '../audio/reframe.ts';
import { resample } from '../audio/resample.ts';
import type { Noticing } from '../engine.ts';
import { ofType } from '../rx/ofType.ts';
import type { AudioBackend } from './backends.ts';
import { deviceLine } from './deviceLine.ts';
import { fresh, notMuted } from './fresh.ts';
import type { Line } from './openLine.ts';
import type { HostMessage } from './protocol.ts';
import { warnings } from './warnings.ts';

/** Which microphone, and how. */
export interface MicrophoneOptions {
  /** Its name, or a part of it that no other has; `rxvoice devices` lists them. Default: the system's default. */
  readonly device?: string | undefined;
  /** Hz. Default 16,000, what speech recognition wants. */
  readonly sampleRate?: number;
  /** Default: the first that works. */
  readonly backend?: AudioBackend | undefined;
}

/** A microphone as an input, with its warnings. */
export type Microphone = Observable<AudioFrame> & Required<Noticing>;

/**
 * A microphone as an input: mono frames of 20 ms. Cold: subscribing opens the device, unsubscribing closes it, in
 * milliseconds; each subscriber has a stream of its own, so share it where several listen. The device lives in a process
 * of its own, and whatever its driver does, this one goes on.
 *
 * A microphone that is lost is a warning in `notice$`: silence is heard until it is back. So is sound that was left out
 * because this program was busy for over a second, and a microphone that gives nothing but zeros. One that can't be
 * opened to begin with is an AudioBackendError, stage `input`.
 *
 * @example
 * voice.conversation$(microphone({ device: 'USB Headset' }), speaker()).subscribe();
 */
export function microphone({ device, sampleRate = 16_000, backend }: MicrophoneOptions = {}): Microphone {
  const { notice$, warn } = warnings();
  const frame$ = deviceLine({ kind: 'microphone', device, sampleRate, backend, warn }).pipe(
    skipWhile(line => line === undefined),
    switchMap(line => (line ? sound(line, sampleRate, warn) : quiet(sampleRate))),
  );
  return Object.assign(frame$, { notice$ });
}

/** Silence, so that who listens keeps their clock, and a sentence that was open ends. */
const quiet = (sampleRate: number): Observable<AudioFrame> =>
  interval(20).pipe(map(() => silence(20, sampleRate)));

/** The frames of an open microphone. */
const sound = (
  { message$, sampleRate: from }: Line,
  to: number,
  warn: (message: string) => void,
): Observable<AudioFrame> => {
  const frame$ = message$.pipe(
    ofType<HostMessage, 'audio'>('audio'),
    fresh(warn),
    map(({ pcm }) => frameOf(pcm, from)),
    notMuted(warn),
  );
  return from === to ? frame$ : frame$.pipe(resample(to), reframe());
};
