import { expect, it, vi } from 'vitest';
import { setup } from 'rxvoice';
import { fakeTime, scriptedInput, scriptedStt, scriptedTts } from 'rxvoice/testing';

it('should answer as soon as a bot made of promises does', async () => {
  const bot = setup({
    stt: scriptedStt([{ from: 500, to: 1_500, text: 'Are you there?' }]),
    llm: async () => {
      await new Promise(done => setTimeout(done, 400)); // your bot, with the mock model of its framework
      return 'Yes, I am.';
    },
    tts: scriptedTts({ firstAudioMs: 120 }),
  });

  const { values } = await fakeTime(vi, () =>
    bot.conversation$(scriptedInput(5_000), { write: () => undefined }),
  );
  const when = (type: string) => values.find(({ value }) => value.type === type)?.at;

  expect(when('user.said')).toBe(1_800);
  expect(when('bot.speaking')).toBe(2_320);
});
