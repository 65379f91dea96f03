import { catchError, defer, type Observable, tap, throwError } from 'rxjs';
import { AudioBackendError } from './audioBackendError.ts';
import { type AudioHost, forkHost } from './audioHost.ts';
import { type AudioBackend, findBackend } from './backends.ts';

/** The use of a backend. */
interface Task {
  readonly what: string;
  readonly stage?: 'input' | 'output' | undefined;
  readonly wanted?: string | undefined;
}

/**
 * Does something with the first backend it works with: each is tried in a host of its own. Errors when none is left,
 * with the error of each.
 *
 * @param what the failed action, for the error: "No microphone can be opened"
 * @param wanted the name of the device, if one is wanted: then backends that aren't there are no news where others are
 */
export const firstBackend = <Value>(
  order: readonly AudioBackend[],
  use: (host: AudioHost) => Observable<Value>,
  { what, stage, wanted }: Task,
): Observable<Value> => {
  const from = (index: number, attempts: readonly AudioBackendError[]): Observable<Value> =>
    defer(() => {
      const name = order[index];
      if (name === undefined) return throwError(() => noneLeft({ what, stage, wanted }, attempts));
      let worked = false;
      return defer(() => use(forkHost(findBackend(name)))).pipe(
        tap(() => (worked = true)),
        catchError((error: unknown) =>
          !worked && error instanceof AudioBackendError
            ? from(index + 1, [...attempts, error])
            : throwError(() => error),
        ),
      );
    });
  return from(0, []);
};

/** One error for all attempts. Its code and fix are those of the attempt that came furthest. */
function noneLeft({ what, stage, wanted }: Task, attempts: readonly AudioBackendError[]): AudioBackendError {
  const furthest =
    attempts.find(({ code }) => code === 'no-device') ??
    attempts.find(({ code }) => code !== 'not-installed') ??
    attempts[0];
  const there = attempts.filter(({ code }) => code !== 'not-installed');
  const telling = wanted === undefined || there.length === 0 ? attempts : there;
  const said = telling.map(({ message }) => `\n  ${message}`).join('');
  return new AudioBackendError(`${what}:${said}`, {
    code: furthest?.code ?? 'not-installed',
    cure: furthest?.cure ?? '',
    attempts,
    stage,
  });
}
