import { setup } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';
import { expect, it, vi } from 'vitest';
import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { aiLlm } from 'rxvoice/ai';

it('should answer in a call, with the mock of the AI SDK', async () => {
  const model = new MockLanguageModelV3({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'text-start', id: '0' },
          { type: 'text-delta', id: '0', delta: 'This is the bakery.' },
          { type: 'text-end', id: '0' },
          {
            type: 'finish',
            finishReason: { unified: 'stop', raw: 'stop' },
            usage: {
              inputTokens: { total: 9, noCache: 9, cacheRead: undefined, cacheWrite: undefined },
              outputTokens: { total: 5, text: 5, reasoning: undefined },
            },
          },
        ],
        initialDelayInMs: 200,
      }),
    }),
  });
  const bot = setup({
    stt: scriptedStt([{ from: 500, to: 1_500, text: 'Hello?' }]),
    llm: aiLlm(model),
    tts: scriptedTts(),
  });
  const { values } = await fakeTime(vi, () =>
    bot.conversation$(scriptedInput(5_000), { write: () => undefined }),
  );
  const said = values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text.trim()] : []));
  expect(said).toEqual(['This is the bakery.']);
});
