import type { VoiceConfig } from '../../lib/index.ts';

/** System prompt for a `setup` that gets the model as a function; the model's own prompt goes first, as in `setup`. */
export function promptOf({ llm, systemPrompt }: VoiceConfig): Pick<VoiceConfig, 'systemPrompt'> {
  const prompt = (typeof llm === 'function' ? undefined : llm.systemPrompt) ?? systemPrompt;
  return prompt === undefined ? {} : { systemPrompt: prompt };
}
