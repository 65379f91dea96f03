import { describe, expect, it } from 'vitest';
import { scriptedLlm } from '../../lib/testing/index.ts';
import { run } from './call.ts';

describe('an hour of conversation', () => {
  it('should pass in seconds of virtual time: 600 turns, 180,000 frames, nothing left at the end', () => {
    const says = Array.from({ length: 600 }, (_, index) => ({
      from: index * 6_000 + 200,
      to: index * 6_000 + 1_700,
      text: `This is question ${index}.`,
    }));
    const { events, completedAt, alive, mostReplies } = run({
      says,
      lasts: 3_600_000,
      llm: scriptedLlm(messages => `You asked: ${messages.at(-1)?.content ?? ''} That is all.`),
    });
    const count = (type: string): number => events.filter(event => event.type === type).length;
    expect(completedAt).toBe(3_600_000);
    expect([count('user.said'), count('bot.spoke'), count('turn.failed')]).toEqual([600, 600, 0]);
    expect([alive, mostReplies]).toEqual([0, 1]);
  }, 60_000);
});
