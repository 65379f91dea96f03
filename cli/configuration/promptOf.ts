import type { VoiceConfig } from '../../lib/index.ts';

/** What the model is told, for a `setup` that is given the model as a function: its own prompt goes first, as in `setup`. */
export function promptOf({ llm, systemPrompt }: VoiceConfig): Pick<VoiceConfig, 'systemPrompt'> {
  const prompt = (typeof llm === 'function' ? undefined : llm.systemPrompt) ?? systemPrompt;
  return prompt === undefined ? {} : { systemPrompt: prompt };
}
