import { describe, expect, it } from 'vitest';
import { systemPrompt } from '../../lib/llm/systemPrompt.ts';

describe('systemPrompt', () => {
  it('should be short, since it is read again every turn', () => {
    expect(systemPrompt.split(/\s+/).length).toBeLessThanOrEqual(300);
  });

  it('should keep its own rule: no markdown', () => {
    expect(systemPrompt).not.toMatch(/[*_#`[\]<>]|^\s*-/m);
  });

  it.each([
    /markdown/,
    /misheard/,
    /short sentence/,
    /talk over you/,
    /don't start over/,
    /don't know/,
    /goodbye/,
  ])('should say what a voice bot must know: %s', topic => {
    expect(systemPrompt).toMatch(topic);
  });
});
