import {
  catchError,
  concat,
  defaultIfEmpty,
  defer,
  EMPTY,
  endWith,
  isObservable,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
} from 'rxjs';
import { of, switchMap, take, timer } from 'rxjs';
import { type AudioFrame, silence } from '../audio/frame.ts';
import { longestTimerMs } from '../timers.ts';
import { completeness, type Completeness, type TurnSoFar } from './completeness.ts';
import { OpenWords } from './openWords.ts';
import { patience, type Silence } from './patience.ts';
import type { Transcript } from './transcript.ts';

/** When a user's turn is over. Each piece may be replaced alone. */
export interface EndOfTurnOptions {
  /**
   * How long it must have been silent since the voice ended, ms: a number, or what to make of the turn so far.
   * Default {@link patience}: no longer than the engine itself waits, but 1,200 after what sounds unfinished.
   */
  readonly silenceMs?: number | Silence;
  /** How likely it is that the user has finished. Default {@link completeness}, a small heuristic for English. */
  readonly completeness?: Completeness;
  /**
   * With a detector of voices (`speechEnd`) a turn may end by silence alone, without the engine's word: when
   * `silenceMs` is over and the words are final, or this long after the voice ended, ms, with those that are there.
   * Default `Infinity`: the engine's word is waited for.
   */
  readonly finalMs?: number;
  /** A turn in which nothing was told for so long, ms, ends: the engine missed its end. Default 5,000. */
  readonly watchdogMs?: number;
}

/** What else there is to know in a call. */
export interface EndOfTurnClues {
  /** How long ago a position in the audio arrived, ms. Default: just now. */
  readonly sinceMs?: (positionMs: number) => number;
  /** The last seconds of the audio, for a model that listens. Default: none. */
  readonly audio?: () => AudioFrame;
}

/**
 * Decides when a user's turn is over, between an engine and `userTurns`: it passes everything at once but the end of an
 * utterance, which waits until the policy agrees, and is forgotten when the user goes on before that. While it waits it
 * says `eagerEnd`, so that an answer can be got ready. An end the engine `decided` by what was said passes as it is.
 *
 * @example
 * mic$.pipe(stt, endOfTurn({ silenceMs: adaptivePatience() }), userTurns())
 */
export const endOfTurn =
  (options: EndOfTurnOptions = {}, clues: EndOfTurnClues = {}): MonoTypeOperatorFunction<Transcript> =>
  transcript$ =>
    defer(() => {
      const ending = new Ending(options, clues);
      return transcript$.pipe(
        endWith({ type: 'over' } as const),
        // Whatever is told next ends the waiting.
        switchMap(heard => concat(ending.hear(heard), ending.end$)),
      );
    });

class Ending {
  readonly #silenceMs: Silence;
  readonly #completeness: Completeness;
  readonly #finalMs: number;
  readonly #watchdogMs: number;
  readonly #sinceMs: (positionMs: number) => number;
  readonly #audio: () => AudioFrame;
  readonly #words = new OpenWords();
  /** Where the voice ended, when the engine (`ended`) or a detector of voices (`quiet`) said so. */
  #ended: number | undefined;
  #quiet: number | undefined;
  #voice = false;
  #detected = false;
  #eager = false;
  #lastEnd = -Infinity;
  #pausesMs: readonly number[] = [];

  constructor(options: EndOfTurnOptions, { sinceMs = () => 0, audio = () => silence(0) }: EndOfTurnClues) {
    const { silenceMs = patience(), finalMs = Infinity, watchdogMs = 5_000 } = options;
    this.#silenceMs = typeof silenceMs === 'number' ? () => silenceMs : silenceMs;
    this.#completeness = options.completeness ?? completeness;
    this.#finalMs = finalMs;
    this.#watchdogMs = watchdogMs;
    this.#sinceMs = sinceMs;
    this.#audio = audio;
  }

  /** What passes at once. */
  hear(heard: Transcript | { readonly type: 'over' }): Transcript[] {
    switch (heard.type) {
      case 'speechStart': {
        if (this.#detected && heard.at < this.#lastEnd) return []; // late word of a voice that was dealt with
        this.#pause(heard.at);
        const resumed = this.#goOn();
        this.#voice = true;
        this.#quiet = undefined;
        return [...resumed, heard];
      }
      case 'speechEnd':
        this.#detected = true;
        this.#quiet = heard.at;
        return [heard];
      case 'interim':
      case 'final': {
        const fresh = this.#words.hear(heard);
        if (fresh === undefined) return [];
        this.#voice = true;
        if (fresh.text === '') return [fresh];
        // After the voice, words are those of before; after the engine's end they are new ones.
        if (this.#ended !== undefined || this.#quiet === undefined) return [...this.#goOn(), fresh];
        this.#eager = false;
        return [fresh];
      }
      case 'utteranceEnd':
        if (heard.decided === true || !this.#voice) return [this.#commit(heard)];
        this.#ended = heard.end;
        return [];
      case 'over':
        if (!this.#voice) return [];
        return [this.#commit({ type: 'utteranceEnd', end: this.#ended ?? this.#quiet ?? this.#words.end })];
      default:
        return [heard];
    }
  }

  /** The end of the turn, when the time has come; until then whatever speaks for it. */
  get end$(): Observable<Transcript> {
    if (!this.#voice) return EMPTY;
    if (this.#ended !== undefined) return this.#policy(this.#ended);
    if (this.#quiet !== undefined && this.#finalMs < Infinity) return this.#bySilence(this.#quiet);
    if (this.#detected && this.#quiet === undefined) return EMPTY; // the voice is still there
    return this.#after(this.#watchdogMs, this.#quiet ?? this.#words.end);
  }

  #policy(end: number, finalInMs = 0): Observable<Transcript> {
    const turn: TurnSoFar = { text: this.#words.text, pausesMs: this.#pausesMs, audio: this.#audio };
    const waitFor = (probability: number): Observable<Transcript> =>
      this.#after(Math.max(finalInMs, this.#silenceMs({ ...turn, probability }) - this.#sinceMs(end)), end);
    const likely = turn.text === '' ? 1 : this.#likely(turn);
    const end$ = isObservable(likely)
      ? merge(
          likely.pipe(
            take(1),
            catchError(() => of(1)),
            defaultIfEmpty(1),
            switchMap(waitFor),
          ),
          waitFor(0),
        ).pipe(take(1))
      : waitFor(likely);
    return merge(
      end$,
      defer(() => this.#getReady()),
    );
  }

  /** A model that fails is taken for a 1. */
  #likely(turn: TurnSoFar): ReturnType<Completeness> {
    try {
      return this.#completeness(turn);
    } catch {
      return 1;
    }
  }

  #bySilence(end: number): Observable<Transcript> {
    const finalInMs = this.#words.areFinalAt(end) ? 0 : Math.max(0, this.#finalMs - this.#sinceMs(end));
    return this.#policy(end, finalInMs);
  }

  #after(ms: number, end: number): Observable<Transcript> {
    const commit = (): Transcript => this.#commit({ type: 'utteranceEnd', end });
    return (ms > 0 ? timer(Math.min(Math.ceil(ms), longestTimerMs)) : of(0)).pipe(map(commit));
  }

  /** Tells, if the end is not here yet, that it may be near. */
  #getReady(): Transcript[] {
    if (!this.#voice || this.#eager || this.#words.text === '') return [];
    this.#eager = true;
    return [{ type: 'eagerEnd', text: this.#words.open }];
  }

  /** The user is not done, whatever was waited for. */
  #goOn(): Transcript[] {
    const resumed: Transcript[] = this.#eager ? [{ type: 'resumed' }] : [];
    this.#eager = false;
    this.#ended = undefined;
    return resumed;
  }

  /** Learns from a pause within a turn, and from one that was taken for the end of the turn and wasn't. */
  #pause(voiceAt: number): void {
    const from = this.#voice ? (this.#ended ?? this.#quiet ?? NaN) : this.#lastEnd;
    const ms = voiceAt - from;
    const within = this.#voice || ms < 1_000;
    if (within && ms > 0 && ms < 10_000) this.#pausesMs = [...this.#pausesMs.slice(-19), ms];
  }

  #commit(end: Transcript & { readonly type: 'utteranceEnd' }): Transcript {
    this.#words.close(end.end);
    this.#lastEnd = Math.max(this.#lastEnd, end.end);
    this.#voice = false;
    this.#ended = undefined;
    this.#quiet = undefined;
    this.#eager = false;
    return end;
  }
}
