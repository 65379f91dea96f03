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
import { asyncScheduler, of, switchMap, take, throwError, timer } from 'rxjs';
import { type AudioFrame, silence } from '../audio/frame.ts';
import type { Language } from '../languages/language.ts';
import { languageOf, type LanguageTag } from '../languages/languages.ts';
import { isMadeOf } from '../languages/phrases.ts';
import { longestTimerMs } from '../rx/timers.ts';
import { completeness, type Completeness, type TurnSoFar } from './completeness.ts';
import { OpenWords } from './openWords.ts';
import { patience, type Silence } from './patience.ts';
import { normalised, saysAnything } from './sameWords.ts';
import type { SttEvent } from './stt.ts';

/** When a user's turn ends. Each part can be replaced on its own. */
export interface EndOfTurnOptions {
  /**
   * The silence after the voice that ends a turn, ms: a number, or a function of the turn so far. Default {@link
   * patience}: no longer than the engine itself waits, but 1,200 after words that sound unfinished.
   */
  readonly silenceMs?: number | Silence;
  /**
   * The probability that the user has finished. Default {@link completeness}, a small heuristic over words and
   * punctuation.
   */
  readonly completeness?: Completeness;
  /**
   * The language of that heuristic: its tag, also with a region (`de-AT`), `und` for punctuation alone, or a {@link
   * Language} of your own. Default `en`; with `setup` the language of its speech-to-text, if known.
   */
  readonly language?: LanguageTag | (string & {}) | Language;
  /**
   * With a voice detector (`speechEnd`), silence alone may end a turn, without the engine's decision: after
   * `silenceMs` if the words are final, or with the words so far this long after the voice ended, ms. Default
   * `Infinity`: the engine decides.
   */
  readonly finalMs?: number;
  /**
   * Watchdog: ends a turn without a new word for this time, ms, because the engine missed the end. Only a longer
   * `silenceMs` or `finalMs` that is a number extends it. Default 5,000.
   */
  readonly watchdogMs?: number;
}

/** Inputs from the rest of a call. */
export interface EndOfTurnClues {
  /** How long ago a position in the audio arrived, ms. Default: just now. */
  readonly sinceMs?: (positionMs: number) => number;
  /** The last seconds of the audio, for a model that listens. Default: none. */
  readonly audio?: () => AudioFrame;
}

/**
 * Decides when a user's turn ends, between an engine and `userTurns`. Everything passes at once except the end of an
 * utterance, which waits until the policy agrees and is dropped if the user goes on. Meanwhile it emits `eagerEnd`,
 * so that an answer can be prepared. An end that the engine `decided` by meaning passes unchanged.
 *
 * @example
 * mic$.pipe(stt, endOfTurn({ silenceMs: adaptivePatience() }), userTurns())
 */
export const endOfTurn =
  (options: EndOfTurnOptions = {}, clues: EndOfTurnClues = {}): MonoTypeOperatorFunction<SttEvent> =>
  transcript$ =>
    defer(() => {
      const ending = new Ending(options, clues);
      return transcript$.pipe(
        endWith(over),
        catchError((error: unknown) =>
          concat(
            of(over),
            throwError(() => error),
          ),
        ),
        // The next event ends the waiting.
        switchMap(heard => concat(ending.hear(heard), ending.end$)),
      );
    });

/** The engine has completed. */
const over = { type: 'over' } as const;

type End = SttEvent & { readonly type: 'utteranceEnd' };

/** The precision of the end of a word, ms. */
const fuzzMs = 300;

/** The state of one subscription. Positions are in the audio, ms; times are the clock's. */
class Ending {
  readonly #silenceMs: Silence;
  readonly #completeness: Completeness;
  readonly #language: Language;
  readonly #finalMs: number;
  readonly #watchdogMs: number;
  readonly #longestMs: number;
  readonly #sinceMs: (positionMs: number) => number;
  readonly #audio: () => AudioFrame;
  readonly #words = new OpenWords();
  readonly #position: Position;

  /** Whether a turn is open, and where its voice began: not before the turn before ended. */
  #open = false;
  #start = -Infinity;
  /** Where the turn before ended. */
  #lastEnd = -Infinity;
  /**
   * Where the voice ended: the engine reported an end (`ended`) and no words since, or a voice detector did
   * (`quiet`).
   */
  #ended: number | undefined;
  #quiet: number | undefined;
  /** The last end of this turn's voice that the engine reported, even if a voice followed. */
  #enginesEnd: number | undefined;
  /** The latest end that the engine ever reported. */
  #toldEnd = -Infinity;
  /** Whether a detector hears a voice now; it is a detector if it ever reported an end. */
  #sounding = false;
  #detected = false;
  /** Where a detector last reported the end of a voice, and when. */
  #lastQuiet: { readonly at: number; readonly time: number } | undefined;
  /** When and where words of this turn last arrived, else when it began. */
  #since = 0;
  #wordsAt: number | undefined;
  /** When a voice began after those words. */
  #voiceSince: number | undefined;
  /** Whether the voice of this turn was over before its first words came. */
  #isLate = false;
  /** Whether `eagerEnd` was emitted. */
  #eager = false;
  /** Whether the engine's ends are not positions: one preceded the voice it ended. */
  #isSloppy = false;
  /** The user's pauses within turns, and those within this one. */
  #pausesMs: readonly number[] = [];
  #pausesHere: readonly number[] = [];

  constructor(options: EndOfTurnOptions, { sinceMs = () => 0, audio = () => silence(0) }: EndOfTurnClues) {
    const { silenceMs = patience(), finalMs = Infinity, watchdogMs = 5_000 } = options;
    this.#silenceMs = typeof silenceMs === 'number' ? () => silenceMs : silenceMs;
    this.#language = languageOf(options.language ?? 'en');
    this.#completeness = options.completeness ?? (turn => completeness(turn, this.#language));
    this.#finalMs = finalMs;
    this.#watchdogMs = watchdogMs;
    this.#longestMs = Math.max(
      watchdogMs,
      ...[silenceMs, finalMs].filter(ms => typeof ms === 'number').filter(Number.isFinite),
    );
    this.#sinceMs = sinceMs;
    this.#position = new Position(sinceMs);
    this.#audio = audio;
  }

  /** Events that pass at once. */
  hear(heard: SttEvent | typeof over): SttEvent[] {
    switch (heard.type) {
      case 'speechStart':
        return this.#voice(heard);
      case 'speechEnd':
        return this.#silent(heard);
      case 'interim':
      case 'final':
        return this.#hearWords(heard);
      case 'utteranceEnd':
        return this.#utteranceEnd(heard);
      case 'eagerEnd':
        if (saysAnything(heard.text)) this.#begin();
        return [heard];
      case 'resumed':
        if (this.#open) this.#since = asyncScheduler.now();
        return [heard];
      case 'over':
        if (!this.#open) return [];
        return [
          this.#commit({ type: 'utteranceEnd', end: this.#ended ?? this.#quiet ?? this.#estimate() }, false),
        ];
      default:
        return [heard];
    }
  }

  /** The end of the turn, when the time has come; until then whatever speaks for it. */
  get end$(): Observable<SttEvent> {
    if (!this.#open) return EMPTY;
    if (this.#ended !== undefined) return this.#policy(this.#ended);
    if (this.#quiet !== undefined && this.#finalMs < Infinity) return this.#bySilence(this.#quiet);
    return this.#after(this.#dogInMs(this.#watchdogMs), this.#quiet ?? this.#estimate());
  }

  /** The time left for the watchdog. A voice that is still heard extends it once. */
  #dogInMs(ms: number): number {
    const since = this.#sounding ? Math.max(this.#since, this.#voiceSince ?? 0) : this.#since;
    return since + ms - asyncScheduler.now();
  }

  #policy(end: number, finalInMs = 0): Observable<SttEvent> {
    const pausesMs = this.#latestPauses;
    const turn: TurnSoFar = { text: this.#words.text, pausesMs, audio: this.#audio };
    const waitFor = (probability: number): Observable<SttEvent> => {
      const inMs = Math.max(finalInMs, this.#silenceMs({ ...turn, probability }) - this.#sinceMs(end));
      return this.#after(Math.min(inMs, this.#dogInMs(this.#longestMs)), end);
    };
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

  /** A failing model counts as 1. */
  #likely(turn: TurnSoFar): ReturnType<Completeness> {
    try {
      return this.#completeness(turn);
    } catch {
      return 1;
    }
  }

  #bySilence(end: number): Observable<SttEvent> {
    // Words of a voice that ended long ago: more of them may follow.
    const sinceMs = this.#isLate ? asyncScheduler.now() - this.#since : this.#sinceMs(end);
    const finalInMs = this.#words.areFinalAt(end) ? 0 : Math.max(0, this.#finalMs - sinceMs);
    return this.#policy(end, finalInMs);
  }

  #after(ms: number, end: number): Observable<SttEvent> {
    const commit = (): SttEvent => this.#commit({ type: 'utteranceEnd', end }, false);
    // A user's policy may return something that is not a number.
    return (ms > 0 ? timer(Math.min(Math.ceil(ms), longestTimerMs)) : of(0)).pipe(map(commit));
  }

  /** Emits `eagerEnd` if the end is still ahead. */
  #getReady(): SttEvent[] {
    if (!this.#open || this.#eager || this.#words.text === '') return [];
    this.#eager = true;
    return [{ type: 'eagerEnd', text: this.#words.open }];
  }

  #voice(heard: SttEvent & { readonly type: 'speechStart' }): SttEvent[] {
    const { at } = heard;
    const dealtWith = this.#open ? (this.#ended ?? this.#quiet) : this.#detected ? this.#lastEnd : undefined;
    if (dealtWith !== undefined && at < dealtWith) return []; // late word of a voice that is over
    this.#position.note(at);
    this.#words.voice(at);
    this.#sounding = true;
    if (this.#open) {
      this.#pause(at);
      const resumed = this.#goOn();
      this.#quiet = undefined;
      this.#voiceSince ??= asyncScheduler.now();
      return [...resumed, heard];
    }
    const start = Math.max(at, this.#lastEnd);
    this.#begin(start);
    return [{ ...heard, at: start }];
  }

  #silent(heard: SttEvent & { readonly type: 'speechEnd' }): SttEvent[] {
    this.#detected = true;
    if (this.#open && heard.at < this.#start) return []; // of a voice before
    this.#sounding = false;
    this.#voiceSince = undefined;
    this.#position.note(heard.at);
    this.#lastQuiet = { at: heard.at, time: asyncScheduler.now() };
    if (this.#open) this.#quiet = heard.at;
    return [heard];
  }

  #hearWords(heard: Extract<SttEvent, { readonly type: 'interim' | 'final' }>): SttEvent[] {
    if (heard.type === 'final') this.#position.note(heard.end);
    const before = normalised(this.#words.open);
    const fresh = this.#words.hear(heard);
    if (fresh === undefined) return [];
    if (!saysAnything(fresh.text)) return [fresh];
    if (!this.#open) {
      this.#begin();
      this.#takeQuiet(fresh);
    }
    this.#since = asyncScheduler.now();
    this.#voiceSince = undefined;
    this.#wordsAt = fresh.type === 'final' && Number.isFinite(fresh.end) ? fresh.end : this.#position.now;
    // The engine ended the utterance before its last words: they are not new.
    const isBefore =
      this.#enginesEnd !== undefined &&
      (fresh.type === 'final'
        ? fresh.end <= this.#enginesEnd + fuzzMs
        : this.#ended !== undefined && normalised(fresh.text) === before);
    if (isBefore) {
      if (!this.#sounding || this.#ended !== undefined) this.#ended = this.#enginesEnd;
      this.#eager &&= normalised(fresh.text) === before;
      return [fresh];
    }
    // After the voice, words belong to it; after the engine's end, they are new.
    if (this.#ended !== undefined || this.#quiet === undefined) return [...this.#goOn(), fresh];
    this.#eager = false;
    return [fresh];
  }

  /** Words start a turn whose voice a detector has already reported and ended as a noise. */
  #takeQuiet(words: Extract<SttEvent, { readonly type: 'interim' | 'final' }>): void {
    if (this.#sounding || this.#lastQuiet === undefined) return;
    const { at, time } = this.#lastQuiet;
    const isOfIt =
      words.type === 'final' ? words.end <= at + fuzzMs : asyncScheduler.now() - time < this.#watchdogMs;
    if (!isOfIt) return;
    this.#quiet = Math.max(at, this.#start);
    this.#isLate = true;
  }

  #utteranceEnd(heard: End): SttEvent[] {
    const hasWords = this.#words.text !== '';
    const isBefore = this.#open && heard.end < this.#start;
    if (isBefore && this.#lastEnd === -Infinity) this.#isSloppy = true;
    const isRepeated = heard.end <= this.#toldEnd && (this.#wordsAt ?? -Infinity) > heard.end + fuzzMs;
    this.#toldEnd = Math.max(this.#toldEnd, heard.end);
    if (isRepeated) return [];
    // An end that was already reported, or of a turn that ended without it.
    if (!this.#open || (isBefore && this.#lastEnd > -Infinity && !(hasWords && this.#isSloppy))) {
      this.#words.ended(heard.end);
      return [];
    }
    if (heard.decided === true) return [this.#commit(heard, true)];
    this.#ended = Number.isFinite(heard.end) ? Math.max(heard.end, this.#start) : this.#estimate();
    this.#enginesEnd = this.#ended;
    return [];
  }

  /** The turn is open, and the engine reported something of it. */
  #begin(start = this.#lastEnd): void {
    this.#since = asyncScheduler.now();
    if (this.#open) return;
    this.#open = true;
    this.#start = start;
  }

  /** The user is not done: all waiting ends. */
  #goOn(): SttEvent[] {
    const resumed: SttEvent[] = this.#eager ? [{ type: 'resumed' }] : [];
    this.#eager = false;
    this.#ended = undefined;
    return resumed;
  }

  /** The end of the voice, as far as the words show it. */
  #estimate(): number {
    return Math.max(this.#wordsAt ?? this.#position.now, this.#start);
  }

  get #latestPauses(): readonly number[] {
    return [...this.#pausesMs, ...this.#pausesHere].slice(-20);
  }

  /** Records a pause within the turn. */
  #pause(voiceAt: number): void {
    const ms = voiceAt - (this.#ended ?? this.#quiet ?? NaN);
    if (ms > 0 && ms < 10_000) this.#pausesHere = [...this.#pausesHere, ms];
  }

  #commit(heard: End, byEngine: boolean): SttEvent {
    const at = Number.isFinite(heard.end) ? heard.end : this.#estimate();
    const end = Math.max(at, this.#start, 0);
    // The pauses of a listener who repeats "uh-huh" are not representative.
    const { text } = this.#words;
    if (text !== '' && this.#pausesHere.length > 0 && !isMadeOf(text, this.#language.backchannels))
      this.#pausesMs = this.#latestPauses;
    this.#pausesHere = [];
    this.#words.close(end, { byEngine: byEngine || this.#ended !== undefined, wordsAt: this.#wordsAt });
    this.#lastEnd = Math.max(this.#lastEnd, end);
    this.#open = false;
    this.#start = this.#lastEnd;
    this.#ended = undefined;
    this.#enginesEnd = undefined;
    this.#quiet = undefined;
    this.#wordsAt = undefined;
    this.#voiceSince = undefined;
    this.#isLate = false;
    this.#eager = false;
    return { ...heard, end };
  }
}

/** The current position in the audio: the latest one that was reported, plus the time since. */
class Position {
  readonly #sinceMs: (positionMs: number) => number;
  #aheadMs: number | undefined;

  constructor(sinceMs: (positionMs: number) => number) {
    this.#sinceMs = sinceMs;
  }

  note(position: number): void {
    if (!Number.isFinite(position)) return;
    const ahead = position + Math.max(0, this.#sinceMs(position)) - asyncScheduler.now();
    this.#aheadMs = Math.max(this.#aheadMs ?? -Infinity, ahead);
  }

  get now(): number {
    return this.#aheadMs === undefined ? this.#sinceMs(0) : asyncScheduler.now() + this.#aheadMs;
  }
}
