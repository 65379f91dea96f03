import { type AudioFrame, concatFrames, frameMs, level, silence } from '../../audio/frame.ts';
import { resampleFrame } from '../../audio/resample.ts';
import type { AudioLog } from './audioLog.ts';
import { AudioMap } from './audioMap.ts';

/** How {@link AudioSender} sends. */
export interface AudioSenderOptions {
  /** The rate of the connection, Hz. */
  readonly sampleRate: number;
  /** Frames are joined to messages of this length, ms; 0 sends each as it comes. */
  readonly chunkMs: number;
  readonly send: (frame: AudioFrame) => void;
  /** How much silence the connection heard before the call, ms. Default none. */
  readonly heardMs?: number;
}

/** The service takes audio at most at this multiple of real time… */
export const replaySpeed = 1.25;
/** … but for a burst, on a fresh connection and later, ms: inputs come in pieces, and all at once after a stall. */
const burstMs = { first: 250, later: 1_000 } as const;

/** The lowest level of a possible voice, root mean square (−46 dB), and its ratio to the quietest level. */
const voice = { floor: 0.005, factor: 3 } as const;
/** A sound shorter than this is no voice, ms. */
const leastVoiceMs = 100;

/** Sends one connection the audio of a call, from the first that is kept on, no faster than the service takes it. */
export class AudioSender {
  /** Whether the audio that is sent now is not part of the call, or was sent before. */
  isExtra = false;
  /** The position of the sent audio in the call. */
  readonly map: AudioMap;
  /** Audio sent since the service last emitted something, ms. */
  unansweredMs = 0;
  readonly #log: AudioLog;
  readonly #options: AudioSenderOptions;
  /** The frame to be sent next, and where it begins in the call, ms. */
  #next: number;
  #nextMs: number;
  #budgetMs: number = burstMs.first;
  #budgetAt: number;
  #chunk: AudioFrame[] = [];
  #chunkMs = 0;
  /** The audio without an answer, as far as it was looked at: where it begins and ends, its quietest, its voice. */
  #answeredAt = 0;
  #looked = 0;
  #quietest = 1;
  #voiceMs = 0;
  #sinceVoiceMs = 0;

  constructor(log: AudioLog, now: number, options: AudioSenderOptions) {
    this.#log = log;
    this.#next = log.first;
    this.#nextMs = log.startMs;
    this.#budgetAt = now;
    this.#options = options;
    this.map = new AudioMap(log.startMs);
    if (options.heardMs !== undefined && options.heardMs > 0) this.map.silence(options.heardMs);
    this.answered();
  }

  /** The service emitted something. */
  answered(): void {
    this.unansweredMs = 0;
    this.#answeredAt = this.#looked = this.#next;
    this.#quietest = 1;
    this.#voiceMs = 0;
    this.#sinceVoiceMs = 0;
  }

  /**
   * How much audio was sent since a voice in it began that has no answer, ms; 0 where there is none. Only a service that
   * is silent for long is measured by this: no frame is looked at as long as it answers.
   */
  get unansweredVoiceMs(): number {
    this.#looked = Math.max(this.#looked, this.#log.first);
    for (; this.#looked < this.#next; this.#looked++) {
      const frame = this.#log.at(this.#looked);
      if (frame === undefined) continue;
      const loudness = level(frame);
      const wasQuietest = this.#quietest;
      this.#quietest = Math.min(wasQuietest, loudness);
      // Audio may begin in the middle of a voice; the silence that follows reveals it.
      if (isVoice(wasQuietest, this.#quietest)) this.#lookAgain();
      this.#look(loudness, frameMs(frame));
    }
    return this.#voiceMs >= leastVoiceMs ? this.#sinceVoiceMs : 0;
  }

  #lookAgain(): void {
    this.#voiceMs = this.#sinceVoiceMs = 0;
    const from = Math.max(this.#answeredAt, this.#log.first);
    for (let index = from; index < this.#looked; index++) {
      const frame = this.#log.at(index);
      if (frame !== undefined) this.#look(level(frame), frameMs(frame));
    }
  }

  #look(loudness: number, ms: number): void {
    if (isVoice(loudness, this.#quietest)) this.#voiceMs += ms;
    if (this.#voiceMs > 0) this.#sinceVoiceMs += ms;
    // A click now and then is no voice.
    if (this.#voiceMs < leastVoiceMs && this.#sinceVoiceMs > 10 * leastVoiceMs)
      this.#voiceMs = this.#sinceVoiceMs = 0;
  }

  /** The position in the call up to which it was sent, ms. */
  get sentToMs(): number {
    return this.#nextMs;
  }

  /** Sends the audio that may be sent now. Returns how long the rest has to wait, ms; `undefined` when all was sent. */
  pump(now: number): number | undefined {
    this.#budgetMs = Math.min(burstMs.later, this.#budgetMs + (now - this.#budgetAt) * replaySpeed);
    this.#budgetAt = now;
    const log = this.#log;
    if (this.#next < log.first) {
      this.#next = log.first;
      this.#nextMs = log.startMs;
    }
    for (let frame = log.at(this.#next); frame !== undefined; frame = log.at(this.#next)) {
      const ms = frameMs(frame);
      if (ms > this.#budgetMs && this.#budgetMs < burstMs.later)
        return Math.ceil((Math.min(ms, burstMs.later) - this.#budgetMs) / replaySpeed);
      this.#budgetMs -= ms;
      this.map.sent(this.#nextMs, ms);
      this.unansweredMs += ms;
      this.#next++;
      this.#nextMs += ms;
      this.#add(frame, ms);
    }
    return undefined;
  }

  /** Sends the last of the audio once more, ms. */
  repeat(ms: number): void {
    this.isExtra = true;
    let first = this.#next;
    for (let kept = 0; kept < ms && first > this.#log.first; first--)
      kept += frameMs(this.#log.at(first - 1)!);
    for (let index = first; index < this.#next; index++) this.#send(this.#log.at(index)!);
    this.isExtra = false;
  }

  /** Sends the audio that waits for the rest of its message. */
  flush(): void {
    if (this.#chunk.length > 0) this.#send(concatFrames(this.#chunk));
    this.#chunk = [];
    this.#chunkMs = 0;
  }

  /** Sends silence of our own. */
  silence(ms: number): void {
    this.flush();
    this.map.silence(ms);
    this.isExtra = true;
    this.#send(silence(ms, this.#options.sampleRate));
    this.isExtra = false;
  }

  #add(frame: AudioFrame, ms: number): void {
    if (this.#options.chunkMs === 0) return this.#send(frame);
    this.#chunk.push(frame);
    this.#chunkMs += ms;
    if (this.#chunkMs >= this.#options.chunkMs - 0.1) this.flush();
  }

  #send(frame: AudioFrame): void {
    const { sampleRate, send } = this.#options;
    // A frame without samples would be a message without bytes: the end of the stream, to some servers.
    if (frame.pcm.length > 0)
      send(frame.sampleRate === sampleRate ? frame : resampleFrame(frame, sampleRate));
  }
}

const isVoice = (loudness: number, quietest: number): boolean =>
  loudness > Math.max(voice.floor, quietest * voice.factor);
