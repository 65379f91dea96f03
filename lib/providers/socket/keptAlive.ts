import { interval, type MonoTypeOperatorFunction, Observable, type Subscription } from 'rxjs';
import { silence } from '../../audio/frame.ts';
import type { Dialect } from './transcribeCall.ts';
import type { OpenSocket } from './wire.ts';

/** How often an unused connection is kept alive, ms: Nova closes one after 10 s. */
const everyMs = 4_000;
/** The audio that it begins with, ms. */
const firstMs = 100;

/**
 * Keeps a connection open that is open before anything is said: a server that holds its voice warm. Nova closes one that
 * hears nothing for 10 s, and `KeepAlive` counts only after some audio (Deepgram's guide "Troubleshooting WebSocket API
 * Disconnections"): it gets a bit of silence first. The user of the connection takes over.
 */
export const keptAlive =
  <Socket>(
    { keepAlive }: Pick<Dialect<Socket>, 'keepAlive'>,
    sampleRate: number,
  ): MonoTypeOperatorFunction<OpenSocket<Socket>> =>
  open$ =>
    keepAlive === undefined
      ? open$
      : new Observable(subscriber => {
          let keeping: Subscription | undefined;
          subscriber.add(
            open$.subscribe({
              next: open => {
                let sentMs = 0;
                keeping?.unsubscribe();
                // eslint-disable-next-line rxjs-x/no-nested-subscribe -- it ends with the socket, not with this operator's source
                keeping = interval(everyMs).subscribe({
                  next: () => {
                    if (sentMs > 0) return keepAlive(open.socket);
                    const { pcm } = silence(firstMs, sampleRate);
                    open.sendBytes(Buffer.from(pcm.buffer));
                    sentMs = firstMs;
                  },
                  error: (error: unknown) => subscriber.error(error),
                });
                subscriber.next({
                  ...open,
                  takeOver: () => {
                    keeping?.unsubscribe();
                    return sentMs;
                  },
                });
              },
              error: (error: unknown) => subscriber.error(error),
              complete: () => subscriber.complete(),
            }),
          );
          subscriber.add(() => keeping?.unsubscribe());
        });
