import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Message } from '../../lib/llm/message.ts';

const after = (...events: ConversationEvent[]) => events.reduce<readonly Message[]>(remember, []);
const said = (turn: number, text: string): ConversationEvent => ({
  type: 'user.said',
  turn,
  text,
  silenceMs: 0,
});

describe('remember', () => {
  it('should hold what the user said and what the user heard', () => {
    expect(
      after(
        said(1, 'Tell me a story.'),
        { type: 'bot.interrupted', turn: 1, heard: 'Once upon', text: 'Once upon a time.', audioMs: 700 },
        said(2, 'A short one.'),
        { type: 'bot.spoke', turn: 2, text: 'The end.', audioMs: 900 },
      ),
    ).toEqual([
      { role: 'user', content: 'Tell me a story.' },
      { role: 'assistant', content: 'Once upon' },
      { role: 'user', content: 'A short one.' },
      { role: 'assistant', content: 'The end.' },
    ]);
  });

  it('should hold no answer of which nothing was heard, and keep the roles alternating', () => {
    expect(
      after(
        said(1, 'I would like'),
        { type: 'bot.interrupted', turn: 1, heard: '', text: '', audioMs: 0 },
        said(2, 'a coffee.'),
        { type: 'turn.failed', turn: 2, stage: 'llm', cause: new Error('gone'), heard: '', audioMs: 0 },
        said(3, 'Please.'),
      ),
    ).toEqual([{ role: 'user', content: 'I would like a coffee. Please.' }]);
  });

  it('should hold what was heard before a turn failed', () => {
    expect(
      after(said(1, 'Hi.'), {
        type: 'turn.failed',
        turn: 1,
        stage: 'tts',
        cause: 0,
        heard: 'Hello',
        audioMs: 300,
      }),
    ).toEqual([
      { role: 'user', content: 'Hi.' },
      { role: 'assistant', content: 'Hello' },
    ]);
  });

  it('should give results to the calls of an id in order, those of a round before left alone', () => {
    const called: ConversationEvent = { type: 'bot.tool', turn: 1, id: 'x', name: 'clock', arguments: '{}' };
    const result = (content: string): ConversationEvent => ({
      type: 'bot.toolResult',
      turn: 1,
      id: 'x',
      name: 'clock',
      content,
    });
    const results = after(
      ...[said(1, 'When?'), called, called, result('noon'), result('one')],
      ...[called, called, result('two')],
    ).filter(({ role }) => role === 'tool');
    expect(results.map(({ content }) => content)).toEqual([
      ...['noon', 'one', 'two'],
      expect.stringContaining('still running'),
    ]);
  });

  it('should leave the history before an event as it was', () => {
    const before = after(said(1, 'Hi.'));
    remember(before, said(2, 'Hello?'));
    expect(before).toEqual([{ role: 'user', content: 'Hi.' }]);
  });
});
