import { asyncScheduler, Observable, type Subscriber, type Subscription } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { RxvoiceError } from '../../errors.ts';
import { type SdkSocket } from './openSocket.ts';
import { type Incoming, type OpenSocket, type ServerMessage, words } from '../socket/wire.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { splitText } from '../../tts/splitText.ts';
import { Recycled } from '../socket/reconnecting.ts';
import { maxCharacters, type VoiceOptions } from '../socket/voiceOptions.ts';
import { VoiceSocket } from '../socket/voiceSocket.ts';

/** A socket of the SDK that speaks as text is written. */
export interface FluxVoiceSocket extends SdkSocket {
  sendSpeak: (message: { type: 'Speak'; text: string }) => void;
  sendFlush: (message: { type: 'Flush' }) => void;
  sendInterrupt: (message: {
    type: 'Interrupt';
    playback_offset: { type: 'time_ms'; value: number };
  }) => void;
}

/** How often it is looked whether a reply was heard, ms, and how long it may make no progress. */
const hearingMs = 100;
const stuckMs = 1_500;
/** The service closes a connection that it gets no message over for 60 s (NET-0004): it is exchanged before, ms. */
const idleMs = 50_000;

interface Speech {
  readonly subscriber: Subscriber<AudioFrame>;
  /** How much of it was heard, ms; unknown for a lone sentence. */
  readonly playedMs: (() => number) | undefined;
  readonly since: number;
  readonly reused: boolean;
  /** All that was written so far, and how many of the pieces were sent. */
  readonly texts: string[];
  sent: number;
  isWritten: boolean;
  isFlushed: boolean;
  /** The service speaks it. */
  isStarted: boolean;
  /** All of its audio has come. */
  isWhole: boolean;
  /** It was heard. */
  isHeard: boolean;
  /** The speech was unsubscribed. */
  isLeft: boolean;
  /** Whether it was sent before, over a connection that was lost; since when no audio of it came. */
  isAgain: boolean;
  lostSince: number | undefined;
  handedMs: number;
  pcm: PcmFrames;
}

/**
 * The voice of one call over a socket of `/v2/speak`, which takes text as it is written and speaks it as one turn. When
 * a turn is cut the service receives the length that was played, and returns the words of it (`heard`). It counts the
 * played audio from the beginning of the connection.
 *
 * A cut that the service ignores leaves the turn open there: the next reply would be spoken as its end. It ignores one
 * before the first audio of a connection (`NO_AUDIO_GENERATED`), so such a connection is exchanged instead, and so is one
 * whose turn goes on after any Interrupt that it ignored (`SpeakV2Warning` of the official SDK).
 */
export class FluxVoice {
  readonly #options: VoiceOptions;
  readonly #connection: VoiceSocket<FluxVoiceSocket>;
  #speeches: Speech[] = [];
  /** Audio of the connection's earlier speeches that was played, ms. */
  #playedMs = 0;
  #offsetMs = 0;
  /** Whether the answer to an Interrupt of a reply is waited for. */
  #interrupted = false;
  /** Whether the connection has given audio. */
  #hasAudio = false;
  #idling: Subscription | undefined;

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.#connection = new VoiceSocket(options);
  }

  /** Whether a speech waits for audio. */
  get isBusy(): boolean {
    return this.#speeches.some(({ isLeft }) => !isLeft);
  }

  /** A reply, over the line, which is held for as long as it takes. `playedMs` as in `TtsStream`. */
  speak(
    text$: Observable<string>,
    line$: Observable<unknown>,
    playedMs?: () => number,
  ): Observable<AudioFrame> {
    return new Observable(subscriber => {
      const speech: Speech = {
        subscriber,
        playedMs,
        since: asyncScheduler.now(),
        reused: this.#connection.socket !== undefined,
        texts: [],
        sent: 0,
        isWritten: false,
        isFlushed: false,
        isStarted: false,
        isWhole: false,
        isHeard: false,
        isLeft: false,
        isAgain: false,
        lostSince: undefined,
        handedMs: 0,
        pcm: new PcmFrames(this.#options.sampleRate),
      };
      this.#speeches.push(speech);
      subscriber.add(() => this.#leave(speech));
      subscriber.add(line$.subscribe({ error: (error: unknown) => subscriber.error(error) }));
      subscriber.add(
        text$.subscribe({
          next: text => {
            speech.texts.push(...splitText(text, maxCharacters));
            this.#pump();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            speech.isWritten = true;
            if (speech.texts.some(text => text.trim() !== '')) this.#pump();
            else subscriber.complete();
          },
        }),
      );
    });
  }

  /** The line has a socket. */
  connected(open: OpenSocket<FluxVoiceSocket>): void {
    this.#playedMs = 0;
    this.#offsetMs = 0;
    this.#hasAudio = false;
    this.#noteMessage();
    this.#connection.connected(open, {
      message: message => this.#take(message),
      old: () => this.#exchange(),
    });
    this.#pump();
  }

  /** The line lost its socket: incomplete speeches are spoken again, without the audio already emitted. */
  lost(reason: RxvoiceError): void {
    this.disconnected();
    for (const speech of this.#speeches) this.#again(speech, reason);
  }

  /** The connection is released. */
  disconnected(): void {
    this.#idling?.unsubscribe();
    this.#connection.disconnected();
    this.#interrupted = false;
  }

  #again(speech: Speech, reason: RxvoiceError): void {
    if (speech.isLeft) return this.#forget(speech);
    if (speech.isWhole || speech.sent === 0) return;
    const now = asyncScheduler.now();
    if (!(reason instanceof Recycled)) speech.lostSince ??= now;
    if (speech.lostSince !== undefined && now - speech.lostSince >= this.#options.outageMs)
      return speech.subscriber.error(reason);
    speech.isAgain = true;
    speech.sent = 0;
    speech.isFlushed = false;
    speech.isStarted = false;
    // Audio already emitted arrives again.
    speech.pcm = new PcmFrames(this.#options.sampleRate, speech.handedMs);
  }

  /** Sends the text so far. Turns go one after the other: the text of one would be spoken in another. */
  #pump(): void {
    const { socket } = this.#connection;
    if (socket === undefined) return;
    for (const speech of this.#speeches) {
      if (speech.isFlushed) continue;
      if (speech.isLeft) continue;
      for (const text of speech.texts.slice(speech.sent)) {
        if (speech.sent === 0 && !speech.isAgain) this.#tellConnected(speech);
        socket.sendSpeak({ type: 'Speak', text });
        speech.sent++;
        this.#noteMessage();
      }
      if (!speech.isWritten) return;
      socket.sendFlush({ type: 'Flush' });
      speech.isFlushed = true;
      this.#watch();
    }
  }

  #tellConnected({ reused, since }: Speech): void {
    this.#options.notify({ type: 'connected', reused, ms: reused ? 0 : asyncScheduler.now() - since });
  }

  #take(message: Incoming): void {
    this.#watch();
    if (message instanceof Uint8Array) return this.#hear(message);
    switch (message.type) {
      case 'SpeechStarted': {
        const next = this.#speeches.find(({ isStarted, sent }) => !isStarted && sent > 0);
        if (next) next.isStarted = true;
        break;
      }
      case 'SpeechMetadata': {
        const speech = this.#current ?? this.#speeches.find(({ isFlushed }) => isFlushed);
        if (speech) this.#whole(speech);
        break;
      }
      case 'SpeechInterrupted':
        this.#cut(message);
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

  /** The speech whose audio comes. */
  get #current(): Speech | undefined {
    return this.#speeches.findLast(({ isStarted, isWhole }) => isStarted && !isWhole);
  }

  #hear(bytes: Uint8Array): void {
    this.#hasAudio = true;
    const speech = this.#current;
    if (speech === undefined || speech.isLeft) return;
    const frame = speech.pcm.next(bytes);
    if (frame === undefined) return;
    speech.handedMs += frameMs(frame);
    speech.lostSince = undefined;
    speech.subscriber.next(frame);
  }

  /** All of a speech's audio has come. */
  #whole(speech: Speech): void {
    speech.isWhole = true;
    if (speech.isLeft) return this.#forget(speech);
    if (speech.playedMs === undefined) return this.#heard(speech);
    this.#hearOut(speech, speech.playedMs, -1, asyncScheduler.now());
  }

  /** A reply is over when it was heard: until then a teardown is a cut. */
  #hearOut(speech: Speech, playedMs: () => number, heardMs: number, since: number): void {
    const now = asyncScheduler.now();
    const played = playedMs();
    const progressAt = played > heardMs ? now : since;
    if (speech.handedMs - played < 1 || now - progressAt >= stuckMs) return this.#heard(speech);
    const again = (): void => this.#hearOut(speech, playedMs, Math.max(played, heardMs), progressAt);
    const waitMs = Math.max(1, Math.min(hearingMs, speech.handedMs - played));
    speech.subscriber.add(asyncScheduler.schedule(again, waitMs));
  }

  #heard(speech: Speech): void {
    speech.isHeard = true;
    speech.subscriber.complete();
  }

  /** A speech is over: it was heard, or it was cut. */
  #leave(speech: Speech): void {
    if (!this.#speeches.includes(speech)) return;
    speech.isLeft = true;
    const { handedMs, isHeard } = speech;
    this.#playedMs += isHeard ? handedMs : Math.min(handedMs, speech.playedMs?.() ?? handedMs);
    const { socket } = this.#connection;
    if (isHeard || speech.sent === 0 || socket === undefined) return this.#forget(speech);
    if (speech.isWhole) {
      this.#forget(speech);
      if (this.isBusy) return;
    } else if (!speech.isStarted || !this.#hasAudio || this.isBusy) {
      // Text already written would be spoken, or joined to the next speech: only a fresh connection is free of it.
      this.#forget(speech);
      return this.#connection.recycle();
    }
    this.#offsetMs = Math.max(this.#offsetMs + 1, Math.round(this.#playedMs));
    this.#interrupted = speech.playedMs !== undefined;
    socket.sendInterrupt({
      type: 'Interrupt',
      playback_offset: { type: 'time_ms', value: this.#offsetMs },
    });
    this.#noteMessage();
    this.#watch();
  }

  #cut(message: ServerMessage): void {
    const left = this.#speeches.find(({ isLeft, isStarted }) => isLeft && isStarted);
    if (left) this.#forget(left);
    const text = message['text_spoken'];
    if (this.#interrupted && typeof text === 'string') this.#options.notify({ type: 'heard', text });
    this.#interrupted = false;
  }

  #forget(speech: Speech): void {
    this.#speeches = this.#speeches.filter(other => other !== speech);
  }

  #warn(message: ServerMessage): void {
    const code = message['code'] ?? message['warn_code'];
    const { who, notify } = this.#options;
    switch (code) {
      // The Interrupt was ignored. Mostly the reply was over for the service, and there is nothing to be said of it.
      case 'NO_ACTIVE_SPEECH':
      case 'NO_AUDIO_GENERATED':
      case 'INVALID_INTERRUPT_OFFSET':
      case 'INTERRUPT_IN_PROGRESS':
        this.#interrupted = false;
        if (this.#speeches.some(({ isLeft, isWhole }) => isLeft && !isWhole)) this.#connection.recycle();
        return;
      case 'SYNTHESIS_RETRYING':
      case 'NO_SYNTHESIZABLE_TEXT':
        return;
      default:
        notify({
          type: 'warning',
          message: `${who} warns: ${words(message['description'] ?? message['warn_msg'])}`,
        });
    }
  }

  /** The connection was sent something: it stays open for another while. */
  #noteMessage(): void {
    this.#idling?.unsubscribe();
    this.#idling = asyncScheduler.schedule(() => {
      this.#connection.isOld = true;
      this.#exchange();
    }, idleMs);
  }

  /** Restarts the deadline of the answer that the service owes. */
  #watch(): void {
    if (this.#speeches.some(({ isFlushed, isWhole }) => isFlushed && !isWhole))
      return this.#connection.expect(true, 'reply');
    // The speech is over: the state of its turn at the service is unknown.
    this.#connection.expect(this.#interrupted, 'reply', () => this.#connection.recycle());
  }

  #exchange(): void {
    if (this.#connection.isOld && this.#speeches.length === 0) this.#connection.recycle();
  }
}
