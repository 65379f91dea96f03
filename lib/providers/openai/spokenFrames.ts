import {
  concat,
  connect,
  defer,
  filter,
  map,
  type Observable,
  of,
  type OperatorFunction,
  switchMap,
  take,
} from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { RxvoiceError } from '../../errors.ts';
import { each } from '../../rx/each.ts';
import { type AudioKind, audioKind } from './audioKind.ts';
import { type ErrorBody, errorIn } from './errorBody.ts';
import { type ServerEvent, serverEvents } from './serverEvents.ts';
import { WavFrames } from './wavFrames.ts';

/** How {@link spokenFrames} reads a body. */
export interface SpokenFramesOptions {
  /** The server's name, for messages. */
  readonly who: string;
  /** The rate of raw PCM, Hz; asked when the first sound is there. */
  readonly sampleRate: () => number;
  /** Makes the error of a body that holds one. */
  readonly refused: (error: ErrorBody) => unknown;
}

/**
 * The sound in the body of an answer, recognised by its first bytes, whatever content type the server gives: WAV and raw
 * PCM become frames, and so does either of them in the events of `stream_format: 'sse'`. Anything else is an RxvoiceError
 * that names the option to set.
 */
export const spokenFrames =
  (options: SpokenFramesOptions): OperatorFunction<Uint8Array, AudioFrame> =>
  byte$ =>
    byte$.pipe(
      withKnownStart(),
      connect(piece$ =>
        piece$.pipe(
          take(1),
          switchMap(first =>
            concat(of(first), piece$).pipe(framesOf(audioKind(first, true) ?? 'pcm', options)),
          ),
        ),
      ),
    );

/** Joins the first pieces until they are enough to know the kind of the body. */
const withKnownStart = (): OperatorFunction<Uint8Array, Uint8Array> => byte$ =>
  defer(() => {
    let start: Uint8Array | undefined = new Uint8Array(0);
    const joined$ = byte$.pipe(
      each(bytes => {
        if (start === undefined) return [bytes];
        start = start.length === 0 ? bytes : Buffer.concat([start, bytes]);
        if (audioKind(start) === undefined) return [];
        const first = start;
        start = undefined;
        return [first];
      }),
    );
    return concat(
      joined$,
      defer(() => (start === undefined || start.length === 0 ? [] : [start])),
    );
  });

function framesOf(kind: AudioKind, options: SpokenFramesOptions): OperatorFunction<Uint8Array, AudioFrame> {
  switch (kind) {
    case 'pcm':
      return byte$ =>
        defer(() => {
          const pcm = new PcmFrames(options.sampleRate());
          return byte$.pipe(
            map(bytes => pcm.next(bytes)),
            isThere(),
          );
        });
    case 'wav':
      return byte$ =>
        defer(() => {
          const wav = new WavFrames();
          return byte$.pipe(
            map(bytes => readBy(wav, bytes, options)),
            isThere(),
          );
        });
    case 'text':
      return byte$ => byte$.pipe(serverEvents(), each(soundIn(options)), spokenFrames(options));
    default:
      throw new RxvoiceError(
        `${options.who} sent ${kind}, which can't be played: set responseFormat to a format it can send, 'wav' or 'pcm'.`,
        { stage: 'tts' },
      );
  }
}

const isThere =
  (): OperatorFunction<AudioFrame | undefined, AudioFrame> => (frame$: Observable<AudioFrame | undefined>) =>
    frame$.pipe(filter(frame => frame !== undefined));

function readBy(wav: WavFrames, bytes: Uint8Array, { who }: SpokenFramesOptions): AudioFrame | undefined {
  try {
    return wav.next(bytes);
  } catch (cause) {
    const why = RxvoiceError.is(cause) ? cause.message.replace(/ Convert it first:.*$/su, '') : '';
    throw new RxvoiceError(
      `${who} sent a WAV that can't be played. ${why} Set responseFormat: 'pcm', and sampleRate to its rate.`,
      { stage: 'tts' },
    );
  }
}

/** The sound in an event of an event stream. A body that is text and no such stream is an error. */
const soundIn =
  ({ who, refused }: SpokenFramesOptions) =>
  (event: ServerEvent): readonly Uint8Array[] => {
    const text = event.type === 'event' ? event.data : event.text;
    const body = parsed(text);
    const error = errorIn(body, event.type === 'body' || event.event === 'error');
    if (error) throw refused(error);
    if (event.type === 'event') {
      const { audio, delta } = (body ?? {}) as { readonly audio?: unknown; readonly delta?: unknown };
      const sound = audio ?? delta;
      return typeof sound === 'string' ? [Buffer.from(sound, 'base64')] : [];
    }
    const what = body !== undefined ? 'JSON' : /^\s*</u.test(text) ? 'a page (HTML)' : 'text';
    throw new RxvoiceError(`${who} sent ${what} instead of sound: check baseURL and model.`, {
      stage: 'tts',
    });
  };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
