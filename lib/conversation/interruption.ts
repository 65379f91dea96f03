import type { Language } from '../languages/language.ts';
import { languageOf, type LanguageTag } from '../languages/languages.ts';
import { beginsPhrase, hasPhrase, isMadeOf, isPartOf } from '../languages/phrases.ts';
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

/** The most characters of the user's words that are judged: more than two minutes of speech. */
const longest = 2_000;

/**
 * Judges the user's words while the bot was thinking or speaking. "Okay" is no interruption, but it is an answer when
 * the bot is just asking something. It judges the first 2,000 characters.
 *
 * @throws RxvoiceError for a `language` of no known tag.
 *
 * @example
 * interruption('uh-huh, okay', bot) // 'backchannel'
 */
export function interruption(said: string, bot: BotState, options: InterruptionOptions = {}): Verdict {
  const text = beginningOf(said);
  const language = languageOf(options.language ?? 'en');
  const { always = language.interruptions, never = language.backchannels, minWords = 1 } = options;
  const { interruptionEndings, backchannelEndings } = language;
  if (bot.warmingUp && isPartOf(text, bot.text)) return 'echo';
  if (!isAsking(bot) && isMadeOf(text, without(never, always), backchannelEndings)) return 'backchannel';
  if (hasPhrase(text, always, interruptionEndings)) return 'interrupts';
  return minWords > 1 && countWords(text) < minWords ? 'short' : 'interrupts';
}

/** Up to the last space, where there is one: half a word is another word. */
const beginningOf = (text: string): string =>
  text.length <= longest ? text : text.slice(0, text.lastIndexOf(' ', longest) + 1 || longest);
/**
 * Whether words may still become a back-channel: engines report "I" before "I see". They decide nothing yet.
 *
 * @example
 * mayBecomeBackchannel('I', bot) // true
 */
export function mayBecomeBackchannel(
  text: string,
  bot: BotState,
  options: InterruptionOptions = {},
): boolean {
  const language = languageOf(options.language ?? 'en');
  const { always = language.interruptions, never = language.backchannels } = options;
  const { interruptionEndings, backchannelEndings } = language;
  return (
    !isAsking(bot) &&
    !hasPhrase(text, always, interruptionEndings) &&
    beginsPhrase(text, without(never, always), backchannelEndings)
  );
}

const isAsking = (bot: BotState): boolean => /[?？؟]\s*$/u.test(bot.sentence);

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
