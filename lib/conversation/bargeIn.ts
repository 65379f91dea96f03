import type { OperatorFunction } from 'rxjs';
import { stateMachine } from '../rx/stateMachine.ts';
import type { UserTurnEvent } from '../stt/userTurns.ts';
import type { BotState } from './botState.ts';
import { type FloorEvent, floor } from './floor.ts';
import type { InterruptionOptions, Verdict } from './interruption.ts';

/** What it takes to interrupt the bot. */
export interface BargeInProfile extends InterruptionOptions {
  /**
   * What a voice does before there are words: `pause` silences the bot at once and lets it go on where it was if no
   * words follow; `cut` ends the reply; `wait` lets the bot speak until there are words.
   *
   * @defaultValue `pause`
   */
  readonly onVoice?: 'pause' | 'cut' | 'wait';
  /** How long a voice must last before it does, ms. Default 0. */
  readonly minVoiceMs?: number;
  /** How long a paused bot waits for words that count after the last sign of them, ms. Default 2,000. */
  readonly resumeMs?: number;
}

/** When the user interrupts the bot. Each piece may be replaced alone. */
export interface BargeInOptions extends BargeInProfile {
  /** What is different while the bot works on its answer. */
  readonly thinking?: BargeInProfile;
  /** What is different while the bot is heard. */
  readonly speaking?: BargeInProfile;
  /** Judges words. Default {@link interruption}. */
  readonly judge?: (text: string, bot: BotState, options: InterruptionOptions) => Verdict;
  /** Sentences of the bot that nothing interrupts; what the user says meanwhile is answered after. Default: none. */
  readonly protect?: (sentence: string) => boolean;
  /**
   * While the echo canceller of a device still learns, for so much of the bot's own voice in a call, ms, a mere voice
   * does nothing, and neither do the bot's own words. Default 0.
   */
  readonly warmUpMs?: number;
}

/**
 * Decides who has the floor when the user is heard while the bot thinks or speaks; see {@link floor}. Turns that get it
 * pass; those that don't become `ignored`.
 *
 * @example
 * userTurn$.pipe(bargeIn({ minWords: 2, thinking: { minWords: 1 } }, () => bot))
 */
export const bargeIn = (
  options: BargeInOptions,
  bot: () => BotState,
  sinceMs: (positionMs: number) => number = () => 0,
): OperatorFunction<UserTurnEvent, UserTurnEvent | FloorEvent> =>
  stateMachine(floor({ options, bot, sinceMs }));
