import type { BotState } from '../../lib/conversation/botState.ts';

/** A bot that does nothing; change what matters. */
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
