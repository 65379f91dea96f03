import { asyncScheduler, catchError, concat, defer, EMPTY, type Observable, of } from 'rxjs';
import { type OperatorFunction, retry, tap, throwError, timer } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { Outage } from '../../rx/outage.ts';
import { Refusal } from './deepgramError.ts';

/** How a connection is held. */
export interface ReconnectingOptions<Socket> {
  /** How long it is tried to get it back, ms, since the first failure; one that lasted ends the count. */
  readonly outageMs: number;
  /** How many failures in a row are the end, whatever the time. Default: no number is. */
  readonly retries?: number;
  /** The longest it takes to notice that a connection is dead, ms: it has to last longer to have been alive. */
  readonly timeoutMs: number;
  /** What the server says over a connection. Default: nobody knows. */
  readonly message$?: (socket: Socket) => Observable<unknown>;
  /** Is told of a loss that is to be made good, once an outage for each reason. */
  readonly tell: (message: string) => void;
}

/** A connection that lasted this long was a good one, ms, if it was not dead for most of it. */
const lastingMs = 5_000;
/** One over which the server still spoke so long after it was opened was a good one, too, ms. */
const speakingMs = 2_000;
/** The wait after a connection that was open is lost, ms: the server was there a moment ago. */
const afterLossMs = 50;

/** Thrown into a connection that is to be replaced by a fresh one, without a word about it. */
export class Recycled extends RxvoiceError {}

/**
 * Holds a connection: one that is lost is followed by the reason and opened again, after growing waits (see `Outage`).
 * What the server can't ever accept is an error, and so is an outage that lasts longer than `outageMs`.
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
