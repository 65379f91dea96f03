import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import { type AudioFrame, silence } from '../audio/frame.ts';
import type { Language } from '../languages/language.ts';
import { languageOf, type LanguageTag } from '../languages/languages.ts';
import { endingWith } from '../rx/endingWith.ts';
import { stateMachine } from '../rx/stateMachine.ts';
import { completeness, type Completeness } from './completeness.ts';
import type { EndingContext } from './ending/context.ts';
import { endingMachine } from './ending/endingMachine.ts';
import { patience, type Silence } from './patience.ts';
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
    defer(() => transcript$.pipe(endingWith(over), stateMachine(endingMachine(contextOf(options, clues)))));

/** The engine has completed or failed. */
const over = { type: 'over' } as const;

function contextOf(
  { silenceMs = patience(), finalMs = Infinity, watchdogMs = 5_000, ...options }: EndOfTurnOptions,
  { sinceMs = () => 0, audio = () => silence(0) }: EndOfTurnClues,
): EndingContext {
  const language = languageOf(options.language ?? 'en');
  const numbers = [silenceMs, finalMs].filter(ms => typeof ms === 'number').filter(Number.isFinite);
  return {
    silenceMs: typeof silenceMs === 'number' ? () => silenceMs : silenceMs,
    completeness: options.completeness ?? (turn => completeness(turn, language)),
    language,
    finalMs,
    watchdogMs,
    longestMs: Math.max(watchdogMs, ...numbers),
    sinceMs,
    audio,
  };
}
