import { gateway } from 'ai';
import type { VoiceConfig } from 'rxvoice';
import { aiLlm } from 'rxvoice/ai';
import { standIn } from './standIn.ts';

/**
 * The model: any one of the AI SDK, here of its gateway, if the shell has its key (`export AI_GATEWAY_API_KEY=…`), else a
 * stand-in that needs none. Tools that you have go through `aiTools` into bot.ts.
 */
export const llm: VoiceConfig['llm'] = process.env['AI_GATEWAY_API_KEY']
  ? aiLlm(gateway('openai/gpt-6-luna'))
  : standIn;
