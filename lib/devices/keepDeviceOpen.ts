import { concat, defer, delayWhen, EMPTY, type Observable, of, repeat, retry } from 'rxjs';
import { switchMap, take, takeUntil, tap, throwError, timeout, timer } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { AudioBackendError } from './audioBackendError.ts';
import { ofType } from '../rx/ofType.ts';
import { type AudioHost, forkHost } from './audioHost.ts';
import { type AudioBackend, backendOrder } from './backends.ts';
import { firstBackend } from './firstBackend.ts';
import { type OpenDevice, type OpenDeviceOptions, openDevice } from './openDevice.ts';
import type { HostMessage } from './protocol.ts';

/** Delays of the attempts to open a lost device again, ms; the last one repeats. */
const tryAgainAfter = [250, 500, 1_000];

/** The longest wait for a killed host to exit, ms: some devices can be open only once. */
const goneWithin = 500;

/** Options of {@link keepDeviceOpen}. */
export interface KeepDeviceOpenOptions extends OpenDeviceOptions {
  readonly backend: AudioBackend | undefined;
  /** Called with a message for the user: the device was lost, or it is back. */
  readonly warn: (message: string) => void;
  /** Closes the device at once, and opens it again. */
  readonly cut$?: Observable<unknown>;
  /** Returns a host that was started beforehand. Default: a new host is started. */
  readonly spare?: () => AudioHost | undefined;
}

/**
 * Keeps a device open. Emits the open device, and `undefined` at first and when it is lost. A lost device is reported,
 * and opened again as soon as possible. It errors if the device can't be opened at first.
 */
export const keepDeviceOpen = ({
  kind,
  device,
  sampleRate,
  backend,
  warn,
  cut$ = EMPTY,
  spare = () => undefined,
}: KeepDeviceOpenOptions): Observable<OpenDevice | undefined> =>
  defer(() => {
    const noun = kind === 'microphone' ? 'microphone' : 'loudspeaker';
    let last: AudioHost | undefined;
    let attempts = 0;

    const open = (host: AudioHost): Observable<OpenDevice> => openDevice(host, { kind, device, sampleRate });
    const first = (): Observable<OpenDevice> =>
      firstBackend(backend === undefined ? backendOrder() : [backend], open, {
        what: `No ${noun}${device === undefined ? '' : ` called "${device}"`} can be opened`,
        wanted: device,
        stage: kind === 'microphone' ? 'input' : 'output',
      });
    // Keeps the backend that has worked: others know the device by another name.
    const again = ({ backend: found, gone$ }: AudioHost): Observable<OpenDevice> =>
      gone$.pipe(
        timeout({ first: goneWithin, with: () => of(undefined) }),
        switchMap(() => open(spare() ?? forkHost(found))),
        // A lost device is back when it works: some can be opened and deliver nothing.
        delayWhen(opened => (attempts > 0 ? sign(opened) : of(undefined))),
      );

    return concat(of(undefined), defer(() => (last ? again(last) : first())).pipe(takeUntil(cut$))).pipe(
      tap(opened => {
        if (opened === undefined) return;
        if (attempts > 0) warn(`The ${noun} is back: ${opened.device}.`);
        last = opened.host;
        attempts = 0;
      }),
      repeat(),
      retry({
        delay: (error: unknown) => {
          if (last === undefined) return throwError(() => error);
          if (attempts === 0)
            warn(`The ${noun} was lost (${reasonOf(error)}). It is tried again until it is back.`);
          const wait = tryAgainAfter[Math.min(attempts++, tryAgainAfter.length - 1)] ?? 0;
          return timer(wait);
        },
      }),
    );
  });

/** The first sign of life of an open device. */
const sign = ({ message$ }: OpenDevice): Observable<unknown> =>
  message$.pipe(ofType<HostMessage, 'audio' | 'tick'>('audio', 'tick'), take(1));

/** The problem in one line; the only fix is to wait. */
const reasonOf = (error: unknown): string =>
  error instanceof AudioBackendError
    ? error.message.replace(`. ${error.cure}`, '')
    : RxvoiceError.is(error)
      ? error.message
      : String(error);
