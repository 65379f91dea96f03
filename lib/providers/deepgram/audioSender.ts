import { type AudioFrame, concatFrames, frameMs, silence } from '../../audio/frame.ts';
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
}

/** The service takes audio at most so much faster than real time… */
export const replaySpeed = 1.25;
/** … but for a burst, on a fresh connection and later, ms: inputs come in pieces, and all at once after a stall. */
const burstMs = { first: 250, later: 1_000 } as const;

/** Sends one connection the audio of a call, from the first that is kept on, no faster than the service takes it. */
export class AudioSender {
  /** Where what was sent lies in the call. */
  readonly map = new AudioMap();
  /** How much was sent since the service had something to tell, ms. */
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

  constructor(log: AudioLog, now: number, options: AudioSenderOptions) {
    this.#log = log;
    this.#next = log.first;
    this.#nextMs = log.startMs;
    this.#budgetAt = now;
    this.#options = options;
  }

  /** The position in the call up to which it was sent, ms. */
  get sentToMs(): number {
    return this.#nextMs;
  }

  /** Sends what may be sent now. Returns how long the rest has to wait, ms; `undefined` when all was sent. */
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

  /** Sends what waits for the rest of its message. */
  flush(): void {
    if (this.#chunk.length > 0) this.#send(concatFrames(this.#chunk));
    this.#chunk = [];
    this.#chunkMs = 0;
  }

  /** Sends silence of our own. */
  silence(ms: number): void {
    this.flush();
    this.map.silence(ms);
    this.#send(silence(ms, this.#options.sampleRate));
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
