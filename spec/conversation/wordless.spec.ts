import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Llm, LlmEvent } from '../../lib/llm/message.ts';
import { outline, run } from './call.ts';

const question = { from: 500, to: 1_500, text: 'What is the weather?' };
const answering =
  (...events: readonly LlmEvent[]): Llm =>
  () =>
    of(...events);
const endings = (llm: Llm, more: object = {}): string[] =>
  outline(run({ says: [question], lasts: 8_000, llm, apology: 'Sorry, again please.', ...more }).values)
    .map(([, what]) => what)
    .filter(what => /turn\.failed|bot\.apologised|bot\.spoke|bot\.filler/u.test(what));

describe('an answer without a word that can be spoken', () => {
  const token = (text: string): LlmEvent => ({ type: 'token', text });

  it.each<[string, Llm]>([
    ['nothing at all', answering()],
    ['an empty text', answering(token(''))],
    ['spaces', answering(token(' '), token('\n'))],
    ['marks', answering(token('**'), token('…'))],
    ['an emoji', answering(token('👍'))],
    ['thoughts only', answering(token('<think>The user asks'), token(' for the weather.</think>'))],
    ['a usage only', answering({ type: 'usage', promptTokens: 1, completionTokens: 0 })],
    [
      'the result of a tool only',
      answering(
        { type: 'toolCall', id: 'a', name: 'now', arguments: '{}' },
        { type: 'toolResult', id: 'a', name: 'now', content: 'noon' },
      ),
    ],
  ])('should fail the turn, and be apologised for: %s', (_, llm) => {
    expect(endings(llm)).toEqual(['1 turn.failed', '1 bot.apologised', '0 bot.spoke']);
  });

  it.each<[string, Llm]>([
    ['a word', answering(token('Yes'))],
    ['a number', answering(token('12'))],
    [
      'a word before a tool',
      answering(token('Let me see.'), { type: 'toolCall', id: 'a', name: 'now', arguments: '{}' }),
    ],
    ['words of another script', answering(token('是的。'))],
  ])('should be none where there is %s', (_, llm) => {
    expect(endings(llm)).toEqual(['1 bot.spoke']);
  });

  it('should not be taken for one where the program has nothing said', () => {
    expect(endings(answering(token('Yes.')), { greeting: '…' })).toEqual(['0 bot.spoke', '1 bot.spoke']);
  });
});
