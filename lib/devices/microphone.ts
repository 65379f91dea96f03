import { interval, map, type Observable, skipWhile, switchMap } from 'rxjs';
import { type AudioFrame, frameOf, silence } from '../audio/frame.ts';
import { reframe } from '../audio/reframe.ts';
import { resample } from '../audio/resample.ts';
import type { Noticing } from '../engine.ts';
import { ofType } from '../rx/ofType.ts';
import type { AudioBackend } from './backends.ts';
import { keepDeviceOpen } from './keepDeviceOpen.ts';
import { fresh, notMuted } from './fresh.ts';
import type { OpenDevice } from './openDevice.ts';
import type { HostMessage } from './protocol.ts';
import { warnings } from './warnings.ts';

/** The microphone, and its format. */
export interface MicrophoneOptions {
  /** Its name, or a part of it that no other has; `rxvoice devices` lists them. Default: the system's default. */
  readonly device?: string | undefined;
  /** Hz. Default 16,000, the rate of speech recognition. */
  readonly sampleRate?: number;
  /** Default: the first that works. */
  readonly backend?: AudioBackend | undefined;
}

/** A microphone as an input, with its warnings. */
export type Microphone = Observable<AudioFrame> & Required<Noticing>;

/**
 * A microphone as an input: mono frames of 20 ms. Cold: subscribing opens the device, unsubscribing closes it, in
 * milliseconds; each subscriber has a stream of its own, so share it where several listen. The device runs in a
 * process of its own: a driver that crashes does not end this one.
 *
 * `notice$` warns of a lost microphone (silence is emitted until it is back), of audio that was dropped because this
 * program was busy for over a second, and of a microphone that delivers only zeros. If it can't be opened at first, the
 * error is an AudioBackendError, stage `input`.
 *
 * @example
 * voice.conversation$(microphone({ device: 'USB Headset' }), speaker()).subscribe();
 */
export function microphone({ device, sampleRate = 16_000, backend }: MicrophoneOptions = {}): Microphone {
  const { notice$, warn } = warnings();
  const frame$ = keepDeviceOpen({ kind: 'microphone', device, sampleRate, backend, warn }).pipe(
    skipWhile(opened => opened === undefined),
    switchMap(opened => (opened ? sound(opened, sampleRate, warn) : quiet(sampleRate))),
  );
  return Object.assign(frame$, { notice$ });
}

/** Silence, so that subscribers keep their clock, and an open utterance ends. */
const quiet = (sampleRate: number): Observable<AudioFrame> =>
  interval(20).pipe(map(() => silence(20, sampleRate)));

/** The frames of an open microphone. */
const sound = (
  { message$, sampleRate: from }: OpenDevice,
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
