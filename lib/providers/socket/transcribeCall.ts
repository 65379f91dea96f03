import { asyncScheduler, interval, Observable, type Subscriber, type Subscription } from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { SttEvent } from '../../stt/stt.ts';
import { AudioLog } from './audioLog.ts';
import { AudioSender, replaySpeed } from './audioSender.ts';
import type { OpenSocket, ServerMessage } from './wire.ts';
import { Recycled } from './reconnecting.ts';
import type { Turns } from './turns.ts';

/** Settings that change in the course of a call. */
export interface Changes {
  /** Subscribing applies the changes as they come. `isOpen`: whether there is a connection to send one over. */
  readonly applied$: (isOpen: () => boolean) => Observable<unknown>;
  /** A connection was opened. */
  readonly connected: () => void;
  readonly hear: (message: ServerMessage) => void;
  /** Some time has passed. */
  readonly tick: () => void;
}

/** Differences between services. */
export interface Dialect<Socket> {
  /**
   * The turns of one call. `finalize` asks the service to finish its transcript, `forget` to forget the audio, except for the
   * last of it, ms.
   */
  readonly turns: (finalize: () => void, forget: (keepMs: number) => void) => Turns;
  /** A connection that has nothing to send for a while stays open with this, where pings are not enough. */
  readonly keepAlive?: (socket: Socket) => void;
  /** Asks the service to finalise the audio so far, where it has a message for that. */
  readonly finalize?: (socket: Socket) => void;
  /** Asks the service to end the turn with the words so far. Default: as `finalize`. */
  readonly endTurn?: (socket: Socket) => void;
  /** Makes the service forget the audio that it has not finished, where it has a message for that. */
  readonly forget?: (socket: Socket) => void;
  /** Announces that no more audio comes. The client hangs up itself where there is no message for that. */
  readonly close?: (socket: Socket) => void;
  /** The error, if this is an error message. */
  readonly problem?: (message: ServerMessage) => RxvoiceError | string | undefined;
  /** Changes in the course of the call. `send` sends a message over the connection that is open, if one is. */
  readonly changes?: (send: (message: (socket: Socket) => void) => void) => Changes;
  /** Whether a connection that hears a voice always emits something within seconds. */
  readonly isTalkative: boolean;
  /** Frames are joined to messages of this length, ms; 0 sends each as it comes. */
  readonly chunkMs: number;
}

/** How a call is transcribed; all ms. */
export interface CallTranscriptionOptions {
  /** The most audio that waits for a lost connection. */
  readonly bufferMs: number;
  /** The longest silence of the service after it received a voice. */
  readonly timeoutMs: number;
  /** Time without any audio after which an open turn is over. */
  readonly silenceMs: number;
  readonly stage: { readonly who: string };
  readonly notify: (notice: Notice) => void;
  /** The program ends the user's turn. Default never. */
  readonly endTurn$?: Observable<unknown>;
}

/** The interval of the periodic work, ms. */
const tickMs = 250;
/** A connection hears something at least this often. */
const keepAliveMs = 4_000;
/** Time to wait for the service's last messages at the end, and after asking it to finish. */
const drainMs = 5_000;
const finalizeMs = 500;
/** How long a service that only listens on with audio is given silence at the end, ms. */
const heardOutMs = 2_000;

/**
 * Transcribes one call, over as many connections as it takes. Audio is sent as it comes. After a loss the next
 * connection receives the audio that was not transcribed for good, and the audio that came meanwhile.
 */
export const transcribeCall = <Socket>(
  frame$: Observable<AudioFrame>,
  line: (sampleRate: number) => Observable<OpenSocket<Socket> | RxvoiceError>,
  sampleRate: number,
  dialect: Dialect<Socket>,
  options: CallTranscriptionOptions,
): Observable<SttEvent> =>
  new Observable(subscriber => {
    const call = new CallTranscription(subscriber, line, sampleRate, dialect, options);
    call.connect();
    if (subscriber.closed) return;
    const error = (cause: unknown): void => subscriber.error(cause);
    subscriber.add(interval(tickMs).subscribe({ next: () => call.tick(), error }));
    subscriber.add(call.changed$?.subscribe({ error }));
    subscriber.add(options.endTurn$?.subscribe({ next: () => call.endTurn(), error }));
    subscriber.add(
      frame$.subscribe({ next: frame => call.take(frame), error, complete: () => call.complete() }),
    );
  });

/** The state of one call. Hand-written, for it runs once a frame. */
class CallTranscription<Socket> {
  readonly #subscriber: Subscriber<SttEvent>;
  readonly #line: (sampleRate: number) => Observable<OpenSocket<Socket> | RxvoiceError>;
  readonly #dialect: Dialect<Socket>;
  readonly #options: CallTranscriptionOptions;
  readonly #turns: Turns;
  readonly #log = new AudioLog();
  /** How long the input may send nothing in the middle of a turn, ms. */
  readonly #pauseMs: number;
  readonly #changes: Changes | undefined;
  #sampleRate: number;

  #connection: Subscription | undefined;
  #isConnecting = false;
  #wasOpen = false;
  #waitingSince = asyncScheduler.now();
  #open: OpenSocket<Socket> | undefined;
  /** Sends on the connection that is open. */
  #sender: AudioSender | undefined;
  #pumping: Subscription | undefined;
  #draining: Subscription | undefined;

  #frameAt = asyncScheduler.now();
  #sentAt = 0;
  #finalizedAt: number | undefined;
  /** When the service was asked whether it is still there. */
  #probedAt: number | undefined;
  /** The program ended the turn at this position of the call; from when on the service knows. */
  #ending: { readonly atMs: number; sentAt: number | undefined; isAsked: boolean } | undefined;
  #isComplete = false;
  #completedAt = 0;
  #isClosing = false;
  #isHeardAgain = false;
  /** Whether the connection has emitted anything. */
  #hasSpoken = false;
  #isOverflowing = false;

  constructor(
    subscriber: Subscriber<SttEvent>,
    line: (sampleRate: number) => Observable<OpenSocket<Socket> | RxvoiceError>,
    sampleRate: number,
    dialect: Dialect<Socket>,
    options: CallTranscriptionOptions,
  ) {
    this.#subscriber = subscriber;
    this.#line = line;
    this.#sampleRate = sampleRate;
    this.#dialect = dialect;
    this.#options = options;
    this.#turns = dialect.turns(
      () => {
        // From now on the service has time to answer: it may have been silent for as long as the turn lasted.
        this.#sender?.answered();
        this.#finalize();
      },
      keepMs => this.#forget(keepMs),
    );
    this.#changes = dialect.changes?.(message => this.#send(message));
    // Flux hears the end of a turn in silence only, and gets some before long.
    this.#pauseMs = dialect.finalize ? options.silenceMs : Math.max(500, 2 * dialect.chunkMs);
    subscriber.add(() => this.#stop());
  }

  connect(): void {
    this.#connection?.unsubscribe();
    this.#isConnecting = true;
    this.#connection = this.#line(this.#sampleRate).subscribe({
      next: socket => (RxvoiceError.is(socket) ? this.#lost() : this.#connected(socket)),
      error: (error: unknown) => this.#subscriber.error(error),
      // The server closed after being asked to.
      complete: () => this.#end(),
    });
    this.#isConnecting = false;
    this.#subscriber.add(this.#connection);
  }

  /** More of the call's audio. */
  take(frame: AudioFrame): void {
    const log = this.#log;
    const now = (this.#frameAt = asyncScheduler.now());
    const isOther = log.endMs === 0 && frame.sampleRate !== this.#sampleRate && frame.pcm.length > 0;
    log.push(frame);
    if (isOther) {
      this.#sampleRate = frame.sampleRate;
      if (this.#open !== undefined) this.#lost();
      return this.connect();
    }
    if (this.#open === undefined) return this.#overflow();
    this.#pump(now);
    // Old audio of a monologue without finals is dropped; dropping in batches is faster.
    const { bufferMs } = this.#options;
    if (log.keptMs > 1.1 * bufferMs && this.#sender)
      log.forget(Math.min(this.#sender.sentToMs, log.endMs - bufferMs));
  }

  /** The call's audio is over. */
  complete(): void {
    this.#isComplete = true;
    this.#completedAt = asyncScheduler.now();
    if (this.#log.endMs === 0) this.#end();
    else this.#pump();
  }

  /** Changes in the course of the call, applied as they come. */
  get changed$(): Observable<unknown> | undefined {
    return this.#changes?.applied$(() => this.#open !== undefined && !this.#isClosing);
  }

  /** The turn is over with the audio that has come: the service is asked to finish once it was sent all of it. */
  endTurn(): void {
    this.#ending = { atMs: this.#log.endMs, sentAt: undefined, isAsked: false };
    this.#askToEnd();
  }

  /** The periodic work: everything without an event of its own. */
  tick(): void {
    const now = asyncScheduler.now();
    this.#changes?.tick();
    this.#endInTime(now);
    if (this.#sender === undefined || this.#isClosing) return;
    if (this.#isComplete) return this.#pump(now);
    const isPaused = this.#turns.isOpen && now - this.#frameAt >= this.#pauseMs;
    if (isPaused) return this.#pause(now, this.#sender);
    this.#endInSilence(now, this.#sender);
    if (now - this.#sentAt < keepAliveMs) return;
    this.#sender.flush();
    // A connection that is silent from the start is taken for dead.
    if (this.#sender.map.sentMs === 0) this.#sender.silence(100);
    else if (this.#dialect.keepAlive) this.#send(this.#dialect.keepAlive);
  }

  #connected(open: OpenSocket<Socket>): void {
    const now = asyncScheduler.now();
    this.#options.notify({ type: 'connected', reused: this.#isConnecting, ms: now - this.#waitingSince });
    this.#open = open;
    if (this.#wasOpen) this.#tell(this.#turns.reconnected());
    this.#wasOpen = true;
    this.#sentAt = now;
    this.#sender = new AudioSender(this.#log, now, {
      sampleRate: this.#sampleRate,
      chunkMs: this.#dialect.chunkMs,
      send: frame => this.#sendAudio(frame),
      heardMs: open.takeOver?.() ?? 0,
    });
    this.#changes?.connected();
    this.#probedAt = undefined;
    this.#hasSpoken = false;
    if (this.#ending) this.#ending = { ...this.#ending, sentAt: undefined, isAsked: false };
    this.#subscriber.add(
      open.message$.subscribe({
        next: message => {
          if (this.#open === open && !(message instanceof Uint8Array)) this.#hear(message);
        },
        error: (error: unknown) => this.#subscriber.error(error),
      }),
    );
    this.#pump();
  }

  #lost(): void {
    this.#open = undefined;
    this.#sender = undefined;
    this.#waitingSince = asyncScheduler.now();
    if (this.#isClosing && !this.#hearAgain()) this.#end();
  }

  /** The service still owes words, and is silent or gone: another connection hears them, once. */
  #hearAgain(): boolean {
    if (this.#isHeardAgain) return false;
    this.#isHeardAgain = true;
    this.#isClosing = false;
    const owedMs = this.#log.endMs - this.#turns.settledMs;
    this.#endWithin(drainMs + owedMs / replaySpeed, () => this.#end());
    return true;
  }

  #endWithin(ms: number, then: () => void): void {
    this.#draining?.unsubscribe();
    this.#draining = asyncScheduler.schedule(then, ms);
  }

  /** Too much waits for a connection. */
  #overflow(): void {
    const { bufferMs, stage, notify } = this.#options;
    if (this.#log.trim(bufferMs) === 0 || this.#isOverflowing) return;
    this.#isOverflowing = true;
    const message = `More than ${bufferMs} ms of audio wait for ${stage.who}: the oldest is given up.`;
    notify({ type: 'warning', message });
  }

  #pump(now = asyncScheduler.now()): void {
    this.#pumping?.unsubscribe();
    const sender = this.#sender;
    if (sender === undefined || this.#isClosing) return;
    const waitMs = sender.pump(now);
    if (waitMs !== undefined) this.#pumping = asyncScheduler.schedule(() => this.#pump(), waitMs);
    if (this.#ending) this.#askToEnd();
    if (this.#isDead(now, sender)) {
      const what = `heard ${Math.round(sender.unansweredMs)} ms of audio and sent no result`;
      const { who } = this.#options.stage;
      this.#open?.fail(new RxvoiceError(`${who} ${what}.`, { stage: 'stt', retryable: true }));
    } else if (waitMs === undefined && this.#isComplete && this.#isHeardOut(now, sender)) this.#drain(sender);
  }

  /**
   * Whether the service is there, but deaf. It owes an answer to a voice, and the end of a turn; silence it may leave
   * unanswered for hours, though most of its connections report even that.
   */
  #isDead(now: number, sender: AudioSender): boolean {
    const { timeoutMs } = this.#options;
    if (!this.#dialect.isTalkative || sender.unansweredMs <= 0.8 * timeoutMs) return false;
    const owes = 'owes' in this.#turns ? this.#turns.owes : this.#turns.isOpen ? 'answer' : undefined;
    if (owes !== undefined) return owes === 'answer' && sender.unansweredMs > timeoutMs;
    const voiceMs = sender.unansweredVoiceMs;
    // Noise may have no words: a service that is there answers this.
    if (voiceMs > 0.8 * timeoutMs && this.#probedAt === undefined && this.#dialect.finalize) {
      this.#probedAt = now;
      this.#finalize();
    }
    return voiceMs > timeoutMs;
  }

  /** Whether the service has heard the end of the audio, where it does so only when more comes: silence, then. */
  #isHeardOut(now: number, sender: AudioSender): boolean {
    if (this.#dialect.finalize !== undefined || now - this.#completedAt >= heardOutMs) return true;
    if (sender.map.sentMs === 0) return true;
    if (this.#hasSpoken && !this.#turns.isOpen && this.#turns.heardMs >= this.#log.endMs - 1) return true;
    sender.silence(tickMs);
    return false;
  }

  /** All audio is sent: waits for the service's last messages. */
  #drain(sender: AudioSender): void {
    sender.flush();
    this.#turns.ending?.();
    const hangsUp = this.#dialect.close === undefined;
    if ((sender.map.sentMs === 0 || hangsUp) && !this.#isOwed) return this.#end();
    this.#endWithin(Math.min(drainMs, this.#options.timeoutMs), () => {
      const owes = this.#isOwed || (!this.#hasSpoken && !hangsUp);
      if (!owes || !this.#hearAgain()) return this.#end();
      const what = `${this.#options.stage.who} did not finish what it heard`;
      this.#open?.fail(new RxvoiceError(`${what}.`, { stage: 'stt', retryable: true }));
    });
    this.#isClosing = true;
    if (this.#dialect.close) this.#open?.end(this.#dialect.close);
  }

  #hear(message: ServerMessage): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    sender.answered();
    this.#probedAt = undefined;
    this.#hasSpoken = true;
    this.#changes?.hear(message);
    const problem = this.#dialect.problem?.(message);
    if (typeof problem === 'string') this.#options.notify({ type: 'warning', message: problem });
    else if (problem) {
      if (this.#ending?.isAsked) this.#endNow();
      return this.#open?.fail(problem);
    }
    this.#tell(this.#turns.hear(message, seconds => Math.round(sender.map.toCall(seconds * 1000))));
    if (message['from_finalize'] === true && this.#ending?.isAsked) this.#endNow();
    if (this.#ending?.sentAt !== undefined) this.#askToEnd();
    if (!this.#turns.isOpen) this.#finalizedAt = undefined;
    this.#log.forget(this.#turns.settledMs);
    if (this.#isClosing && this.#dialect.close === undefined && !this.#isOwed) this.#end();
  }

  /** Whether the service has something to finish. */
  get #isOwed(): boolean {
    return this.#turns.isOpen || this.#turns.owes === 'answer';
  }

  /** The input sends nothing at all, not even silence, and a turn is open: it has to end all the same. */
  #pause(now: number, sender: AudioSender): void {
    const isDue = now - this.#sentAt >= 500;
    sender.flush();
    if (this.#dialect.finalize === undefined) {
      if (isDue) sender.silence(500);
    } else this.#finishWithin(now);
  }

  /** A service that says nothing in silence does not say either that a turn is over. */
  #endInSilence(now: number, sender: AudioSender): void {
    // A client that finds turns itself ends them, too: a `Finalize` would divide a voice that begins.
    if (!this.#turns.isOpen || this.#dialect.finalize === undefined || 'owes' in this.#turns) return;
    if (sender.unansweredMs < this.#options.silenceMs + 1_000) return;
    if (sender.unansweredVoiceMs > 0) return;
    this.#finishWithin(now);
  }

  /** Has the service finish the turn, or finishes it here where it does not. */
  #finishWithin(now: number): void {
    if (this.#finalizedAt === undefined) {
      this.#finalizedAt = now;
      this.#finalize();
    } else if (now - this.#finalizedAt >= finalizeMs) {
      this.#finalizedAt = undefined;
      this.#tell(this.#turns.finish());
    }
  }

  /** Has the service end the turn, once it was sent all that belongs to it, and has one to end. */
  #askToEnd(): void {
    const ending = this.#ending;
    const sender = this.#sender;
    if (ending === undefined || ending.isAsked || sender === undefined || this.#isClosing) return;
    if (sender.sentToMs < ending.atMs - 0.1) return;
    const { endTurn, finalize } = this.#dialect;
    if (ending.sentAt === undefined) {
      ending.sentAt = asyncScheduler.now();
      sender.flush();
      // Words that are not reported yet come with more audio only, and the input may send none.
      if (endTurn !== undefined && !this.#turns.isOpen) sender.silence(tickMs);
    }
    if (endTurn !== undefined && !this.#turns.isOpen) return;
    ending.isAsked = true;
    const ask = endTurn ?? finalize;
    if (ask) this.#send(ask);
  }

  /** The service does not always answer: the turn ends with the words so far. */
  #endInTime(now: number): void {
    if (this.#ending?.sentAt !== undefined && now - this.#ending.sentAt >= finalizeMs) this.#endNow();
  }

  #endNow(): void {
    this.#tell(this.#turns.finish());
    this.#ending = undefined;
  }

  #finalize(): void {
    if (this.#dialect.finalize) this.#send(this.#dialect.finalize);
  }

  /** The service forgets the audio so far, and hears the last of it again. */
  #forget(keepMs: number): void {
    const { forget } = this.#dialect;
    if (forget === undefined) return;
    this.#send(forget);
    this.#sender?.repeat(keepMs);
  }

  #send(message: (socket: Socket) => void): void {
    if (this.#open === undefined || this.#isClosing) return;
    message(this.#open.socket);
    this.#sentAt = asyncScheduler.now();
  }

  #sendAudio(frame: AudioFrame): void {
    const { pcm } = frame;
    if (this.#open === undefined || this.#isClosing) return;
    // A Buffer at once: `ws` would make one of anything else.
    this.#open.sendBytes(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
    this.#sentAt = asyncScheduler.now();
    const sender = this.#sender;
    if (this.#turns.sent && sender && !sender.isExtra) {
      this.#tell(this.#turns.sent(frame, sender.sentToMs));
      this.#log.forget(this.#turns.settledMs);
    }
  }

  #tell(transcripts: readonly SttEvent[]): void {
    for (const transcript of transcripts) {
      const isEnding = transcript.type === 'utteranceEnd' && this.#ending?.sentAt !== undefined;
      // The program has decided: no policy of silence is to wait any longer.
      this.#subscriber.next(isEnding ? { ...transcript, decided: true } : transcript);
      if (isEnding) this.#ending = undefined;
    }
  }

  #end(): void {
    this.#tell(this.#turns.finish());
    this.#subscriber.complete();
  }

  #stop(): void {
    this.#pumping?.unsubscribe();
    this.#draining?.unsubscribe();
    const heard = this.#sender?.map.sentMs ?? 0;
    const open = this.#open;
    this.#open = undefined;
    this.#sender = undefined;
    // A socket that heard a part of this call is of no use to another.
    const isLeftOpen = !this.#isClosing || this.#dialect.close === undefined;
    if (isLeftOpen && heard > 0) open?.fail(new Recycled('', { stage: 'stt', retryable: true }));
  }
}
