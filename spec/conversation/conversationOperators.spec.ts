import { filter, ignoreElements, map, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationOperators } from '../../lib/conversation/conversationOperators.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { run } from './call.ts';

const call = (operators: ConversationOperators) => {
  const { events, failed, alive } = run({
    says: [{ from: 500, to: 1_500, text: 'What is new?' }],
    lasts: 6_000,
    operators,
  });
  const end = events.find(({ type }) => type === 'bot.spoke' || type === 'turn.failed');
  const said = events.find(({ type }) => type === 'user.said');
  return { end, said, failed, alive };
};
const bug = (): never => {
  throw new Error('a bug');
};

describe('operators of the program', () => {
  it('should change what is understood, written, spoken and heard', () => {
    const transcripts = map((event: SttEvent): SttEvent =>
      'text' in event ? { ...event, text: event.text.toUpperCase() } : event,
    );
    expect(call({ transcripts }).said).toMatchObject({ text: 'WHAT IS NEW?' });
    expect(call({ text: map(text => text.replace('sunny', 'rainy')) }).end).toMatchObject({
      text: 'Hi there. It is rainy today.',
    });
    expect(call({ sentences: filter(text => !text.includes('Hi')) }).end).toMatchObject({
      type: 'bot.spoke',
      text: 'It is sunny today.',
    });
    expect(
      call({ audio: map(frame => ({ ...frame, pcm: frame.pcm.map(sample => sample / 2) })) }).end,
    ).toMatchObject({ type: 'bot.spoke' });
  });

  it.each<[string, ConversationOperators, string]>([
    ['text', { text: () => throwError(() => new Error('a bug')) }, 'llm'],
    ['text, as it is applied', { text: bug }, 'llm'],
    ['sentences', { sentences: map(bug) }, 'llm'],
    ['sentences, as they are applied', { sentences: bug }, 'llm'],
    ['audio', { audio: map(bug) }, 'tts'],
    ['audio, as it is applied', { audio: bug }, 'tts'],
    ['audio that is dropped', { audio: ignoreElements() }, 'tts'],
  ])('should fail the turn by an error, and name its stage: %s', (_, operators, stage) => {
    const { end, failed, alive } = call(operators);
    expect([end, failed, alive]).toMatchObject([{ type: 'turn.failed', stage }, undefined, 0]);
  });

  it.each<[string, ConversationOperators]>([
    ['later', { transcripts: map(bug) }],
    ['as it is applied', { transcripts: bug }],
  ])('should end the call by an error in transcripts, %s', (_, operators) => {
    const { failed, alive } = call(operators);
    expect([failed?.error, alive]).toEqual([new Error('a bug'), 0]);
  });
});
