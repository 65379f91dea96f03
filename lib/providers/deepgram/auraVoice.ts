import { asyncScheduler, concat, Observable, type Subscriber, type Subscription } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { RxvoiceError } from '../../errors.ts';
import { FlushBudget } from './flushBudget.ts';
import { type SdkSocket } from './openSocket.ts';
import { type Incoming, type OpenSocket, type ServerMessage, words } from '../socket/wire.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { splitText } from '../../tts/splitText.ts';
import { type Share, SharedAudio } from './sharedAudio.ts';
import { Recycled } from '../socket/reconnecting.ts';
import { maxCharacters, type VoiceOptions } from '../socket/voiceOptions.ts';
import { VoiceSocket } from '../socket/voiceSocket.ts';

/** A socket of the SDK that speaks. */
export interface AuraSocket extends SdkSocket {
  sendText: (message: { type: 'Speak'; text: string }) => void;
  sendFlush: (message: { type: 'Flush' }) => void;
  sendClear: (message: { type: 'Clear' }) => void;
}

/** How {@link AuraVoice} speaks. */
export interface AuraVoiceOptions extends VoiceOptions {
  /** How many Flush messages the service takes in a minute. */
  readonly flushesPerMinute: number;
  /** How many characters it takes in a minute. */
  readonly charactersPerMinute: number;
}

/** A Flush is waited for this long at most, ms; opening a connection takes less. */
const patienceMs = 500;
/** When fewer Flush messages are left, sentences are grouped. */
const lowBudget = 8;
/** How early the audio of a held sentence must arrive, before the previous sentence has been heard, ms. */
const leadMs = 180;
/** The same while the answer to the previous Flush is outstanding, ms: the length of its audio is a guess then. */
const answerLeadMs = 500;
/**
 * The longest a sentence is held, ms: the sound it waits for may have been cut, and another engine may speak it
 * (see `failover`). One Flush in 3 s is the rate the service accepts without a limit in time.
 */
const longestHoldMs = 3_000;
/** How long a character takes to say while none was said yet, ms: 15 a second. */
const usualMsPerCharacter = 1000 / 15;

interface Sentence {
  readonly text: string;
  readonly subscriber: Subscriber<AudioFrame>;
  readonly since: number;
  /** Whether there was a connection already when it came. */
  readonly reused: boolean;
  told: boolean;
  done: boolean;
  /** When its connection was lost first since audio of it came. */
  lostSince: number | undefined;
  /** How much of its audio was handed on, ms. */
  handedMs: number;
}

/** A message the service has yet to answer: with the audio of these sentences and `Flushed`, or with `Cleared`. */
type Owed =
  | {
      readonly type: 'flush';
      readonly sentences: readonly Sentence[];
      readonly pcm: PcmFrames;
      readonly shared: SharedAudio;
    }
  | { readonly type: 'clear' };

/**
 * The voice of one call over a socket of `/v1/speak`, which answers in order: every `Flush` with the audio of the text
 * before it and `Flushed`, every `Clear` with `Cleared`. Several sentences may be on their way.
 *
 * A sentence that is no longer wanted is cleared, unless another is on its way behind the same socket: then its audio is
 * left out. The service takes 20 Flush messages and 2,400 characters a minute on a connection, then another connection is
 * taken. While there are enough Flush messages left each sentence has its own; when they run low a sentence waits until
 * the one before it has nearly been heard, and goes together with those that have come by then, whose audio they share.
 * A Flush waits for the answer to the previous one where that causes no gap: the service answers some pairs with one
 * `Flushed`.
 */
export class AuraVoice {
  readonly #options: AuraVoiceOptions;
  #budget: FlushBudget;
  #characters: FlushBudget;
  readonly #connection: VoiceSocket<AuraSocket>;
  #waiting: Sentence[] = [];
  #owed: Owed[] = [];
  /** When the audio that was handed on will have been heard, if it is played as it comes. */
  #heardAt = 0;
  /** Length of the sentences that are over, ms and characters. */
  #saidMs = 0;
  #saidCharacters = 0;
  /** Whether the connection takes no Flush for a while. */
  #isSpent = false;
  #pumping: Subscription | undefined;

  constructor(options: AuraVoiceOptions) {
    this.#options = options;
    this.#connection = new VoiceSocket(options);
    this.#budget = new FlushBudget(options.flushesPerMinute);
    this.#characters = new FlushBudget(options.charactersPerMinute);
  }

  /** Whether a sentence waits for audio. */
  get isBusy(): boolean {
    return this.#waiting.length > 0 || this.#owed.some(hasListeners);
  }

  /** One sentence, over the line, which is held for as long as it takes. A text too long for one message goes in several. */
  speak(text: string, line$: Observable<unknown>): Observable<AudioFrame> {
    const { charactersPerMinute } = this.#options;
    const [first = '', ...rest] = splitText(text, Math.min(maxCharacters, charactersPerMinute));
    const one$ = this.#speak(first, line$, false);
    return rest.length === 0 ? one$ : concat(one$, ...rest.map(piece => this.#speak(piece, line$, true)));
  }

  #speak(text: string, line$: Observable<unknown>, told: boolean): Observable<AudioFrame> {
    return new Observable(subscriber => {
      const now = asyncScheduler.now();
      const reused = this.#connection.socket !== undefined;
      const sentence: Sentence = {
        text,
        subscriber,
        since: now,
        reused,
        told,
        done: false,
        lostSince: undefined,
        handedMs: 0,
      };
      this.#waiting.push(sentence);
      subscriber.add(() => this.#leave(sentence));
      subscriber.add(line$.subscribe({ error: (error: unknown) => subscriber.error(error) }));
      if (!subscriber.closed) this.#pump();
    });
  }

  /** The line has a socket. */
  connected(open: OpenSocket<AuraSocket>): void {
    this.#isSpent = false;
    this.#budget = new FlushBudget(this.#options.flushesPerMinute);
    this.#characters = new FlushBudget(this.#options.charactersPerMinute);
    this.#connection.connected(open, {
      message: message => this.#take(message),
      old: () => this.#exchange(),
    });
    this.#pump();
  }

  /** The line lost its socket: unfinished sentences are spoken again, without the audio already emitted. */
  lost(reason: RxvoiceError): void {
    const unanswered = this.#owed
      .flatMap(owed => (owed.type === 'flush' ? owed.sentences : []))
      .filter(({ subscriber }) => !subscriber.closed);
    this.disconnected();
    const now = asyncScheduler.now();
    if (!(reason instanceof Recycled)) for (const sentence of unanswered) sentence.lostSince ??= now;
    const [hopeless, rest] = split(
      unanswered,
      ({ lostSince }) => lostSince !== undefined && now - lostSince >= this.#options.outageMs,
    );
    this.#waiting = [...rest, ...this.#waiting];
    for (const { subscriber } of hopeless) subscriber.error(reason);
  }

  /** The connection is released. */
  disconnected(): void {
    this.#pumping?.unsubscribe();
    this.#connection.disconnected();
    this.#owed = [];
  }

  /** Sends the sentences that may be sent now. */
  #pump(): void {
    this.#pumping?.unsubscribe();
    while (this.#waiting.length > 0) {
      const { socket } = this.#connection;
      if (socket === undefined) return;
      const now = asyncScheduler.now();
      const next = this.#waiting[0]!;
      const isLow = this.#budget.left(now) < Math.min(lowBudget, this.#options.flushesPerMinute);
      const holdMs = Math.max(isLow ? this.#heldUntil(next) - now : 0, this.#unanswered(next, now));
      const spentMs = Math.max(this.#budget.waitMs(now), this.#characters.waitMs(now, next.text.length));
      const waitMs = Math.max(spentMs, holdMs);
      if (waitMs > 0) {
        this.#pumping = asyncScheduler.schedule(() => this.#pump(), waitMs);
        // After a minute of silence a new connection with a budget of its own is cheaper.
        this.#isSpent = spentMs > patienceMs;
        this.#exchange();
        return;
      }
      this.#send(this.#waiting.splice(0, isLow ? this.#fitting(now) : 1), socket, now);
    }
  }

  #heldUntil({ since }: Sentence): number {
    return Math.min(this.#heardAt - leadMs, since + longestHoldMs);
  }

  /** How long a sentence may wait for the answer to the Flush before it without a gap in the speech, ms. */
  #unanswered({ since }: Sentence, now: number): number {
    const owed = this.#owed.filter(hasListeners);
    if (owed.length === 0) return 0;
    const msPerCharacter = this.#msPerCharacter;
    const toComeMs = owed
      .flatMap(({ sentences }) => sentences)
      .reduce((sum, { text, handedMs }) => sum + Math.max(0, text.length * msPerCharacter - handedMs), 0);
    const heardAt = Math.max(now, this.#heardAt) + toComeMs;
    return Math.min(heardAt - answerLeadMs, since + longestHoldMs) - now;
  }

  /** How many of the sentences that wait the connection takes at once. */
  #fitting(now: number): number {
    let left = this.#characters.left(now);
    const count = this.#waiting.findIndex(({ text }) => (left -= text.length) < 0);
    return count < 0 ? this.#waiting.length : Math.max(1, count);
  }

  /** How long a character takes to say, ms. */
  get #msPerCharacter(): number {
    return this.#saidCharacters === 0 ? usualMsPerCharacter : this.#saidMs / this.#saidCharacters;
  }

  #send(sentences: readonly Sentence[], socket: AuraSocket, now: number): void {
    for (const sentence of sentences) {
      const { reused, since } = sentence;
      if (!sentence.told) this.#options.notify({ type: 'connected', reused, ms: reused ? 0 : now - since });
      sentence.told = true;
      socket.sendText({ type: 'Speak', text: sentence.text });
      this.#characters.spend(now, sentence.text.length);
    }
    socket.sendFlush({ type: 'Flush' });
    this.#budget.spend(now);
    // Audio emitted before the connection was lost arrives again.
    const { sampleRate } = this.#options;
    const pcm = new PcmFrames(sampleRate, sentences[0]?.handedMs);
    const texts = sentences.map(({ text }) => text);
    const shared = new SharedAudio(texts, sampleRate, this.#msPerCharacter, sentences[0]?.handedMs);
    this.#owed.push({ type: 'flush', sentences, pcm, shared });
    this.#watch();
  }

  #take(message: Incoming): void {
    this.#watch();
    if (message instanceof Uint8Array) return this.#hear(message);
    switch (message.type) {
      case 'Flushed': {
        const [owed] = this.#owed;
        if (owed?.type !== 'flush') return;
        this.#owed.shift();
        this.#hand(owed.sentences, owed.shared.rest());
        for (const sentence of owed.sentences) {
          if (sentence.done || !sentence.subscriber.closed) {
            this.#saidMs += sentence.handedMs;
            this.#saidCharacters += sentence.text.length;
          }
          over(sentence);
        }
        this.#pump();
        break;
      }
      case 'Cleared':
        this.#owed.splice(0, this.#owed.findIndex(({ type }) => type === 'clear') + 1);
        break;
      case 'Warning':
        this.#warn(message);
        break;
      case 'Error':
        this.#connection.fail(
          new RxvoiceError(`${this.#options.who} reports an error: ${words(message['description'])}.`, {
            stage: 'tts',
            retryable: true,
          }),
        );
    }
    this.#watch();
    this.#exchange();
  }

  #hear(bytes: Uint8Array): void {
    const [owed] = this.#owed;
    if (owed?.type !== 'flush') return;
    const frame = owed.pcm.next(bytes);
    if (frame !== undefined) this.#hand(owed.sentences, owed.shared.next(frame));
  }

  #hand(sentences: readonly Sentence[], shares: readonly Share[]): void {
    for (const { sentence: index, frame } of shares) {
      if (index > 0) over(sentences[index - 1]!);
      const sentence = sentences[index]!;
      if (sentence.subscriber.closed) continue;
      const ms = frameMs(frame);
      sentence.handedMs += ms;
      sentence.lostSince = undefined;
      this.#heardAt = Math.max(this.#heardAt, asyncScheduler.now()) + ms;
      sentence.subscriber.next(frame);
    }
  }

  /** A sentence is no longer wanted. */
  #leave(sentence: Sentence): void {
    this.#waiting = this.#waiting.filter(other => other !== sentence);
    if (this.#owed.some(hasListeners)) return;
    const last = this.#owed.at(-1);
    const { socket } = this.#connection;
    if (last?.type === 'flush' && socket !== undefined) {
      socket.sendClear({ type: 'Clear' });
      this.#owed.push({ type: 'clear' });
      this.#watch();
    }
    // A reply was cut: the next one has not to wait for its sound.
    if (!sentence.done && this.#waiting.length === 0) this.#heardAt = 0;
  }

  /** The names of a warning's fields differ between the service's documents and its observed messages. */
  #warn(message: ServerMessage): void {
    const code = message['code'] ?? message['warn_code'];
    const text = words(message['description'] ?? message['warn_msg']);
    const { who, notify } = this.#options;
    if (code !== 'EXCESSIVE_FLUSH') return notify({ type: 'warning', message: `${who} warns: ${text}` });
    // No Flushed follows: its sentences would wait forever.
    this.#connection.fail(
      new RxvoiceError(`${who} took no more Flush messages on this connection.`, {
        stage: 'tts',
        retryable: true,
      }),
    );
  }

  /** Restarts the deadline of the answer that the service owes. */
  #watch(): void {
    this.#connection.expect(this.#owed.length > 0, 'sentence');
  }

  #exchange(): void {
    if (this.#owed.length > 0) return;
    if (!this.#isSpent && !(this.#connection.isOld && this.#waiting.length === 0)) return;
    this.#connection.recycle();
  }
}

const split = <Value>(values: readonly Value[], isLeft: (value: Value) => boolean): [Value[], Value[]] => [
  values.filter(isLeft),
  values.filter(value => !isLeft(value)),
];

const over = (sentence: Sentence): void => {
  if (sentence.subscriber.closed) return;
  sentence.done = true;
  sentence.subscriber.complete();
};

const hasListeners = (owed: Owed): owed is Extract<Owed, { readonly type: 'flush' }> =>
  owed.type === 'flush' && owed.sentences.some(({ subscriber }) => !subscriber.closed);
