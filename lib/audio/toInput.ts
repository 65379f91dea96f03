import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  finalize,
  isObservable,
  type Observable,
  of,
  repeat,
} from 'rxjs';
import { asapScheduler, scheduled, takeWhile, throwError } from 'rxjs';
import { kindOf, RxvoiceError } from '../errors.ts';
import { settled } from '../rx/settled.ts';
import type { AudioFrame } from './frame.ts';
import { paced } from './paced.ts';
import { Playhead } from './playhead.ts';
import { reframe } from './reframe.ts';
import { SoundBytes } from './soundBytes.ts';

/** A piece of `s16le` mono audio; `null`, `undefined` or no bytes at the end. */
type Chunk = ArrayBufferView | ArrayBuffer | null | undefined;

/** Audio to be read in chunks: `s16le` mono bytes, or those of a WAV file. */
export interface AudioReader {
  /** Hz. Default 16,000; a WAV file has its own. */
  readonly sampleRate?: number;
  /**
   * Returns the next bytes, about `chunkSize` of them, now or as a promise; `null`, `undefined` or no bytes at the
   * end.
   */
  read(chunkSize: number): Chunk | PromiseLike<Chunk>;
  /** Called once, when no more bytes are needed. */
  close?(): unknown;
}

/** The used members of Node's readable streams; an encoding must not be set. */
export interface ByteReadable {
  readonly readable: boolean;
  destroy(): unknown;
  [Symbol.asyncIterator](): AsyncIterator<unknown>;
}

/** Where a conversation can listen: frames, a reader, or a Node stream of `s16le` mono bytes at 16,000 Hz or of a WAV file. */
export type AudioInput = Observable<AudioFrame> | AudioReader | ByteReadable;

/** How far a reader may run ahead of real time, ms; a live source is never delayed. */
const slackMs = 200;

/**
 * Any input as frames of 20 ms; those of an observable pass as they are. A reader is asked for 20 ms at a time, one
 * read at a time, and never faster than real time (with 200 ms of slack), so that a file is heard as if it were spoken
 * now. Unsubscribing stops reading at once and closes the source.
 *
 * A WAV file among the bytes is recognised, and its header understood; other files (MP3, Ogg, FLAC, AAC, MP4, WebM, …)
 * are an error that names them, rather than noise.
 *
 * @throws RxvoiceError for a source of another kind. Errors of the source come as RxvoiceError, stage `input`.
 *
 * @example
 * toInput({ read: size => socket.take(size), sampleRate: 8_000 })
 */
export function toInput(source: AudioInput): Observable<AudioFrame> {
  if (isObservable(source)) return source;
  if (isReadable(source)) return defer(() => read(readerOf(source)));
  if (isReader(source)) return read(source);
  throw new RxvoiceError(
    'input: expected an Observable of audio frames, an object with read(chunkSize) or a Node Readable, but got ' +
      `${kindOf(source)}. For a file pass wavInput(path).`,
    { stage: 'input' },
  );
}

function read(reader: AudioReader): Observable<AudioFrame> {
  const { sampleRate = 16_000 } = reader;
  return defer(() => {
    const playhead = new Playhead();
    const sound = new SoundBytes(sampleRate);
    const framesOf = (frame: AudioFrame | undefined): Observable<AudioFrame> =>
      frame === undefined ? EMPTY : of(frame).pipe(reframe(), paced({ playhead, leadMs: slackMs }));
    const next$ = defer(() => settled(reader.read((sampleRate / 50) * 2))).pipe(
      concatMap(chunk =>
        isEnd(chunk)
          ? concat(framesOf(sound.end()), of(undefined))
          : concat(framesOf(sound.next(bytesOf(chunk))), sound.over ? of(undefined) : EMPTY),
      ),
    );
    return next$.pipe(
      // Not in the same tick: a reader with a lot of data, or with tiny chunks, must not block other work.
      repeat({ delay: () => scheduled([true], asapScheduler) }),
      takeWhile(frame => frame !== undefined),
      catchError((cause: unknown) =>
        throwError(() =>
          RxvoiceError.is(cause)
            ? cause.stage === undefined
              ? new RxvoiceError(`input: ${cause.message}`, { stage: 'input', cause })
              : cause
            : new RxvoiceError('The input could not be read.', { stage: 'input', cause }),
        ),
      ),
      finalize(() => reader.close?.()),
      reframe(),
    );
  });
}

/** Anything else is refused: a string, for example, would be read endlessly as no audio. */
function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Float32Array || chunk instanceof Float64Array)
    throw new RxvoiceError(
      'input: expected chunks of s16le bytes, but one was a ' +
        `${chunk.constructor.name}. Bring its samples to 16 bits first: Int16Array.from(chunk, sample => sample * 32767).`,
      { stage: 'input' },
    );
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  throw new RxvoiceError(
    'input: expected chunks of s16le bytes (a Uint8Array, Buffer or ArrayBuffer; null at the end), but one was ' +
      `${kindOf(chunk)}. A Node Readable must have no encoding set.`,
    { stage: 'input' },
  );
}

const isEnd = (chunk: Chunk): chunk is null | undefined =>
  chunk === null || chunk === undefined || chunk.byteLength === 0;

const isReader = (source: unknown): source is AudioReader =>
  typeof source === 'object' && source !== null && 'read' in source && typeof source.read === 'function';

/** A Node stream has `read()`, too, but that gives nothing while there is nothing. */
const isReadable = (source: unknown): source is ByteReadable =>
  typeof source === 'object' &&
  source !== null &&
  Symbol.asyncIterator in source &&
  'readable' in source &&
  'destroy' in source &&
  typeof source.destroy === 'function';

/** A Node stream as a reader. */
function readerOf(readable: ByteReadable): AudioReader {
  const chunks = readable[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>;
  return {
    read: () => chunks.next().then(({ value }) => value),
    close: () => readable.destroy(),
  };
}
