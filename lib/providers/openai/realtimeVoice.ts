import { asyncScheduler, concat, defer, Observable, type Subscriber } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { RxvoiceError } from '../../errors.ts';
import { Outage } from '../../rx/outage.ts';
import { type Reading, readingOf, readingSoFar } from '../../tts/reading.ts';
import { splitText } from '../../tts/splitText.ts';
import { Recycled } from '../socket/reconnecting.ts';
import type { VoiceOptions } from '../socket/voiceOptions.ts';
import { VoiceSocket } from '../socket/voiceSocket.ts';
import type { Incoming, OpenSocket, ServerMessage } from '../socket/wire.ts';
import { errorOf, type RealtimeErrors } from './realtimeError.ts';
import type { RealtimeSocket } from './realtimeSocket.ts';

/** How {@link RealtimeVoice} speaks. */
export interface RealtimeVoiceOptions extends VoiceOptions {
  readonly errors: RealtimeErrors;
  /** The fields of a response that has the model read a text. */
  readonly reading: (text: string) => Readonly<Record<string, unknown>>;
}

/** The longest text of a response, characters: a model reads a long one less closely. */
const maxCharacters = 800;
/**
 * The longest that audio waits for the transcript, ms. The service sends a transcript ahead of its audio, so that audio
 * hardly ever waits.
 */
const heldMs = 400;
/** How often a text is read, when the model says something else or fails. */
const mostReadings = 2;

interface Sentence {
  readonly id: string;
  readonly text: string;
  readonly subscriber: Subscriber<AudioFrame>;
  /** Is called with the words that were said, when they differ or differed before. */
  readonly reworded: (spoken: string) => void;
  readonly since: number;
  /** Whether there was a connection already when it came. */
  readonly reused: boolean;
  isReported: boolean;
  /** The response that reads it, once the service has named that. */
  responseId: string | undefined;
  isSent: boolean;
  /** The number of readings that ended without success. */
  readings: number;
  /** The transcript of the reading, and of earlier ones of which audio was emitted. */
  transcript: string;
  before: string;
  /** Audio that waits for the transcript, since when; undefined once it passes. */
  held: AudioFrame[] | undefined;
  heldSince: number | undefined;
  /** How much audio of this reading was emitted, ms. */
  handedMs: number;
  pcm: PcmFrames;
  /** When its connection was lost first since audio of it came. */
  lostSince: number | undefined;
  readonly outage: Outage;
}

/**
 * The voice of one call over a session of the Realtime API: a model that reads each text aloud, in a response out of
 * band of its own (`conversation: "none"`), several at once. A text that is no longer wanted is cancelled.
 *
 * A model may reword a text. Its own transcript shows that, and comes ahead of the audio: other words are reported as a
 * `reworded` notice, and something else than the text is cut and read once more, then an error. Audio waits until the
 * transcript has begun as the text does, so that of something else hardly ever a sound is heard.
 */
export class RealtimeVoice {
  readonly #options: RealtimeVoiceOptions;
  readonly #connection: VoiceSocket<RealtimeSocket>;
  #sentences: Sentence[] = [];
  /** Responses whose sentences are no longer wanted, and whose rest is ignored. */
  readonly #left = new Set<string>();
  #count = 0;
  /** The ids of sentences that were sent and whose responses have no id yet, in their order. */
  #asked: string[] = [];
  /** Texts that were said in other words last, and those. */
  readonly #reworded = new Map<string, string>();
  /** Fields of the request that the model refused. */
  readonly #refused = new Set<string>();

  constructor(options: RealtimeVoiceOptions) {
    this.#options = options;
    this.#connection = new VoiceSocket(options);
  }

  /** Whether audio is waited for. */
  get isBusy(): boolean {
    return this.#sentences.length > 0;
  }

  /** Reads one sentence, over the line, which is held for as long as it takes. */
  speak(text: string, line$: Observable<unknown>): Observable<AudioFrame> {
    return defer(() => {
      const pieces = splitText(text, maxCharacters);
      const spoken = [...pieces];
      const said = (index: number, words: string): void => {
        spoken[index] = spacedAs(pieces[index]!, words);
        this.#report(text, spoken.join(''));
      };
      return concat(
        ...pieces.map((piece, index) => this.#speak(piece, line$, index > 0, words => said(index, words))),
      );
    });
  }

  /** Reports the words of a text, if they differ from it, or did when it was said before. */
  #report(text: string, spoken: string): void {
    if (spoken === (this.#reworded.get(text) ?? text)) return;
    if (spoken === text) this.#reworded.delete(text);
    else this.#reworded.set(text, spoken);
    this.#options.notify({ type: 'reworded', text, spoken });
  }

  #speak(
    text: string,
    line$: Observable<unknown>,
    isReported: boolean,
    reworded: (spoken: string) => void,
  ): Observable<AudioFrame> {
    return new Observable(subscriber => {
      const sentence: Sentence = {
        id: `rxvoice_${++this.#count}`,
        text,
        subscriber,
        reworded,
        since: asyncScheduler.now(),
        reused: this.#connection.socket !== undefined,
        isReported,
        responseId: undefined,
        isSent: false,
        readings: 0,
        transcript: '',
        before: '',
        held: [],
        heldSince: undefined,
        handedMs: 0,
        pcm: new PcmFrames(this.#options.sampleRate),
        lostSince: undefined,
        outage: new Outage(this.#options.outageMs),
      };
      this.#sentences.push(sentence);
      subscriber.add(() => this.#leave(sentence));
      subscriber.add(line$.subscribe({ error: (error: unknown) => subscriber.error(error) }));
      this.#send(sentence);
    });
  }

  /** The line has a socket. */
  connected(open: OpenSocket<RealtimeSocket>): void {
    this.#connection.connected(open, {
      message: message => this.#take(message),
      old: () => this.#exchange(),
    });
    for (const sentence of this.#sentences) this.#send(sentence);
  }

  /** The line lost its socket: sentences that did not come whole are read again, except for the audio that was emitted. */
  lost(reason: RxvoiceError): void {
    this.disconnected();
    const now = asyncScheduler.now();
    for (const sentence of [...this.#sentences]) {
      if (!sentence.isSent) continue;
      if (!(reason instanceof Recycled)) sentence.lostSince ??= now;
      const isHopeless =
        sentence.lostSince !== undefined && now - sentence.lostSince >= this.#options.outageMs;
      if (isHopeless) sentence.subscriber.error(reason);
      else this.#restart(sentence, sentence.handedMs);
    }
  }

  /** The line is released. */
  disconnected(): void {
    this.#connection.disconnected();
    this.#left.clear();
    this.#asked = [];
  }

  #send(sentence: Sentence): void {
    const { socket } = this.#connection;
    if (socket === undefined || sentence.isSent || sentence.subscriber.closed) return;
    const { reused, since, id, text } = sentence;
    if (!sentence.isReported)
      this.#options.notify({ type: 'connected', reused, ms: reused ? 0 : asyncScheduler.now() - since });
    sentence.isReported = true;
    sentence.isSent = true;
    this.#asked.push(id);
    const wanted = Object.entries(this.#options.reading(text)).filter(([name]) => !this.#refused.has(name));
    socket.send({
      type: 'response.create',
      event_id: id,
      response: { ...Object.fromEntries(wanted), metadata: { rxvoice: id } },
    });
    this.#watch();
  }

  #take(message: Incoming): void {
    if (message instanceof Uint8Array) return;
    this.#watch();
    switch (message.type) {
      case 'response.created':
        this.#begin(message['response'] as ResponseFacts);
        break;
      case 'response.output_audio_transcript.delta':
        this.#write(this.#of(message), text => text + (textOf(message['delta']) ?? ''));
        break;
      case 'response.output_audio_transcript.done':
        this.#write(this.#of(message), text => textOf(message['transcript']) ?? text);
        break;
      case 'response.output_audio.delta':
        this.#hear(this.#of(message), message['delta']);
        break;
      case 'response.done':
        this.#done(message['response'] as ResponseFacts);
        break;
      case 'error':
        this.#fail(errorOf(message));
    }
    this.#watch();
    this.#exchange();
  }

  #of(message: ServerMessage): Sentence | undefined {
    const id = message['response_id'];
    return this.#sentences.find(({ responseId }) => responseId !== undefined && responseId === id);
  }

  #begin({ id, metadata }: ResponseFacts): void {
    // A server that does not repeat the metadata begins in order.
    const name = metadata?.['rxvoice'] ?? this.#asked[0];
    this.#asked = this.#asked.filter(asked => asked !== name);
    const sentence = this.#sentences.find(each => each.id === name);
    if (sentence?.isSent === true && sentence.responseId === undefined) sentence.responseId = id;
    else this.#cancel(id);
  }

  /** More of the transcript of a reading. */
  #write(sentence: Sentence | undefined, next: (transcript: string) => string): void {
    if (sentence === undefined) return;
    sentence.transcript = next(sentence.transcript);
    if (readingSoFar(sentence.text, sentence.transcript) === 'other') return this.#readAgain(sentence);
    this.#pass(sentence);
  }

  #hear(sentence: Sentence | undefined, delta: unknown): void {
    if (sentence === undefined || typeof delta !== 'string') return;
    const frame = sentence.pcm.next(Buffer.from(delta, 'base64'));
    if (frame === undefined) return;
    sentence.lostSince = undefined;
    sentence.outage.over();
    if (sentence.held === undefined) return this.#hand(sentence, frame);
    sentence.heldSince ??= asyncScheduler.now();
    sentence.held.push(frame);
    this.#pass(sentence);
  }

  /** Emits the audio that waited, once its words are those of the text, or for long enough. */
  #pass(sentence: Sentence): void {
    if (sentence.held === undefined) return;
    const waitedMs = asyncScheduler.now() - (sentence.heldSince ?? Infinity);
    if (waitedMs < heldMs && readingSoFar(sentence.text, sentence.transcript) !== 'fine') return;
    this.#release(sentence);
  }

  #release(sentence: Sentence): void {
    const held = sentence.held ?? [];
    sentence.held = undefined;
    for (const frame of held) this.#hand(sentence, frame);
  }

  #hand(sentence: Sentence, frame: AudioFrame): void {
    if (sentence.subscriber.closed) return;
    sentence.handedMs += frameMs(frame);
    sentence.subscriber.next(frame);
  }

  #done(response: ResponseFacts): void {
    this.#left.delete(response.id);
    const sentence = this.#sentences.find(({ responseId }) => responseId === response.id);
    if (sentence === undefined) return;
    const { status, status_details: details } = response;
    const { errors, who } = this.#options;
    const stage = 'tts';
    switch (status) {
      case 'failed': {
        const error = errors.reported(details?.['error']);
        return error.retryable ? this.#afterFailure(sentence, error) : sentence.subscriber.error(error);
      }
      case 'incomplete': {
        const isFiltered = details?.['reason'] === 'content_filter';
        const what = isFiltered
          ? "was stopped by the service's content filter"
          : 'was cut off by the service';
        const error = new RxvoiceError(`${who}: a sentence ${what}.`, { stage, retryable: !isFiltered });
        return isFiltered ? sentence.subscriber.error(error) : this.#afterFailure(sentence, error);
      }
      case 'cancelled':
        return this.#afterFailure(
          sentence,
          new RxvoiceError(`${who} cancelled a sentence.`, { stage, retryable: true }),
        );
      default:
        return this.#whole(sentence);
    }
  }

  /** All of a reading has come. */
  #whole(sentence: Sentence): void {
    const { text, transcript, before } = sentence;
    const reading = readingOf(text, transcript);
    if (reading === 'other') return this.#readAgain(sentence);
    this.#release(sentence);
    if (sentence.handedMs === 0)
      return this.#afterFailure(
        sentence,
        new RxvoiceError(`${this.#options.who} sent no audio.`, { stage: 'tts', retryable: true }),
      );
    this.#reportWords(sentence, reading, before);
    this.#forget(sentence);
    sentence.subscriber.complete();
  }

  #reportWords({ text, transcript, reworded }: Sentence, reading: Reading, before: string): void {
    const said = reading === 'same' ? text : transcript;
    reworded(before === '' ? said : `${before} ${said.trimStart()}`);
  }

  /** The model said something else than the text: it is cut, and reads the text once more. */
  #readAgain(sentence: Sentence): void {
    this.#cancel(sentence.responseId);
    const heard = sentence.handedMs > 0 ? sentence.transcript.trim() : '';
    const before = [sentence.before, heard].filter(Boolean).join(' ');
    sentence.before = before;
    if (++sentence.readings >= mostReadings) {
      return sentence.subscriber.error(
        new RxvoiceError(
          `${this.#options.who} said something else than a sentence, ${mostReadings} times: choose another model or voice.`,
          { stage: 'tts', retryable: true },
        ),
      );
    }
    sentence.handedMs = 0;
    this.#restart(sentence, 0);
    this.#send(sentence);
  }

  /** The service failed: the text is read again after growing waits, until the outage lasts for too long. */
  #afterFailure(sentence: Sentence, error: RxvoiceError): void {
    const waitMs = sentence.outage.failed();
    if (waitMs === undefined) return sentence.subscriber.error(error);
    this.#restart(sentence, sentence.handedMs);
    sentence.subscriber.add(asyncScheduler.schedule(() => this.#send(sentence), waitMs));
  }

  /** Prepares another reading, of whose audio this much is left out, ms. */
  #restart(sentence: Sentence, skipMs: number): void {
    sentence.isSent = false;
    sentence.responseId = undefined;
    sentence.transcript = '';
    sentence.held = skipMs > 0 ? undefined : [];
    sentence.heldSince = undefined;
    sentence.pcm = new PcmFrames(this.#options.sampleRate, skipMs);
  }

  #fail(error: ServerMessage): void {
    const { errors } = this.#options;
    // A cancellation that came too late.
    if (error['code'] === 'response_cancel_not_active') return;
    const sentence = this.#sentences.find(({ id }) => id === error['event_id']);
    if (sentence === undefined) {
      return this.#connection.fail(errors.reported(error));
    }
    const field = /^response\.(\w+)/u.exec(textOf(error['param']) ?? '')?.[1];
    if (field !== undefined && optional.has(field) && !this.#refused.has(field)) {
      this.#refused.add(field);
      this.#restart(sentence, sentence.handedMs);
      return this.#send(sentence);
    }
    const reason = errors.reported(error);
    if (reason.retryable) this.#afterFailure(sentence, reason);
    else sentence.subscriber.error(reason);
  }

  /** A sentence is no longer wanted. */
  #leave(sentence: Sentence): void {
    if (!this.#sentences.includes(sentence)) return;
    this.#forget(sentence);
    const { responseId, text, transcript, before, handedMs } = sentence;
    // Of a sentence that is cut, the words so far show whether it was read as it is written.
    const soFar = transcript.trim();
    if (before !== '' || (handedMs > 0 && soFar !== '')) {
      const isAsWritten = before === '' && isBeginning(text, soFar);
      sentence.reworded(isAsWritten ? text : [before, soFar].filter(Boolean).join(' '));
    }
    this.#cancel(responseId);
    this.#watch();
  }

  #forget(sentence: Sentence): void {
    this.#sentences = this.#sentences.filter(other => other !== sentence);
  }

  /** Stops a response. One that the service has not named yet is stopped as soon as it does. */
  #cancel(responseId: string | undefined): void {
    if (responseId === undefined || this.#left.has(responseId)) return;
    this.#left.add(responseId);
    this.#connection.socket?.send({ type: 'response.cancel', response_id: responseId });
  }

  /** Restarts the deadline of the answer that the service owes. */
  #watch(): void {
    this.#connection.expect(
      this.#sentences.some(({ isSent }) => isSent),
      'sentence',
    );
  }

  #exchange(): void {
    if (this.#connection.isOld && this.#sentences.length === 0) this.#connection.recycle();
  }
}

const textOf = (field: unknown): string | undefined => (typeof field === 'string' ? field : undefined);

/** Words with the spaces around them that a text has. */
const spacedAs = (text: string, words: string): string =>
  `${/^\s*/u.exec(text)![0]}${words.trim()}${/\s*$/u.exec(text)![0]}`;

/** Fields of a response that are left out when the model refuses them. */
const optional = new Set(['reasoning', 'tool_choice', 'tools', 'max_output_tokens']);

/** Whether a transcript is the beginning of a text, whatever its case and marks. */
const isBeginning = (text: string, transcript: string): boolean => {
  const plain = (value: string): string => value.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return plain(text).startsWith(plain(transcript));
};

interface ResponseFacts {
  readonly id: string;
  readonly status?: string;
  readonly status_details?: Readonly<Record<string, unknown>> | null;
  readonly metadata?: Readonly<Record<string, unknown>> | null;
}
