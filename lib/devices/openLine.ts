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

/** Which device is wanted, and how. */
export interface LineOptions {
  readonly kind: DeviceKind;
  readonly device: string | undefined;
  /** Hz. */
  readonly sampleRate: number;
}

/** An open device. */
export interface Line {
  readonly host: AudioHost;
  readonly device: string;
  /** Hz; not always the one that was asked for. */
  readonly sampleRate: number;
  /** Messages of its host. They end without an error: the holder of the line reports its loss. */
  readonly message$: Observable<HostMessage>;
}

/** How long opening may take, ms. A sound server that hangs is noticed by nothing else. */
const openWithin = 5_000;

/** How often it is looked whether a device is alive, ms, and how many times in a row it may have said nothing. */
const lookEvery = 250;
const looks = 4;

/**
 * Opens a device in a host, and emits the line once. It errors when the device can't be opened, and later when it is
 * lost: when it says so, or has said nothing for a second. Unsubscribing closes it, which is killing the host.
 */
export const openLine = (host: AudioHost, options: LineOptions): Observable<Line> =>
  defer(() => {
    const message$ = host.message$.pipe(map(checked(host)), share());
    const opened$ = message$.pipe(
      ofType('opened'),
      take(1),
      timeout({ first: openWithin, with: () => throwError(() => stuck(host)) }),
      map(({ device, sampleRate }): Line => ({
        host,
        device,
        sampleRate,
        message$: message$.pipe(catchError(() => NEVER)),
      })),
    );
    const line$ = merge(
      concat(opened$, alive(message$)),
      // Held from the first moment, so that nothing is missed between opening and listening.
      message$.pipe(ignoreElements()),
    );
    host.send({ type: 'open', ...options });
    return line$;
  }).pipe(finalize(() => host.kill()));

/** Errors when nothing comes for a second, as long as this program had the time to take it. */
const alive = (message$: Observable<unknown>): Observable<never> =>
  defer(() => {
    let quiet = 0;
    return merge(
      message$.pipe(tap(() => (quiet = 0))),
      // Counted and not timed: after the program was busy for seconds one look is late, and the sound comes right after.
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

/** Failed requests, and a line that ended, are errors. */
const checked =
  ({ backend }: AudioHost) =>
  (message: HostMessage): HostMessage => {
    if (message.type === 'failed') throw backendError(backend.name, message.code, message.reason);
    if (message.type === 'lost') throw lost(message.reason);
    return message;
  };
