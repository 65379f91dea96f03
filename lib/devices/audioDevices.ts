import { catchError, concatMap, from, map, type Observable, of, take, throwError, timeout } from 'rxjs';
import { finalize } from 'rxjs';
import { ofType } from '../rx/ofType.ts';
import { AudioBackendError } from './audioBackendError.ts';
import type { AudioDevice } from './audioDevice.ts';
import type { AudioHost } from './audioHost.ts';
import { type AudioBackend, backendError, backendOrder } from './backends.ts';
import { firstBackend } from './firstBackend.ts';

/** A backend, and the devices that it reaches. */
export interface AudioDevices {
  readonly backend: AudioBackend;
  readonly devices: readonly AudioDevice[];
}

/** The result of one backend: its devices, or why it has none. */
export type BackendReport =
  AudioDevices | { readonly backend: AudioBackend; readonly error: AudioBackendError };

/** The listing itself must not advise the user to list devices. */
const connect =
  'Connect one; in a container and over SSH there is often none. Without any: rxvoice demo, file, serve.';

/** How long listing may take, ms. */
const listWithin = 5_000;

/**
 * The devices of this machine, as the first backend that works sees them; emits once. Each look is a fresh one, in a
 * process of its own. Errors with an AudioBackendError when there is no backend, or none that finds a device.
 *
 * @example
 * audioDevices().subscribe(({ devices }) => console.table(devices));
 */
export const audioDevices = ({
  backend,
}: { readonly backend?: AudioBackend | undefined } = {}): Observable<AudioDevices> =>
  firstBackend(backend === undefined ? backendOrder() : [backend], listed, {
    what: 'No microphone or loudspeaker is found',
    stage: 'input',
  });

/** The results of every backend, in the order in which they are tried. */
export const audioBackends = (): Observable<BackendReport> =>
  from(backendOrder()).pipe(
    concatMap(backend =>
      audioDevices({ backend }).pipe(
        catchError((error: unknown) =>
          error instanceof AudioBackendError && error.attempts[0]
            ? of({ backend, error: error.attempts[0] })
            : throwError(() => error),
        ),
      ),
    ),
  );

const listed = (host: AudioHost): Observable<AudioDevices> => {
  const { backend, message$ } = host;
  const devices$ = message$.pipe(
    map(message => {
      if (message.type === 'failed') throw backendError(backend.name, message.code, message.reason);
      return message;
    }),
    ofType('devices'),
    take(1),
    timeout({
      first: listWithin,
      with: () =>
        throwError(() => backendError(backend.name, 'no-device', `no answer in ${listWithin / 1000} s`)),
    }),
    map(({ devices }) => {
      if (devices.length === 0)
        throw backendError(
          backend.name,
          'no-device',
          'there is no device on this machine',
          undefined,
          connect,
        );
      return { backend: backend.name, devices };
    }),
    finalize(() => host.kill()),
  );
  host.send({ type: 'list' });
  return devices$;
};
