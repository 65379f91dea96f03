import { setup } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';
import { expect, it, vi } from 'vitest';
import { routeLlm } from './model.ts';

it('should answer in a call, with the mock of a route', async () => {
  const fetch = vi.fn(async () => new Response('This is the bakery.'));
  vi.stubGlobal('fetch', fetch);
  const bot = setup({
    stt: scriptedStt([{ from: 500, to: 1_500, text: 'Hello?' }]),
    llm: routeLlm('http://127.0.0.1:3000/api/chat'),
    tts: scriptedTts(),
  });
  const { values } = await fakeTime(vi, () =>
    bot.conversation$(scriptedInput(5_000), { write: () => undefined }),
  );
  const said = values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text.trim()] : []));
  expect(said).toEqual(['This is the bakery.']);
  expect(fetch).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
