import { wordsOf } from '../stt/sameWords.ts';
import type { BotState } from './botState.ts';
import { backchannels, type BackchannelLanguage, interruptions } from './backchannels.ts';

/** What words of the user's mean while the bot thinks or speaks. */
export type Verdict =
  /** The user wants to speak. */
  | 'interrupts'
  /** Only shows that they listen. */
  | 'backchannel'
  /** Too few words. */
  | 'short'
  /** The bot's own voice, come back through the microphone. */
  | 'echo';

/** How words are judged. */
export interface InterruptionOptions {
  /** The language of the lists. Default `en`. */
  readonly language?: BackchannelLanguage;
  /** Words and phrases that always interrupt. Default `interruptions[language]`. */
  readonly always?: readonly string[];
  /** Those that never do when nothing else is said. Default `backchannels[language]`. */
  readonly never?: readonly string[];
  /** How many words it takes otherwise. Default 1. */
  readonly minWords?: number;
}

/**
 * Judges what the user said while the bot was thinking or speaking. "Okay" is no interruption, but it is an answer when
 * the bot is just asking something.
 *
 * @example
 * interruption('uh-huh, okay', bot) // 'backchannel'
 */
export function interruption(text: string, bot: BotState, options: InterruptionOptions = {}): Verdict {
  const { language = 'en', minWords = 1 } = options;
  const { always = interruptions[language], never = backchannels[language] } = options;
  const words = wordsOf(text);
  if (bot.warmingUp && words.length > 0 && has(wordsOf(bot.text), words)) return 'echo';
  if (always.some(phrase => has(words, wordsOf(phrase)))) return 'interrupts';
  const asking = /[?？]\s*$/u.test(bot.sentence);
  if (!asking && madeOf(words, never.map(wordsOf))) return 'backchannel';
  return words.length < minWords ? 'short' : 'interrupts';
}

/** Whether these words come in a text, one after the other. */
const has = (text: readonly string[], words: readonly string[]): boolean =>
  text.some((_, from) => words.every((word, index) => text[from + index] === word));

/** Whether a text is nothing but these phrases. */
function madeOf(text: readonly string[], phrases: readonly (readonly string[])[]): boolean {
  // Each place once, however many ways lead there: "uh huh" is also "uh" and "huh". What is added is visited, too.
  const reached = new Set([0]);
  for (const at of reached)
    for (const phrase of phrases)
      if (phrase.every((word, index) => text[at + index] === word)) reached.add(at + phrase.length);
  return reached.has(text.length);
}
