import type { Language } from '../languages/language.ts';
import { languageOf, type LanguageTag } from '../languages/languages.ts';
import { hasPhrase, isMadeOf, isPartOf } from '../languages/phrases.ts';
import { countWords } from '../stt/sameWords.ts';
import type { BotState } from './botState.ts';

/** How the user's words count while the bot thinks or speaks. */
export type Verdict =
  /** The user wants to speak. */
  | 'interrupts'
  /** The user only shows attention. */
  | 'backchannel'
  /** Too few words. */
  | 'short'
  /** The bot's own voice, picked up by the microphone. */
  | 'echo';

/** How words are judged. */
export interface InterruptionOptions {
  /**
   * The language of the lists: its tag, also with a region (`de-AT`), `und` for one that rxvoice does not know, or a
   * {@link Language} of your own. Default `en`; with `setup` the language of its speech-to-text, if known.
   */
  readonly language?: LanguageTag | (string & {}) | Language;
  /** Words and phrases that always interrupt. Default `interruptions[language]`. */
  readonly always?: readonly string[];
  /** Words and phrases that never interrupt when nothing else is said. Default `backchannels[language]`. */
  readonly never?: readonly string[];
  /** The fewest other words that interrupt, in any script. Default 1. */
  readonly minWords?: number;
}

/**
 * Judges the user's words while the bot thinks or speaks. "Okay" is no interruption, but it is an answer if the bot
 * has just asked something.
 *
 * @throws RxvoiceError for a `language` of no known tag.
 *
 * @example
 * interruption('uh-huh, okay', bot) // 'backchannel'
 */
export function interruption(text: string, bot: BotState, options: InterruptionOptions = {}): Verdict {
  const language = languageOf(options.language ?? 'en');
  const { always = language.interruptions, never = language.backchannels, minWords = 1 } = options;
  if (bot.warmingUp && isPartOf(text, bot.text)) return 'echo';
  const asking = /[?？؟]\s*$/u.test(bot.sentence);
  if (!asking && isMadeOf(text, without(never, always))) return 'backchannel';
  if (hasPhrase(text, always)) return 'interrupts';
  return minWords > 1 && countWords(text) < minWords ? 'short' : 'interrupts';
}

const kept = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

/** The phrases that never interrupt, except words that are part of a phrase that always does. */
function without(never: readonly string[], always: readonly string[]): readonly string[] {
  const known = kept.get(never)?.get(always);
  if (known !== undefined) return known;
  const list = never.filter(phrase => !isMadeOf(phrase, always));
  const byAlways = kept.get(never) ?? new WeakMap<readonly string[], readonly string[]>();
  kept.set(never, byAlways.set(always, list));
  return list;
}
