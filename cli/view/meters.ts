import { asyncScheduler, defer, finalize, type Observable, tap } from 'rxjs';
import {
  type AudioFrame,
  type ConversationEvent,
  frameMs,
  level,
  type Output,
  SpokenSoFar,
} from '../../lib/index.ts';
import { alike } from '../alike.ts';
import { share } from './meter.ts';

/** How long a meter takes to fall from full to nothing, ms. */
const fallMs = 500;

/** What is heard on both sides of a call at this moment, taken from its audio and its events. */
export class Meters {
  readonly #user = new Needle();
  readonly #bot = new Needle();
  #spoken = new SpokenSoFar();
  #began = false;
  /** The levels of frames that the output has and that are not heard yet, and when they are. */
  #ahead: { readonly at: number; readonly level: number }[] = [];

  /** The input, measured as it passes. */
  readonly input = (frame$: Observable<AudioFrame>): Observable<AudioFrame> =>
    alike(frame$, frame$.pipe(tap(frame => this.#user.put(level(frame)))));

  /** The output, measured when it is heard. */
  readonly output = (output: Output): Output =>
    alike(output, speech$ =>
      defer(() =>
        output(speech$.pipe(tap({ next: frame => this.#hand(frame), complete: () => this.#end() }))).pipe(
          tap(playback => this.#spoken.report(playback)),
          finalize(() => (this.#ahead = [])),
        ),
      ),
    );

  /** Follows the reply's text. */
  see(event: ConversationEvent): void {
    switch (event.type) {
      case 'user.said':
        this.#spoken = new SpokenSoFar();
        this.#began = false;
        return;
      case 'bot.writing':
        // One text for the whole reply: where its sentences begin in the audio nobody knows.
        this.#spoken.begin('');
        this.#began = true;
        this.#streaming = true;
        return;
      case 'bot.sentence':
        if (this.#streaming) this.#spoken.write(` ${event.text}`);
        return;
      case 'bot.speaking':
        if (this.#streaming) return;
        this.#end();
        this.#spoken.begin(event.text);
        this.#began = true;
        return;
    }
  }

  #streaming = false;

  /** How loud the user is, 0 … 1 of a meter. */
  get user(): number {
    return this.#user.position;
  }

  /** How loud the bot is, 0 … 1 of a meter. */
  get bot(): number {
    const now = asyncScheduler.now();
    while (this.#ahead[0] !== undefined && this.#ahead[0].at <= now)
      this.#bot.put(this.#ahead.shift()!.level);
    return this.#bot.position;
  }

  /** How many words of the reply have been heard. */
  get heardWords(): number {
    return this.#spoken.heard.split(/\s+/u).filter(Boolean).length;
  }

  #hand(frame: AudioFrame): void {
    const now = asyncScheduler.now();
    this.#ahead.push({ at: this.#spoken.playhead.dueAt(now), level: level(frame) });
    this.#spoken.playhead.hand(frameMs(frame), now);
    if (this.#began) this.#spoken.hand(frame);
  }

  #end(): void {
    if (this.#began) this.#spoken.end();
  }
}

/** A needle that jumps up and falls slowly. */
class Needle {
  #position = 0;
  #at = 0;

  put(loudness: number): void {
    this.#position = Math.max(this.position, share(loudness));
    this.#at = asyncScheduler.now();
  }

  get position(): number {
    return Math.max(0, this.#position - (asyncScheduler.now() - this.#at) / fallMs);
  }
}
