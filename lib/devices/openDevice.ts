import {
  catchError,
  concat,
  defer,
  filter,
  finalize,
  ignoreElements,
  interval,
  map,
  merge,
  NEVER,
} from 'rxjs';
import { type Observable, share, take, tap, throwError, timeout } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { ofType } from '../rx/ofType.ts';
import type { DeviceKind } from './audioDevice.ts';
import type { AudioBackendError } from './audioBackendError.ts';
import type { AudioHost } from './audioHost.ts';
import { backendError } from './backends.ts';
import type { HostMessage } from './protocol.ts';

/** The device to open, and its format. */
export interface OpenDeviceOptions {
  readonly kind: DeviceKind;
  readonly device: string | undefined;
  /** Hz. */
  readonly sampleRate: number;
}

/** An open device. */
export interface OpenDevice {
  readonly host: AudioHost;
  readonly device: string;
  /** Hz; not always the requested rate. */
  readonly sampleRate: number;
  /** Messages of its host. They end without an error: the stream that emitted the device reports its loss. */
  readonly message$: Observable<HostMessage>;
}

/** The longest that opening may take, ms. Only this detects a sound server that hangs. */
const openWithin = 5_000;

/** The interval of the checks for a message from the device, ms, and how many in a row may find none. */
const lookEvery = 250;
const looks = 4;

/**
 * Opens a device in a host, and emits it once. It errors when the device can't be opened, and later when it is lost:
 * its host reports the loss, or sends nothing for a second. Unsubscribing kills the host, which closes the device.
 */
export const openDevice = (host: AudioHost, options: OpenDeviceOptions): Observable<OpenDevice> =>
  defer(() => {
    const message$ = host.message$.pipe(map(checked(host)), share());
    const opened$ = message$.pipe(
      ofType('opened'),
      take(1),
      timeout({ first: openWithin, with: () => throwError(() => stuck(host)) }),
      map(({ device, sampleRate }): OpenDevice => ({
        host,
        device,
        sampleRate,
        message$: message$.pipe(catchError(() => NEVER)),
      })),
    );
    const device$ = merge(
      concat(opened$, alive(message$)),
      // Subscribed from the start, so that no message is missed before the first subscriber.
      message$.pipe(ignoreElements()),
    );
    host.send({ type: 'open', ...options });
    return device$;
  }).pipe(finalize(() => host.kill()));

/** Errors when no message arrives for a second, unless this program was too busy to read it. */
const alive = (message$: Observable<unknown>): Observable<never> =>
  defer(() => {
    let quiet = 0;
    return merge(
      message$.pipe(tap(() => (quiet = 0))),
      // Counts checks instead of time: after the program was busy for seconds one check is late, and the sound follows it.
      interval(lookEvery).pipe(
        filter(() => ++quiet > looks),
        map(() => {
          throw lost('it gives no sign of life');
        }),
      ),
    ).pipe(ignoreElements());
  });

const lost = (reason: string): RxvoiceError => new RxvoiceError(reason);

const stuck = ({ backend }: AudioHost): AudioBackendError =>
  backendError(backend.name, 'no-device', `the device did not open within ${openWithin / 1000} s`);

/** Throws if a request failed, or the device was lost. */
const checked =
  ({ backend }: AudioHost) =>
  (message: HostMessage): HostMessage => {
    if (message.type === 'failed') throw backendError(backend.name, message.code, message.reason);
    if (message.type === 'lost') throw lost(message.reason);
    return message;
  };
