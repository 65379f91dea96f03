import {
  asyncScheduler,
  defer,
  EMPTY,
  finalize,
  merge,
  type MonoTypeOperatorFunction,
  Observable,
  ReplaySubject,
  tap,
} from 'rxjs';
import type { TimestampProvider } from 'rxjs';
import { type AudioFrame, frameBytes } from '../audio/frame.ts';
import type { Output, Playback } from '../audio/output.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import { RxvoiceError } from '../errors.ts';
import { done } from '../rx/settled.ts';
import { redaction } from './redaction.ts';
import {
  type StrandEnd,
  type StrandLine,
  type StrandOf,
  type StrandValue,
  type TapedError,
  type TapeLine,
  tapeVersion,
  type Within,
  wordy,
  writeLine,
} from './tapeFormat.ts';

/** Values per line: a long strand is on tape before it ends. */
const pieceLength = 500;

/** After these events everything so far is written, so that a crashed program's completed turns can be replayed. */
export const turnEnds: ReadonlySet<ConversationEvent['type']> = new Set([
  'bot.spoke',
  'bot.interrupted',
  'turn.failed',
]);

/** Writes the lines of one tape. */
export class Recorder {
  readonly redact: (text: string) => string;
  /** Why the tape can't be written any more, when that is so: no line follows. */
  readonly #failure$ = new ReplaySubject<unknown>(1);
  readonly failure$ = this.#failure$.asObservable();
  #failed = false;
  readonly #write: (line: string) => unknown;
  readonly #audio: boolean;
  readonly #clock: TimestampProvider = asyncScheduler;
  #startedAt: number | undefined;
  #order = 0;
  #strands = 0;
  readonly #open = new Set<Strand>();

  constructor(write: (line: string) => unknown, { redact, audio }: { redact: boolean; audio: boolean }) {
    this.#write = write;
    this.#audio = audio;
    this.redact = redact ? redaction() : text => text;
  }

  /** ms since the call was placed. */
  get now(): number {
    this.#startedAt ??= this.#clock.now();
    return this.#clock.now() - this.#startedAt;
  }

  /** The next place in the order of all that comes from outside. */
  next(): number {
    return this.#order++;
  }

  line(line: TapeLine): void {
    if (this.#failed) return;
    try {
      done(this.#write(writeLine(line))).subscribe({ error: (cause: unknown) => this.#fail(cause) });
    } catch (cause) {
      this.#fail(cause);
    }
  }

  /** A tape that can't be written is no reason to end a call. */
  #fail(cause: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure$.next(cause);
  }

  header(redacted: boolean, options: object): void {
    this.line({
      type: 'tape',
      version: tapeVersion,
      redacted,
      options: redactedOptions(options, this.redact),
    });
  }

  event(event: ConversationEvent): void {
    if (turnEnds.has(event.type)) for (const strand of this.#open) strand.flush();
    this.line({ type: 'event', at: this.now, event: taped(event, this.redact) });
  }

  /** Notes the subscriptions of a stream from outside. */
  strand<Value>(
    of: StrandOf,
    encode: (value: Value) => unknown = value => value,
    about: { readonly text?: string } = {},
    context: Context = {},
  ): MonoTypeOperatorFunction<Value> {
    return source$ =>
      defer(() => {
        const strand = new Strand(this, { type: 'strand', id: this.#strands++, of, at: this.now, ...about });
        this.#open.add(strand);
        let subscribing = true;
        const { isOwn = () => true, drainMs = () => undefined } = context;
        const within = (): Within | undefined => context.within?.() ?? (subscribing ? 0 : undefined);
        return merge(
          source$.pipe(
            tap({
              next: value => strand.note(encode(value), within()),
              error: (error: unknown) => strand.end(isOwn() ? 'error' : 'cut', { within: within(), error }),
              complete: () => strand.end('complete', { within: within(), drainMs: drainMs() }),
            }),
            finalize(() => {
              strand.end('cut');
              this.#open.delete(strand);
            }),
          ),
          defer(() => ((subscribing = false), EMPTY)),
        );
      });
  }

  /** An output, with its reports. */
  output(output: Output): Output {
    return speech$ =>
      defer(() => {
        let handed = 0;
        let within: Within | undefined;
        let speechEndedAt: number | undefined;
        let failed = false;
        const handed$ = new Observable<AudioFrame>(subscriber =>
          speech$.subscribe({
            next: frame => {
              handed += 1;
              within = handed;
              subscriber.next(frame);
              within = undefined;
            },
            error: (error: unknown) => {
              failed = true;
              subscriber.error(error);
            },
            complete: () => {
              speechEndedAt = this.now;
              within = -1;
              subscriber.complete();
              within = undefined;
            },
          }),
        );
        return defer(() => output(handed$)).pipe(
          this.strand<Playback>(
            'output',
            ({ playedMs }) => playedMs,
            {},
            {
              within: () => within,
              // An error of the speech is no error of the output.
              isOwn: () => !failed,
              drainMs: () => (speechEndedAt === undefined ? undefined : this.now - speechEndedAt),
            },
          ),
        );
      });
  }

  /** Notes the subscriptions of a stream of audio. */
  audio(of: StrandOf, about: { readonly text?: string } = {}): MonoTypeOperatorFunction<AudioFrame> {
    const encode = (frame: AudioFrame): unknown => {
      const { pcm, sampleRate } = frame;
      const audio = this.#audio ? Buffer.from(frameBytes(frame)).toString('base64') : null;
      return [pcm.length, sampleRate, ...(audio === null ? [] : [audio])];
    };
    return this.strand(of, encode, about);
  }
}

/** Data of a strand in addition to its values. */
interface Context {
  readonly within?: () => Within | undefined;
  readonly isOwn?: () => boolean;
  readonly drainMs?: () => number | undefined;
}

interface Ending {
  readonly within?: Within | undefined;
  readonly drainMs?: number | undefined;
  readonly error?: unknown;
}

class Strand {
  readonly #recorder: Recorder;
  readonly #about: Omit<StrandLine, 'values'>;
  #values: StrandValue[] = [];
  #ended = false;

  constructor(recorder: Recorder, about: Omit<StrandLine, 'values'>) {
    this.#recorder = recorder;
    this.#about = about;
  }

  note(value: unknown, within: Within | undefined): void {
    const [ms, order] = [this.#ms, this.#recorder.next()];
    this.#values.push(within === undefined ? [ms, order, value] : [ms, order, value, within]);
    if (this.#values.length >= pieceLength) this.flush();
  }

  /** Writes everything so far. A model's text is redacted as a whole, because words span its tokens. */
  flush(): void {
    if (this.#values.length > 0 && this.#about.of !== 'llm') this.#write();
  }

  end(how: StrandEnd['how'], { within, drainMs, error }: Ending = {}): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#write({
      how,
      ms: this.#ms,
      order: this.#recorder.next(),
      ...(within !== undefined && { within }),
      ...(drainMs !== undefined && { drainMs }),
      ...(error !== undefined && { error: tapedError(error) }),
    });
  }

  get #ms(): number {
    return this.#recorder.now - this.#about.at;
  }

  #write(end?: StrandEnd): void {
    const values =
      this.#about.of === 'llm' ? redactedTokens(this.#values, this.#recorder.redact) : this.#values;
    this.#recorder.line({ ...this.#about, values, ...(end && { end }) });
    this.#values = [];
  }
}

/** An answer's tokens, redacted as one text and cut where they were. */
function redactedTokens(values: readonly StrandValue[], redact: (text: string) => string): StrandValue[] {
  const tokenOf = (value: unknown): string | undefined => {
    const { type, text } = value as { readonly type: string; readonly text?: string };
    return type === 'token' ? text : undefined;
  };
  const text = redact(values.map(([, , value]) => tokenOf(value) ?? '').join(''));
  let at = 0;
  return values.map(([ms, order, value, within]): StrandValue => {
    const rest = within === undefined ? ([] as const) : ([within] as const);
    const token = tokenOf(value);
    // The audio of a model's own voice is a strand of its own.
    if (isVoice(value)) return [ms, order, { type: 'voice' }, ...rest];
    if (token === undefined) return [ms, order, taped(value, redact), ...rest];
    const redacted = text.slice(at, (at += token.length));
    return [ms, order, { type: 'token', text: redacted }, ...rest];
  });
}

const isVoice = (value: unknown): boolean => (value as { readonly type: string }).type === 'voice';

/** Options whose texts are names rather than words. */
const named: ReadonlySet<string> = new Set(['name', 'type', 'language', 'engine', 'model', 'onVoice']);

/**
 * Options with the texts in them redacted: greetings, apologies, fillers, prompts and lists of words are replaced by
 * the same words as in the conversation, so that a replay goes as the call did, and none of them reveals the rest.
 */
const redactedOptions = (
  options: object,
  redact: (text: string) => string,
): Readonly<Record<string, unknown>> =>
  JSON.parse(
    JSON.stringify(options, (key, value: unknown) =>
      value === Infinity ? 'Infinity' : typeof value === 'string' && !named.has(key) ? redact(value) : value,
    ),
  ) as Readonly<Record<string, unknown>>;

/** A value as it goes on tape: its words redacted, an error without its message, nothing opaque: it may hold words. */
export function taped<Value>(value: Value, redact: (text: string) => string): Value {
  if (value instanceof Error) return tapedError(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => taped(item, redact)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'providerData')
      .map(([key, member]: [string, unknown]) => [
        key,
        typeof member === 'string' && wordy.has(key)
          ? redact(member)
          : key === 'cause'
            ? tapedError(member)
            : taped(member, redact),
      ]),
  ) as Value;
}

const tapedError = (error: unknown): TapedError => ({
  name: error instanceof Error ? error.name : typeof error,
  ...(RxvoiceError.is(error) && error.stage !== undefined && { stage: error.stage }),
});
