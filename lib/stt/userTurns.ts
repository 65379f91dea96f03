import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  endWith,
  expand,
  mergeMap,
  type Observable,
} from 'rxjs';
import { type OperatorFunction, switchMap, throwError, timer } from 'rxjs';
import { countWords, joinedText, saysAnything } from './sameWords.ts';
import type { SttEvent } from './stt.ts';
import { RxvoiceError } from '../errors.ts';
import { longestTimerMs } from '../rx/timers.ts';

/** An event of a user's turn (1, 2, …). Positions are in the input's audio, ms. */
export type UserTurnEvent =
  /**
   * The turn begins; `at` is where the voice begins, `Infinity` if the engine emitted words without `speechStart`.
   */
  | { readonly type: 'speaking'; readonly turn: number; readonly at: number }
  | { readonly type: 'interim'; readonly turn: number; readonly text: string }
  | { readonly type: 'final'; readonly turn: number; readonly text: string }
  /** The turn may be over, with these words: time to prepare an answer. */
  | { readonly type: 'eager'; readonly turn: number; readonly text: string }
  /** After `eager` or `quiet`: the user goes on. */
  | { readonly type: 'resumed'; readonly turn: number }
  /** The voice ended at `at`; `text` is the recognised text so far. The user may go on. */
  | { readonly type: 'quiet'; readonly turn: number; readonly text: string; readonly at: number }
  /** The voice ended without recognised words. The turn goes on with the next voice. */
  | { readonly type: 'silent'; readonly turn: number }
  /** The turn is over: `text` is all its words, `end` is where the voice ended. */
  | { readonly type: 'said'; readonly turn: number; readonly text: string; readonly end: number };

/** When a user's turn ends. */
export interface UserTurnsOptions {
  /** The longest turn, ms; what follows is the next turn. Default 20,000; `Infinity` for no limit. */
  readonly maxMs?: number;
  /** The most final words in a turn, in any script. Default `Infinity`: no limit. */
  readonly maxWords?: number;
}

/**
 * Folds an engine's events into the user's turns. Each turn begins with one `speaking`. It ends with `utteranceEnd`,
 * or at `maxMs` with the words that are final by then (if none is, with the next final). Later words form the next
 * turn, so that nothing is lost or doubled. Text without a letter or digit, of any script, does not count. Words that
 * are still open when the audio ends or the engine fails are emitted too.
 *
 * @throws RxvoiceError for a `maxMs` of 0 or less.
 */
export const userTurns = ({ maxMs = 20_000, maxWords = Infinity }: UserTurnsOptions = {}): OperatorFunction<
  SttEvent,
  UserTurnEvent
> => {
  if (!(maxMs > 0))
    throw new RxvoiceError(`turns.maxMs: expected more than 0 ms, or Infinity for never, but got ${maxMs}.`);
  return transcript$ =>
    defer(() => {
      const turns = new Turns(maxMs, maxWords);
      const wait = (): Observable<unknown> => (turns.dueInMs === undefined ? EMPTY : timer(turns.dueInMs));
      // A monologue may be cut several times, whatever other events arrive.
      const cuts$ = defer(wait).pipe(
        expand(wait),
        mergeMap(() => turns.due()),
      );
      return transcript$.pipe(
        endWith(over),
        switchMap(heard => (heard.type === 'over' ? EMPTY : concat(turns.hear(heard), cuts$))),
        catchError((error: unknown) =>
          concat(
            defer(() => turns.finish()),
            throwError(() => error),
          ),
        ),
        turn$ =>
          concat(
            turn$,
            defer(() => turns.finish()),
          ),
      );
    });
};

/** Ends the waiting. */
const over = { type: 'over' } as const;

/** The state of one subscription: the open turn. */
class Turns {
  readonly #maxMs: number;
  readonly #maxWords: number;
  #turn = 1;
  #speaking = false;
  #quiet = false;
  #overdue = false;
  #finals: string[] = [];
  #words = 0;
  #interim = '';
  /** Where the voice of the open turn ended, as far as that is known; else where the turn before did. */
  #end = 0;
  /** The end of the previous turn, or the start of this turn's voice: the turn does not end earlier. */
  #from = 0;
  /** When the user began to speak, or the last cut. */
  #since: number | undefined;

  constructor(maxMs: number, maxWords: number) {
    this.#maxMs = maxMs;
    this.#maxWords = maxWords;
  }

  /** The time until the turn is too long; `undefined` when none is open. */
  get dueInMs(): number | undefined {
    if (this.#since === undefined || this.#maxMs > longestTimerMs) return undefined;
    return Math.max(0, this.#since + this.#maxMs - asyncScheduler.now());
  }

  /** The turn is too long: cuts it at its final words, or at the next ones. */
  due(): UserTurnEvent[] {
    // The open interim belongs to the next turn: its words will be final there.
    this.#since = this.#speaking ? asyncScheduler.now() : undefined;
    this.#overdue = this.#speaking;
    return this.#finals.length > 0 ? this.#commit(joinedText(this.#finals)) : [];
  }

  hear(signal: SttEvent): UserTurnEvent[] {
    switch (signal.type) {
      case 'speechStart':
        if (this.#quiet) return this.#resume();
        return this.#speak(signal.at);
      case 'interim': {
        if (!saysAnything(signal.text)) return [];
        this.#interim = signal.text;
        return [...this.#speak(Infinity), { type: 'interim', turn: this.#turn, text: this.#text }];
      }
      case 'final': {
        this.#interim = '';
        if (!saysAnything(signal.text)) return [];
        this.#finals.push(signal.text);
        this.#end = signal.end;
        if (this.#maxWords < Infinity) this.#words += countWords(signal.text);
        const events: UserTurnEvent[] = [
          ...this.#speak(Infinity),
          { type: 'final', turn: this.#turn, text: signal.text },
        ];
        if (!this.#overdue && this.#words <= this.#maxWords) return events;
        this.#since = asyncScheduler.now();
        return [...events, ...this.#commit()];
      }
      case 'utteranceEnd': {
        this.#end = signal.end;
        const events = this.#commit();
        this.#interim = '';
        this.#since = undefined;
        return events;
      }
      case 'eagerEnd': {
        const text = joinedText([...this.#finals, signal.text].filter(saysAnything));
        return text === '' ? [] : [...this.#speak(Infinity), { type: 'eager', turn: this.#turn, text }];
      }
      case 'resumed':
        return this.#speaking ? this.#resume() : [];
      case 'speechEnd':
        this.#quiet = this.#speaking;
        return this.#speaking ? [{ type: 'quiet', turn: this.#turn, text: this.#text, at: signal.at }] : [];
      default:
        throw unknown(signal);
    }
  }

  /** Events for the words that remain when the engine completes. */
  finish(): UserTurnEvent[] {
    return this.#commit();
  }

  get #text(): string {
    return joinedText([...this.#finals, this.#interim]);
  }

  #speak(at: number): UserTurnEvent[] {
    if (this.#speaking) return [];
    this.#speaking = true;
    this.#since ??= asyncScheduler.now();
    if (at < Infinity) this.#from = Math.max(this.#from, at);
    return [{ type: 'speaking', turn: this.#turn, at: at < Infinity ? this.#from : at }];
  }

  #resume(): UserTurnEvent[] {
    this.#quiet = false;
    return [{ type: 'resumed', turn: this.#turn }];
  }

  /** Ends the turn with these words, if there are any. */
  #commit(text = this.#text): UserTurnEvent[] {
    const turn = this.#turn;
    const speaking = text === '' ? [] : this.#speak(Infinity);
    if (!this.#speaking) return [];
    this.#speaking = false;
    this.#quiet = false;
    this.#overdue = false;
    this.#finals = [];
    this.#words = 0;
    if (text === '') return [{ type: 'silent', turn }];
    this.#turn += 1;
    this.#end = this.#from = Math.max(this.#end, this.#from);
    return [...speaking, { type: 'said', turn, text, end: this.#end }];
  }
}

/** An engine of the program's own may emit other types, since not all callers use TypeScript. */
const unknown = ({ type }: { readonly type: string }): RxvoiceError =>
  new RxvoiceError(
    `The speech-to-text engine emitted '${type}': emit speechStart, interim, final, eagerEnd, resumed, speechEnd or utteranceEnd.`,
    { stage: 'stt' },
  );
