import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
} from 'rxjs';
import { mergeMap, type Observable, Subject, take, takeUntil, tap, throwError, timer } from 'rxjs';
import { kindOf, RxvoiceError } from '../errors.ts';
import { inTurn } from '../rx/inTurn.ts';
import { done, isPending } from '../rx/settled.ts';
import { type AudioFrame, frameBytes, frameMs } from './frame.ts';
import type { Output, Playback } from './output.ts';
import { Playhead } from './playhead.ts';
import { resample } from './resample.ts';

/** A destination for audio: `s16le` mono bytes, about 20 ms at a time, a little ahead of real time. */
export interface AudioWriter {
  /** Hz. Default 16,000; speech is resampled to it. */
  readonly sampleRate?: number;
  /** Takes the next bytes. When it returns a promise, the next write waits for it. */
  write(chunk: Uint8Array): unknown;
  /**
   * Called at once when the speech is cut: discard all audio that was written and not yet heard. The call does not
   * wait for it, and ignores its failure.
   */
  clear?(): unknown;
  /** Waits until everything that was written was heard. Without it the clock decides. */
  drain?(): unknown;
}

/** The used members of Node's writable streams. */
export interface ByteWritable {
  readonly writable: boolean;
  readonly errored: Error | null;
  write(chunk: Uint8Array): boolean;
  addListener(event: string | symbol, listener: (...values: never[]) => void): this;
  removeListener(event: string | symbol, listener: (...values: never[]) => void): this;
}

/** Where a conversation can speak: an {@link Output}, a writer, or a Node stream of `s16le` mono bytes at 16,000 Hz. */
export type AudioSink = Output | AudioWriter | ByteWritable;

/**
 * Any sink as an {@link Output}. Nothing is written after a cut. A sink that is slower than real time delays the speech
 * and drops none of it; the waiting audio is bounded by the reply, and dropped when the reply is cut. A Node stream is
 * never ended.
 *
 * @throws RxvoiceError for a sink of another kind. Errors of the sink come as RxvoiceError, stage `output`, also when a
 *   Node stream is closed.
 *
 * @example
 * toOutput({ write: bytes => socket.send(bytes), clear: () => socket.send('clear'), sampleRate: 8_000 })
 */
export function toOutput(sink: AudioSink): Output {
  if (typeof sink === 'function') return sink;
  if (isWritable(sink)) return speech$ => failingWith(sink, play(writerOf(sink))(speech$));
  if (isWriter(sink)) return play(sink);
  throw new RxvoiceError(
    'output: expected an Output function, an object with write(chunk) or a Node Writable, but got ' +
      `${kindOf(sink)}. For a file pass wavOutput(path).`,
    { stage: 'output' },
  );
}

const play =
  (writer: AudioWriter): Output =>
  speech$ =>
    defer(() => {
      const playhead = new Playhead();
      let heard = false;
      const write = (frame: AudioFrame): unknown => {
        playhead.hand(frameMs(frame), asyncScheduler.now());
        return tried(() => writer.write(frameBytes(frame)));
      };
      const drain = (): Observable<unknown> =>
        writer.drain ? done(tried(() => writer.drain?.())) : timer(playhead.restMs(asyncScheduler.now()));

      return concat(speech$.pipe(resample(writer.sampleRate ?? 16_000), inTurn(write)), defer(drain)).pipe(
        ignoreElements(),
        tap({ complete: () => (heard = true) }),
        finalize(() => {
          if (!heard) cleared(writer);
        }),
      );
    });

/** Discards written audio. A failure is ignored, since the reply is over; the next write reports it. */
function cleared(writer: AudioWriter): void {
  try {
    done(writer.clear?.()).subscribe({ error: () => undefined });
  } catch {
    // See above.
  }
}

const isWriter = (sink: unknown): sink is AudioWriter =>
  typeof sink === 'object' && sink !== null && 'write' in sink && typeof sink.write === 'function';

/** A Node stream must be checked before each write; events report when it accepts more. */
const isWritable = (sink: unknown): sink is ByteWritable =>
  isWriter(sink) &&
  'writable' in sink &&
  'addListener' in sink &&
  typeof sink.addListener === 'function' &&
  'removeListener' in sink;

/** A Node stream as a writer. */
const writerOf = (writable: ByteWritable): AudioWriter => ({
  write: chunk => (writable.write(chunk) ? undefined : fromEvent(writable, 'drain').pipe(take(1))),
});

/**
 * Playback that fails when the stream fails, even while it waits for the stream. A closed stream emits no more
 * `drain` and mostly no error, so waiting for it would never end.
 */
const failingWith = (writable: ByteWritable, playback$: Observable<Playback>): Observable<Playback> =>
  defer(() => {
    if (!writable.writable) return throwError(() => failure(writable.errored ?? closed));
    const over$ = new Subject<void>();
    const failure$ = merge(
      fromEvent(writable, 'error'),
      fromEvent(writable, 'close').pipe(map(() => closed)),
    ).pipe(
      mergeMap(cause => throwError(() => failure(cause))),
      takeUntil(over$),
    );
    return merge(failure$, playback$.pipe(finalize(() => over$.next())));
  });

/** The return value of a foreign function; its failure is an error of the output. */
function tried(call: () => unknown): unknown {
  try {
    const result = call();
    return isPending(result) ? done(result).pipe(catchError(failed)) : result;
  } catch (cause) {
    throw failure(cause);
  }
}

const failed = (cause: unknown): Observable<never> => throwError(() => failure(cause));

const closed = 'the stream is closed';

const failure = (cause: unknown): RxvoiceError =>
  new RxvoiceError(`The output could not be written to${cause === closed ? `: ${closed}` : ''}.`, {
    stage: 'output',
    cause,
  });
