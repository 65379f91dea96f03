import type { BotState } from '../../lib/conversation/botState.ts';

/** An idle bot; change the fields that matter. */
export const bot = (state: Partial<BotState> = {}): BotState => ({
  doing: 'nothing',
  sentence: '',
  text: '',
  protectedMs: 0,
  warmingUp: false,
  ...state,
});

/** A bot that is heard saying this. */
export const speaking = (state: Partial<BotState> = {}): BotState =>
  bot({ doing: 'speaking', sentence: 'Once upon a time.', text: 'Once upon a time.', ...state });
