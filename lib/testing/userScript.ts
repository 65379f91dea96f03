import { type Duration, msOf } from './duration.ts';
import type { ScriptedSpeech } from './scriptedStt.ts';

/** When something is said, and how long speech-to-text takes over it. */
export interface SayingOptions {
  /** When the user begins, from the start of the call. */
  readonly from: Duration;
  /** How long it takes. Default 300 ms a word. */
  readonly for?: Duration;
  /** How long after the beginning the voice is noticed. Default 100 ms. */
  readonly noticed?: Duration;
  /** How long after the end the words are final. Default 100 ms. */
  readonly final?: Duration;
  /** How long after the end it is sure that the user stopped. Default 300 ms. */
  readonly endpointing?: Duration;
}

/** Behaviour of a scripted call's user. */
export interface UserScript {
  /** Says something. Speech while the bot speaks is an interruption. */
  says(text: string, options: SayingOptions): void;
  /** A cough, a door: a voice is noticed, and no words are understood. */
  makesNoise(options: SayingOptions): void;
  /** Falls silent for good: the input is over, and the call ends with the last reply. Default 5 s after the last sound. */
  leaves(time: Duration): void;
  /** Hangs up: the call is cut off there. */
  hangsUp(time: Duration): void;
}

/** A user to script, and the script so far. */
export class ScriptedUser implements UserScript {
  readonly speech: ScriptedSpeech[] = [];
  #leavesAt: number | undefined;
  hangsUpAt: number | undefined;

  says(text: string, { from, for: length, noticed, final, endpointing }: SayingOptions): void {
    const begin = msOf(from);
    const ms =
      length === undefined ? 300 * Math.max(1, text.split(/\s+/u).filter(Boolean).length) : msOf(length);
    this.speech.push({
      from: begin,
      to: begin + ms,
      text,
      ...(noticed !== undefined && { noticedMs: msOf(noticed) }),
      ...(final !== undefined && { finalMs: msOf(final) }),
      ...(endpointing !== undefined && { endpointingMs: msOf(endpointing) }),
    });
  }

  makesNoise(options: SayingOptions): void {
    this.says('', options);
  }

  leaves(time: Duration): void {
    this.#leavesAt = msOf(time);
  }

  hangsUp(time: Duration): void {
    this.hangsUpAt = msOf(time);
  }

  /** How long the microphone is open, ms. */
  get lastsMs(): number {
    return this.#leavesAt ?? Math.max(0, ...this.speech.map(({ to }) => to)) + 5_000;
  }
}
