import { asyncScheduler, catchError, concat, defer, EMPTY, type Observable, of } from 'rxjs';
import { type OperatorFunction, retry, tap, throwError, timer } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { Outage } from '../../rx/outage.ts';
import { Refusal } from './refusal.ts';

/** Options of {@link reconnecting}. */
export interface ReconnectingOptions<Socket> {
  /** How long it reconnects, ms, since the first failure; a good connection resets the count. */
  readonly outageMs: number;
  /** Failures in a row after which it gives up, whatever the time. Default: no limit. */
  readonly retries?: number;
  /** The longest it takes to detect a dead connection, ms: a good connection must last longer. */
  readonly timeoutMs: number;
  /** The server's messages over a connection. Default: none. */
  readonly message$?: (socket: Socket) => Observable<unknown>;
  /** Called when a connection is lost and reopened, once an outage for each reason. */
  readonly tell: (message: string) => void;
}

/** A connection that lasted this long was good, ms, if it was not dead most of the time. */
const lastingMs = 5_000;
/** A connection over which the server still sent messages this long after it was opened was good, too, ms. */
const speakingMs = 2_000;
/** The wait after a connection that was open is lost, ms: the server was there a moment ago. */
const afterLossMs = 50;

/** Thrown into a connection to replace it by a fresh one without a warning. */
export class Recycled extends RxvoiceError {}

/**
 * Keeps a connection open: a loss emits the reason, and the connection is opened again after growing waits (see `Outage`).
 * Errors with a refusal that is final, and with an outage that lasts longer than `outageMs`.
 */
export const reconnecting =
  <Socket>({
    outageMs,
    retries = Infinity,
    timeoutMs,
    message$ = () => EMPTY,
    tell,
  }: ReconnectingOptions<Socket>): OperatorFunction<Socket, Socket | RxvoiceError> =>
  open$ =>
    defer(() => {
      const goodAfterMs = Math.max(lastingMs, 2 * timeoutMs);
      const outage = new Outage(outageMs);
      const told = new Set<string>();
      let openedAt: number | undefined;
      let spokeAt = 0;
      const watch = (socket: Socket): void => {
        openedAt = spokeAt = asyncScheduler.now();
        // It completes when the connection is over.
        message$(socket).subscribe({
          next: () => (spokeAt = asyncScheduler.now()),
          error: () => undefined, // nor does it err
        });
      };
      const tellOnce = (message: string): void => {
        // Numbers of requests and the like are no other reason.
        const reason = message.replace(/ \(.*\)/u, '');
        if (told.has(reason)) return;
        told.add(reason);
        tell(`${message} Connecting again.`);
      };
      return open$.pipe(
        tap(watch),
        catchError((error: unknown) =>
          concat(
            of(error as RxvoiceError),
            throwError(() => error),
          ),
        ),
        retry({
          delay: (error: RxvoiceError) => {
            if (error instanceof Recycled) return timer(0);
            const wasOpen = openedAt !== undefined;
            const lasted = asyncScheduler.now() - (openedAt ?? Infinity);
            const wasGood = lasted >= goodAfterMs || spokeAt - (openedAt ?? Infinity) >= speakingMs;
            openedAt = undefined;
            if (wasGood) {
              outage.over();
              told.clear();
            }
            if (!error.retryable) return throwError(() => error);
            const askedMs = error.cause instanceof Refusal ? error.cause.retryAfterMs : undefined;
            const waitMs = outage.failed({
              ...(askedMs && { askedMs }),
              ...(wasOpen && { firstMs: afterLossMs }),
            });
            if (waitMs === undefined || outage.failures >= retries)
              return throwError(() => givenUp(error, outage));
            tellOnce(error.message);
            return timer(waitMs);
          },
        }),
      );
    });

/** The error of an outage that lasted too long. */
export const givenUp = (error: RxvoiceError, { failures, durationMs }: Outage): RxvoiceError =>
  failures < 2
    ? error
    : new RxvoiceError(
        `${error.message} That was the last of ${failures} attempts in a row, over ${(durationMs / 1000).toFixed(1)} s.`,
        { ...(error.stage && { stage: error.stage }), retryable: true, cause: error.cause },
      );
