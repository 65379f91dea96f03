import { asyncScheduler, concat, connect, defer, EMPTY, map, merge, mergeMap } from 'rxjs';
import {
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  switchMap,
  timer,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { voiceActivity } from '../audio/voiceActivity.ts';
import { normalised } from '../stt/sameWords.ts';
import type { Transcript } from '../stt/transcript.ts';
import type { UserTurn } from '../stt/userTurns.ts';

/** When an answer is begun before the user's turn is over. */
export interface SpeculationOptions {
  /** Whether it is also synthesised, so that its first sound is ready, too. Default false: the model alone. */
  readonly tts?: boolean;
  /**
   * Words are taken for the last ones at an engine's eager end, when they are final, and after so much silence, ms, as
   * `voice` hears it, or else loudness. Default 100; with a `voice` it is that one's own.
   */
  readonly silenceMs?: number;
  /** And so are words that did not change for so long, ms. Default `Infinity`: they are not. */
  readonly stableMs?: number;
  /** How many answers may be begun for one turn. Default 3. */
  readonly perTurn?: number;
  /** And within one minute. Default 20. */
  readonly perMinute?: number;
}

/**
 * Tells, within a budget, when a user's turn may be over (`eager`), and when it was not after all (`resumed`): when other
 * words come than those. Nothing is told twice, however the engine sets case and marks.
 *
 * @example
 * userTurn$.pipe(eagerly({ perTurn: 1 }))
 */
export const eagerly =
  (options: SpeculationOptions = {}): MonoTypeOperatorFunction<UserTurn> =>
  turn$ =>
    defer(() => {
      const guess = new Guess(options);
      const stable$ = (): Observable<UserTurn> =>
        guess.stableMs === undefined
          ? EMPTY
          : timer(guess.stableMs).pipe(
              mergeMap(() => guess.ready()),
              map((event): UserTurn => event),
            );
      return turn$.pipe(switchMap(event => concat(guess.hear(event), defer(stable$))));
    });

/** An engine, told by loudness alone that it may be silent now, and that it is not any more: for guesses. */
export const withSilences =
  (
    heard: OperatorFunction<AudioFrame, Transcript>,
    silenceMs = 100,
  ): OperatorFunction<AudioFrame, Transcript> =>
  frame$ =>
    frame$.pipe(
      connect(frame$ =>
        merge(
          frame$.pipe(heard),
          frame$.pipe(
            voiceActivity({ hangoverMs: silenceMs }),
            map((activity): Transcript => (activity.type === 'speechStart' ? { type: 'resumed' } : activity)),
          ),
        ),
      ),
    );

type Eager = Extract<UserTurn, { readonly type: 'eager' }>;

class Guess {
  readonly #options: Required<Omit<SpeculationOptions, 'tts' | 'silenceMs'>>;
  #turn = 0;
  #finals: readonly string[] = [];
  #text = '';
  /** The words there was a guess for, as long as they stand. */
  #guessed: string | undefined;
  #tries = 0;
  #times: readonly number[] = [];
  #detected = false;
  #quiet = false;

  constructor({ stableMs = Infinity, perTurn = 3, perMinute = 20 }: SpeculationOptions) {
    this.#options = { stableMs, perTurn, perMinute };
  }

  hear(event: UserTurn): UserTurn[] {
    this.#turn = event.turn;
    switch (event.type) {
      case 'interim':
        return [...this.#words(event.text), event, ...(this.#quiet ? this.ready() : [])];
      case 'final':
        this.#finals = [...this.#finals, event.text];
        return [...this.#words(this.#finals.join(' ')), event, ...this.ready()];
      case 'quiet':
        this.#detected = this.#quiet = true;
        return [event, ...this.ready()];
      case 'eager':
        return [...this.#words(event.text), ...this.ready()];
      case 'resumed':
        this.#quiet = false;
        return this.#dropped();
      case 'said':
      case 'silent':
        this.#finals = [];
        this.#text = '';
        this.#guessed = undefined;
        this.#tries = 0;
        this.#quiet = false;
        return [event];
      case 'speaking':
        this.#quiet = false;
        return [event];
    }
  }

  /** After how long these words may be the last ones; nothing when there are none, or there was a guess. */
  get stableMs(): number | undefined {
    const { stableMs } = this.#options;
    const idle = this.#text === '' || this.#guessed !== undefined || stableMs === Infinity;
    return idle || (this.#detected && !this.#quiet) ? undefined : stableMs;
  }

  /** The guess that the words so far are all, if there was none and the budget allows it. */
  ready(): Eager[] {
    const words = normalised(this.#text);
    const now = asyncScheduler.now();
    this.#times = this.#times.filter(time => now - time < 60_000);
    const { perTurn, perMinute } = this.#options;
    const spent = this.#tries >= perTurn || this.#times.length >= perMinute;
    if (words === '' || words === this.#guessed || spent) return [];
    this.#guessed = words;
    this.#tries += 1;
    this.#times = [...this.#times, now];
    return [{ type: 'eager', turn: this.#turn, text: this.#text }];
  }

  #words(text: string): UserTurn[] {
    this.#text = text;
    return normalised(text) === this.#guessed ? [] : this.#dropped();
  }

  #dropped(): UserTurn[] {
    if (this.#guessed === undefined) return [];
    this.#guessed = undefined;
    return [{ type: 'resumed', turn: this.#turn }];
  }
}
