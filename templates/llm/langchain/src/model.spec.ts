import { setup } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';
import { expect, it, vi } from 'vitest';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { langchainLlm } from './langchainLlm.ts';

it('should answer in a call, with the mock of LangChain', async () => {
  const model = new FakeListChatModel({ responses: ['This is the bakery.'], sleep: 10 });
  const bot = setup({
    stt: scriptedStt([{ from: 500, to: 1_500, text: 'Hello?' }]),
    llm: langchainLlm(model),
    tts: scriptedTts(),
  });
  const { values } = await fakeTime(vi, () =>
    bot.conversation$(scriptedInput(5_000), { write: () => undefined }),
  );
  const said = values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text.trim()] : []));
  expect(said).toEqual(['This is the bakery.']);
});
