import { from, map, merge, NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { turnMetrics } from '../../lib/index.ts';
import { scriptedLlm, scriptedTts, virtualTime } from '../../lib/testing/index.ts';
import type { Notice } from '../../lib/engine.ts';
import type { Message } from '../../lib/llm/message.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import { run } from './call.ts';

const question = { from: 500, to: 1_500, text: 'What is the weather?' };
const at = (ms: number, notice: Notice) => timer(ms).pipe(map(() => notice));
const story = scriptedLlm('Once upon a time there was a king. He had a daughter. She had a frog.');

describe('notices of engines', () => {
  it('should be warnings and connections of the call, and end with it', () => {
    const llm = Object.assign(scriptedLlm('Sunny.'), {
      notice$: merge(
        at(50, { type: 'warning', message: 'The model is slow today.' }),
        at(1_900, { type: 'connected', reused: true, ms: 0 }),
        NEVER,
      ),
    });
    const { values, completedAt, events } = run({ says: [question], lasts: 6_000, session: { llm } });
    expect(values[1]).toEqual({
      at: 50,
      value: { type: 'call.warning', stage: 'llm', message: 'The model is slow today.' },
    });
    expect(completedAt).toBe(6_000);
    const turns = virtualTime(() => from(events).pipe(turnMetrics())).values;
    expect(turns[0]?.value.connections).toEqual({ llm: { reused: true, ms: 0 } });
  });

  it('should correct what was heard of a cut reply', () => {
    const tts: Tts = Object.assign(scriptedTts(), {
      notice$: merge(at(3_850, { type: 'heard', text: 'Once upon a time' }), NEVER),
    });
    const { events, asked } = run({
      says: [question, { from: 3_000, to: 3_800, text: 'Wait.' }],
      lasts: 9_000,
      llm: story,
      session: { tts },
    });
    expect(events).toContainEqual({ type: 'user.heard', turn: 1, heard: 'Once upon a time' });
    expect(asked[1]?.slice(1)).toEqual([
      { role: 'user', content: 'What is the weather?' },
      { role: 'assistant', content: 'Once upon a time' },
      { role: 'user', content: 'Wait.' },
    ]);
  });

  it('should not correct what was heard once the next turn is answered', () => {
    const tts: Tts = Object.assign(scriptedTts(), {
      notice$: merge(at(5_000, { type: 'heard', text: 'Once upon a time' }), NEVER),
    });
    const { events } = run({
      says: [question, { from: 3_000, to: 3_800, text: 'Wait.' }],
      lasts: 9_000,
      llm: story,
      session: { tts },
    });
    expect(events.map(({ type }) => type)).not.toContain('user.heard');
  });

  it('should leave nothing in the history of a reply of which nothing was heard after all', () => {
    const user: Message = { role: 'user', content: 'Hi' };
    const cut = { type: 'bot.interrupted', turn: 1, heard: 'Once', text: 'Once upon', audioMs: 200 } as const;
    expect(
      [cut, { type: 'user.heard', turn: 1, heard: '' } as const].reduce<readonly Message[]>(remember, [user]),
    ).toEqual([user]);
  });
});
