import { describe, expect, it } from 'vitest';
import { promptOf } from '../../../cli/configuration/promptOf.ts';
import type { VoiceConfig } from '../../../lib/index.ts';

describe('the prompt of a configuration', () => {
  const engines = { stt: { engine: 'local' }, tts: { engine: 'local' } } as const;
  const of = (config: Pick<VoiceConfig, 'llm' | 'systemPrompt'>) => promptOf({ ...engines, ...config });

  it('should be the model’s own, as in setup, else that of the bot', () => {
    const llm = { engine: 'builtin', systemPrompt: 'Be brief.' } as const;
    expect(of({ llm, systemPrompt: 'Be long.' })).toEqual({ systemPrompt: 'Be brief.' });
    expect(of({ llm: { engine: 'builtin' }, systemPrompt: 'Be long.' })).toEqual({
      systemPrompt: 'Be long.',
    });
    expect(of({ llm: { engine: 'builtin' } })).toEqual({});
  });
});
