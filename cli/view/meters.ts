import { asyncScheduler, defer, finalize, type Observable, tap } from 'rxjs';
import { frameMs, level, Playhead } from '../../lib/audio/index.ts';
import { type AudioFrame, type ConversationEvent, type Output, wrap } from '../../lib/index.ts';
import { SpeechLedger, VoiceTimes } from '../../lib/operators.ts';
import { share } from './meter.ts';

/** How long a meter takes to fall from full to nothing, ms. */
const fallMs = 500;

/** Levels of both sides of a call at this moment, from its audio and its events. */
export class Meters {
  readonly #user = new Needle();
  readonly #bot = new Needle();
  /** For a display a likely rate is better than a cautious one. */
  readonly #times = new VoiceTimes(67);
  #spoken = new SpeechLedger(this.#times);
  #began = false;
  #streaming = false;
  #over = true;
  /** How much of the reply had been heard when it was paused, ms. */
  #heldMs = 0;
  /** The levels of frames that the output has and that are not heard yet, and when they are. */
  #ahead: { readonly at: number; readonly level: number }[] = [];

  /** The input, measured as it passes. */
  readonly input = (frame$: Observable<AudioFrame>): Observable<AudioFrame> =>
    wrap(frame$, frame$ => frame$.pipe(tap(frame => this.#user.put(level(frame)))));

  /**
   * The output, measured when it is heard. A bot that pauses unsubscribes it, and later subscribes again with the audio that was
   * not heard.
   */
  readonly output = (output: Output): Output =>
    wrap(
      output,
      output => speech$ =>
        defer(() => {
          const playhead = new Playhead();
          const offsetMs = this.#heldMs;
          let againMs = this.#spoken.playhead.handedMs - offsetMs;
          let heard = false;
          this.#spoken.release();
          const hand = (frame: AudioFrame): void => {
            const now = asyncScheduler.now();
            this.#ahead.push({ at: playhead.dueAt(now), level: level(frame) });
            playhead.hand(frameMs(frame), now);
            // Audio handed over before the pause is in the ledger already.
            if (againMs > 0) againMs -= frameMs(frame);
            else this.#hand(frame, now);
          };
          return output(speech$.pipe(tap({ next: hand, complete: () => this.#end() }))).pipe(
            tap({
              next: ({ playedMs }) => this.#spoken.report({ playedMs: playedMs + offsetMs }),
              complete: () => (heard = true),
            }),
            finalize(() => {
              this.#ahead = [];
              if (!heard) this.#heldMs = this.#spoken.hold();
            }),
          );
        }),
    );

  /** Follows the reply's text. */
  see(event: ConversationEvent): void {
    switch (event.type) {
      case 'bot.writing':
        this.#open();
        // One text for the whole reply: its sentences have no known positions in the audio.
        this.#spoken.begin('');
        this.#streaming = this.#began = true;
        return;
      case 'bot.sentence':
        this.#open();
        if (this.#streaming) this.#spoken.write(` ${event.text}`);
        return;
      case 'bot.speaking':
        if (this.#streaming) return;
        this.#end();
        this.#spoken.begin(event.text);
        this.#began = true;
        return;
      case 'bot.spoke':
      case 'bot.interrupted':
      case 'turn.failed':
        this.#over = true;
        return;
    }
  }

  /** A new reply begins, if the one before is over. */
  #open(): void {
    if (!this.#over) return;
    this.#spoken = new SpeechLedger(this.#times);
    this.#over = this.#streaming = this.#began = false;
    this.#heldMs = 0;
  }

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

  #hand(frame: AudioFrame, now: number): void {
    this.#spoken.playhead.hand(frameMs(frame), now);
    if (!this.#began) return;
    this.#spoken.receive(frame);
    this.#spoken.hand(frame);
  }

  #end(): void {
    if (!this.#began) return;
    this.#spoken.receivedAll();
    this.#spoken.handedAll();
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
