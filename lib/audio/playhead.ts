import { type Observable, Subject } from 'rxjs';

/** A piece this late still continues the one before: timers are late by a few ms, and that must not add up. */
const toleranceMs = 40;

/**
 * The position of a loudspeaker in its audio. Audio is heard in real time from the moment it is handed over, one
 * piece after the other; a piece that arrives late leaves a gap. All times in ms, on RxJS's clock.
 */
export class Playhead {
  #handedMs = 0;
  #endsAt = -Infinity;
  #heldMs: number | undefined;
  readonly #release$ = new Subject<void>();

  /** How much audio was handed over, ms. */
  get handedMs(): number {
    return this.#handedMs;
  }

  /** The time at which the next piece will be heard if it is handed over now. */
  dueAt(now: number): number {
    return now - this.#endsAt > toleranceMs ? now : this.#endsAt;
  }

  /** Hands over a piece of audio of this length. */
  hand(ms: number, now: number): void {
    this.#endsAt = this.dueAt(now) + ms;
    this.#handedMs += ms;
  }

  /** Stops. Returns how much of the audio was heard, ms; nothing more may be handed over. */
  hold(heardMs: number): void {
    this.#heldMs = heardMs;
  }

  /** Forgets audio that was handed over but not heard: it is dropped. */
  cut(heardMs: number, now: number): void {
    this.#handedMs = heardMs;
    if (this.#heldMs === undefined) this.#endsAt = now;
    else this.#heldMs = heardMs;
  }

  /** Resumes: audio that was handed over but not heard is heard from now on. */
  release(now: number): void {
    if (this.#heldMs === undefined) return;
    const restMs = this.restMs(now);
    this.#heldMs = undefined;
    this.#endsAt = restMs > 0 ? now + restMs : -Infinity;
    this.#release$.next();
  }

  get held(): boolean {
    return this.#heldMs !== undefined;
  }

  /** Emits whenever it goes on. */
  get release$(): Observable<void> {
    return this.#release$;
  }

  /** How much of the audio is still to be heard, ms. */
  restMs(now: number): number {
    if (this.#heldMs !== undefined) return this.#handedMs - this.#heldMs;
    return Math.max(0, this.#endsAt - now);
  }

  /** How long ago the last of the audio was heard, ms: negative while some is still to be heard, else `Infinity` when held. */
  silentMs(now: number): number {
    if (this.#heldMs === undefined) return now - this.#endsAt;
    return this.#handedMs > this.#heldMs ? this.#heldMs - this.#handedMs : Infinity;
  }

  /** How much of the audio has been heard, ms. */
  playedMs(now: number): number {
    return this.#handedMs - this.restMs(now);
  }
}
