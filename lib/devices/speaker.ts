import {
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  map,
  merge,
  Observable,
  ReplaySubject,
  share,
} from 'rxjs';
import { ignoreElements, startWith, Subject, switchMap, tap, throwError, timer } from 'rxjs';
import type { Output } from '../audio/output.ts';
import { resample } from '../audio/resample.ts';
import type { Loading, Noticing, Warmable } from '../engine.ts';
import { RxvoiceError } from '../errors.ts';
import { type AudioHost, forkHost } from './audioHost.ts';
import type { AudioBackend } from './backends.ts';
import { keepDeviceOpen } from './keepDeviceOpen.ts';
import { type OpenLoudspeaker, openLoudspeaker } from './openLoudspeaker.ts';
import type { OpenDevice } from './openDevice.ts';
import { playing } from './playing.ts';
import { warnings } from './warnings.ts';

/** The loudspeaker, and its format. */
export interface SpeakerOptions {
  /** Its name, or a part of it that no other has; `rxvoice devices` lists them. Default: the system's default. */
  readonly device?: string | undefined;
  /** Hz; speech is converted to it. Default 24,000, the rate of the better voices. */
  readonly sampleRate?: number;
  /** Default: the first that works. */
  readonly backend?: AudioBackend | undefined;
}

/** A loudspeaker as an output, with its warnings, and a way to keep it open. */
export type Speaker = Output & Required<Noticing> & Required<Warmable>;

/** The delay before a spare host is started, ms: until then the new device has the processor to itself. */
const spareAfter = 300;

/**
 * A loudspeaker as an output. It reports the audio that was heard, as the device itself counts it, about every 20 ms,
 * and completes when all of it was heard. Unsubscribing silences it within 20 ms: the device's process is killed, and a
 * spare, started beforehand, opens it again. It plays one reply at a time.
 *
 * `warm$` opens it and keeps it open, as a conversation does throughout. Without it, each reply opens the device, which
 * takes a tenth of a second.
 *
 * A lost loudspeaker is a warning in `notice$`. It is opened again as soon as possible: audio that was not heard is
 * played then, or the reply fails after 3 s. If it can't be opened at first, the error is an AudioBackendError, stage
 * `output`.
 *
 * @example
 * of(...frames).pipe(speaker({ device: 'Headphones' })).subscribe({ complete: () => console.log('heard') });
 */
export function speaker({ device, sampleRate = 24_000, backend }: SpeakerOptions = {}): Speaker {
  const { notice$, warn } = warnings();
  const cut$ = new Subject<void>();

  const loudspeaker$ = defer(() => {
    const spares = spareHost();
    return keepDeviceOpen({
      kind: 'speaker',
      device,
      sampleRate,
      backend,
      warn,
      cut$,
      spare: spares.take,
    }).pipe(
      switchMap(opened =>
        opened ? merge(loudspeakerOf(opened, sampleRate), spares.prepare(opened)) : [undefined],
      ),
      finalize(spares.drop),
    );
  }).pipe(share({ connector: () => new ReplaySubject<OpenLoudspeaker | undefined>(1) }));

  let busy = false;
  const output: Output = speech$ =>
    defer(() => {
      if (busy) return throwError(() => inUse());
      busy = true;
      return playing(speech$.pipe(resample(sampleRate)), loudspeaker$, () => cut$.next()).pipe(
        finalize(() => (busy = false)),
      );
    });

  const warm$ = loudspeaker$.pipe(
    filter(loudspeaker => loudspeaker !== undefined),
    map(() => ready),
    startWith(opening),
    distinctUntilChanged(),
  );
  return Object.assign(output, { notice$, warm$ });
}

const opening: Loading = { engine: 'the loudspeaker', progress: 0 };
const ready: Loading = { engine: 'the loudspeaker', progress: 1 };

const inUse = (): RxvoiceError =>
  new RxvoiceError(
    'This loudspeaker is speaking: it plays one reply at a time. For two at once use two speaker().',
    {
      stage: 'output',
    },
  );

/** An open loudspeaker, for as long as it is subscribed. */
const loudspeakerOf = (device: OpenDevice, sampleRate: number): Observable<OpenLoudspeaker> =>
  new Observable(subscriber => {
    const loudspeaker = openLoudspeaker(device, sampleRate);
    subscriber.next(loudspeaker);
    return () => loudspeaker.free();
  });

/** A host in reserve. */
function spareHost(): {
  readonly take: () => AudioHost | undefined;
  readonly prepare: (device: OpenDevice) => Observable<never>;
  readonly drop: () => void;
} {
  let spare: AudioHost | undefined;
  return {
    take: () => {
      const host = spare?.gone === false ? spare : undefined;
      spare = undefined;
      return host;
    },
    prepare: ({ host }) =>
      timer(spareAfter).pipe(
        tap(() => {
          if (spare === undefined || spare.gone) spare = forkHost(host.backend);
        }),
        ignoreElements(),
      ),
    drop: () => spare?.kill(),
  };
}
