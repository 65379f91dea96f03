import { asyncScheduler, catchError, concat, defer, EMPTY, type Observable, of } from 'rxjs';
import { type OperatorFunction, retry, tap, throwError, timer } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { Refusal } from './deepgramError.ts';

/** How a connection is held. */
export interface StayingOptions<Socket> {
  /** How many failures in a row are the end; a connection that lasted is none. */
  readonly retries: number;
  /** The longest it takes to notice that a connection is dead, ms: it has to last longer to have been alive. */
  readonly timeoutMs: number;
  /** What the server says over a connection. Default: nobody knows. */
  readonly message$?: (socket: Socket) => Observable<unknown>;
  /** Is told of each loss that is to be made good. */
  readonly tell: (message: string) => void;
}

/** A connection that lasted this long was a good one, ms, if it was not dead for most of it. */
const lastingMs = 5_000;
/** One over which the server still spoke so long after it was opened was a good one, too, ms. */
const speakingMs = 2_000;
/** The longest wait before another attempt, ms. */
const longestWaitMs = 10_000;

/** The wait after a connection that was open is lost, ms: the server was there a moment ago. */
const afterLossMs = 50;

/** Thrown into a connection that is to be replaced by a fresh one, without a word about it. */
export class Recycled extends RxvoiceError {}

/**
 * Holds a connection: one that is lost is followed by the reason and opened again, after 50 ms, then 250 ms, 1 s, 4 s, …
 * with jitter. What the server can't ever accept, and the last of several failures in a row, is an error.
 */
export const staying =
  <Socket>({
    retries,
    timeoutMs,
    message$ = () => EMPTY,
    tell,
  }: StayingOptions<Socket>): OperatorFunction<Socket, Socket | RxvoiceError> =>
  open$ =>
    defer(() => {
      const goodAfterMs = Math.max(lastingMs, 2 * timeoutMs);
      let failures = 0;
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
            failures = wasGood ? 0 : failures + 1;
            if (!error.retryable) return throwError(() => error);
            const waitMs =
              (error.cause instanceof Refusal && error.cause.retryAfterMs) ||
              (wasOpen && failures < 2 ? afterLossMs * jitter() : backoffMs(failures));
            if (failures >= retries || waitMs > longestWaitMs)
              return throwError(() => givenUp(error, failures));
            tell(`${error.message} Connecting again.`);
            return timer(waitMs);
          },
        }),
      );
    });

/** The wait before the next attempt, after so many quick failures in a row, ms. */
export const backoffMs = (failures: number): number =>
  Math.min(longestWaitMs, 250 * 4 ** Math.max(0, failures - 1)) * jitter();

/** Keeps those whose connections were lost at the same moment from coming back at the same moment. */
const jitter = (): number => 0.75 + Math.random() / 2;

const givenUp = (error: RxvoiceError, failures: number): RxvoiceError =>
  failures < 2
    ? error
    : new RxvoiceError(`${error.message} That was the last of ${failures} attempts in a row.`, {
        ...(error.stage && { stage: error.stage }),
        retryable: true,
        cause: error.cause,
      });
