import { concat, defer, interval, map, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silence } from '../../../lib/audio/frame.ts';
import { conversation } from '../../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../../lib/conversation/conversationOptions.ts';
import type { Llm, LlmEvent } from '../../../lib/llm/message.ts';
import { tool } from '../../../lib/llm/tool.ts';
import { energyStt, scriptedTts, virtualTime } from '../../../lib/testing/index.ts';

const hum = {
  pcm: Int16Array.from({ length: 320 }, (_, index) => 8_000 * Math.sin(index * 0.2)),
  sampleRate: 16_000,
};
const token = (text: string, ms: number) => timer(ms).pipe(map((): LlmEvent => ({ type: 'token', text })));
const slow = tool({
  name: 'weather',
  description: 'The weather.',
  parameters: z.object({}),
  run: () => timer(8_000).pipe(map(() => 'sunny')),
});

/**
 * The user asks for 1 s from 0.5 s on. The bot says "Let me check." from about 2 s to 2.8 s, and then nothing while a
 * tool runs, or the model thinks, up to 10 s. The user speaks again from `at`, for a second.
 */
function inTheGap(at: number, options: Partial<ConversationOptions>, gap: 'tool' | 'model' = 'tool') {
  let asked = 0;
  const llm: Llm = () =>
    defer(() =>
      asked++ > 0
        ? token('It is sunny.', 100)
        : concat(
            token('Let me check.', 100),
            gap === 'tool'
              ? timer(100).pipe(
                  map((): LlmEvent => ({ type: 'toolCall', id: 't', name: 'weather', arguments: '{}' })),
                )
              : token(' It is sunny.', 8_000),
          ),
    );
  const mic$ = interval(20).pipe(
    take(700),
    map(index => {
      const ms = index * 20;
      return (ms >= 500 && ms < 1_500) || (ms >= at && ms < at + 1_000) ? hum : silence(20, 16_000);
    }),
  );
  const { values } = virtualTime(() =>
    conversation({
      stt: energyStt(['Weather?', 'Forget it please.']),
      llm,
      tts: scriptedTts(),
      tools: [slow],
      ...options,
    })(mic$, { write: () => undefined }),
  );
  return {
    said: values.flatMap(({ value }) => (value.type === 'user.said' ? [value.text] : [])),
    cutAt: values.find(({ value }) => value.type === 'bot.interrupted')?.at,
    ignored: values.flatMap(({ value }) => (value.type === 'user.ignored' ? [value.text] : [])),
  };
}

describe('a reply that has sounded and is silent now', () => {
  it.each(['tool', 'model'] as const)(
    'should let the user be heard in half duplex, while a %s works',
    gap => {
      for (const halfDuplex of [false, true, { tailMs: 600 }]) {
        const { said, cutAt } = inTheGap(5_000, { halfDuplex }, gap);
        expect([halfDuplex, said]).toEqual([halfDuplex, ['Weather?', 'Forget it please.']]);
        expect(cutAt).toBeLessThan(6_400);
      }
    },
  );

  it.each(['tool', 'model'] as const)(
    'should be interrupted by the rules of thinking, while a %s works',
    gap => {
      const bargeIn = { thinking: { minWords: 1 }, speaking: { minWords: 9 } } as const;
      expect(inTheGap(5_000, { bargeIn }, gap)).toMatchObject({ said: ['Weather?', 'Forget it please.'] });
      const strict = { thinking: { minWords: 9 }, speaking: { minWords: 1 } } as const;
      expect(inTheGap(5_000, { bargeIn: strict }, gap).cutAt).toBeUndefined();
    },
  );

  it('should be interrupted by the rules of speaking while it sounds', () => {
    const bargeIn = { thinking: { minWords: 1 }, speaking: { minWords: 9 } } as const;
    expect(inTheGap(1_980, { bargeIn })).toEqual({
      said: ['Weather?'],
      cutAt: undefined,
      ignored: ['Forget it please.'],
    });
  });

  it.each(['tool', 'model'] as const)('should protect nothing, while a %s works', gap => {
    const bargeIn = { protect: (sentence: string) => sentence.startsWith('Let me') };
    const { said, cutAt } = inTheGap(5_000, { bargeIn }, gap);
    expect(said).toEqual(['Weather?', 'Forget it please.']);
    expect(cutAt).toBeLessThan(6_400);
  });
});
