import type { VoiceConfig } from '../../lib/index.ts';
import type { Config } from './configure.ts';

/** System prompt for a `setup` that gets the model as a function; the model's own prompt goes first, as in `setup`. */
export function promptOf(config: Config): Pick<VoiceConfig, 'systemPrompt'> {
  const model = 'realtime' in config ? config.realtime : config.llm;
  const prompt = (typeof model === 'function' ? undefined : model.systemPrompt) ?? config.systemPrompt;
  return prompt === undefined ? {} : { systemPrompt: prompt };
}
