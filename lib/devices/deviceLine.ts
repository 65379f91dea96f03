import { concat, defer, delayWhen, EMPTY, type Observable, of, repeat, retry } from 'rxjs';
import { switchMap, take, takeUntil, tap, throwError, timeout, timer } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { AudioBackendError } from './audioBackendError.ts';
import { ofType } from '../rx/ofType.ts';
import { type AudioHost, forkHost } from './audioHost.ts';
import { type AudioBackend, backendOrder } from './backends.ts';
import { firstBackend } from './firstBackend.ts';
import { type Line, type LineOptions, openLine } from './openLine.ts';
import type { HostMessage } from './protocol.ts';

/** How long after a failure the device is tried again, ms: the last for all further attempts. */
const tryAgainAfter = [250, 500, 1_000];

/** How a host that was killed is waited for, ms: some devices can be open once only. */
const goneWithin = 500;

/** Messages and options of {@link deviceLine} in addition to its line. */
export interface DeviceLineOptions extends LineOptions {
  readonly backend: AudioBackend | undefined;
  /** Is called with what a person should know: the device was lost, it is back. */
  readonly warn: (message: string) => void;
  /** Replaces the line by a new one: the old one is dead at once. */
  readonly cut$?: Observable<unknown>;
  /** Gives a host, started beforehand, for a new line; without one a new host is started. */
  readonly spare?: () => AudioHost | undefined;
}

/**
 * A device, kept open: emits its line when it opens, and `undefined` when it is lost, and at first. A lost device is
 * reported, and opened again as soon as possible; one that can't be opened at first is an error.
 */
export const deviceLine = ({
  kind,
  device,
  sampleRate,
  backend,
  warn,
  cut$ = EMPTY,
  spare = () => undefined,
}: DeviceLineOptions): Observable<Line | undefined> =>
  defer(() => {
    const noun = kind === 'microphone' ? 'microphone' : 'loudspeaker';
    let last: AudioHost | undefined;
    let attempts = 0;

    const open = (host: AudioHost): Observable<Line> => openLine(host, { kind, device, sampleRate });
    const first = (): Observable<Line> =>
      firstBackend(backend === undefined ? backendOrder() : [backend], open, {
        what: `No ${noun}${device === undefined ? '' : ` called "${device}"`} can be opened`,
        wanted: device,
        stage: kind === 'microphone' ? 'input' : 'output',
      });
    // Once a backend has worked it is the one: others know the device by another name.
    const again = ({ backend: found, gone$ }: AudioHost): Observable<Line> =>
      gone$.pipe(
        timeout({ first: goneWithin, with: () => of(undefined) }),
        switchMap(() => open(spare() ?? forkHost(found))),
        // One that was lost is back when it works, and not when it can be opened: some open and give nothing.
        delayWhen(line => (attempts > 0 ? sign(line) : of(undefined))),
      );

    return concat(of(undefined), defer(() => (last ? again(last) : first())).pipe(takeUntil(cut$))).pipe(
      tap(line => {
        if (line === undefined) return;
        if (attempts > 0) warn(`The ${noun} is back: ${line.device}.`);
        last = line.host;
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

/** The first thing that an open device does. */
const sign = ({ message$ }: Line): Observable<unknown> =>
  message$.pipe(ofType<HostMessage, 'audio' | 'tick'>('audio', 'tick'), take(1));

/** The problem in one line; the only fix is to wait. */
const reasonOf = (error: unknown): string =>
  error instanceof AudioBackendError
    ? error.message.replace(`. ${error.cure}`, '')
    : RxvoiceError.is(error)
      ? error.message
      : String(error);
