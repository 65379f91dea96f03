import type { BotState } from './botState.ts';
import type { InterruptionOptions, Verdict } from './interruption.ts';

/** Rules for an interruption of the bot. */
export interface BargeInProfile extends InterruptionOptions {
  /**
   * The effect of a voice before there are words. `pause` silences the bot at once and resumes if no words follow;
   * `cut` ends the reply; `wait` lets the bot speak until there are words.
   *
   * @defaultValue `pause`
   */
  readonly onVoice?: 'pause' | 'cut' | 'wait';
  /** The shortest voice that does so, ms. Default 0. */
  readonly minVoiceMs?: number;
  /** How long a paused bot waits for words after the last sign of them, ms. Default 2,000. */
  readonly resumeMs?: number;
}

/** When the user interrupts the bot. Each part can be replaced on its own. */
export interface BargeInOptions extends BargeInProfile {
  /** Rules that differ while the bot prepares its answer. */
  readonly thinking?: BargeInProfile;
  /** Rules that differ while the bot is audible. */
  readonly speaking?: BargeInProfile;
  /** Judges words. Default {@link interruption}. */
  readonly judge?: (text: string, bot: BotState, options: InterruptionOptions) => Verdict;
  /**
   * Sentences of the bot that nothing interrupts; the user's words meanwhile are answered after them. Default: none.
   */
  readonly protect?: (sentence: string) => boolean;
  /**
   * The echo canceller of a device needs this much of the bot's voice to adapt, ms. Until then a voice without words,
   * and the bot's own words, have no effect. Default 0.
   */
  readonly warmUpMs?: number;
}
