import { setup } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';
import { expect, it, vi } from 'vitest';
import { agentLlm } from './agentLlm.ts';

it('should answer in a call, with the mock of an agent', async () => {
  const stream = async function* () {
    await new Promise(done => setTimeout(done, 200));
    yield { type: 'text-delta', payload: { id: '0', text: 'This is the bakery.' } };
  };
  const bot = setup({
    stt: scriptedStt([{ from: 500, to: 1_500, text: 'Hello?' }]),
    llm: agentLlm({ stream: () => ({ fullStream: stream() }) }),
    tts: scriptedTts(),
  });
  const { values } = await fakeTime(vi, () =>
    bot.conversation$(scriptedInput(5_000), { write: () => undefined }),
  );
  const said = values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text.trim()] : []));
  expect(said).toEqual(['This is the bakery.']);
});
