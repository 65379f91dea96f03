import { expect, it } from 'vitest';
import { setup } from 'rxvoice';
import { scriptedInput, scriptedLlm, scriptedStt, scriptedTts, virtualTime } from 'rxvoice/testing';

it('should answer a second after the question, and fall silent when the user speaks', () => {
  const bot = setup({
    stt: scriptedStt([
      { from: 500, to: 1_500, text: 'Tell me a story.' },
      { from: 4_000, to: 4_600, text: 'Stop.' },
    ]),
    llm: scriptedLlm('Once upon a time there was a king. He had a daughter. She had a frog.', {
      firstTokenMs: 250,
    }),
    tts: scriptedTts({ firstAudioMs: 120 }),
  });

  const { values } = virtualTime(() => bot.conversation$(scriptedInput(9_000), { write: () => undefined }));
  const when = (type: string) => values.find(({ value }) => value.type === type)?.at;

  expect(when('user.said')).toBe(1_800);
  expect(when('bot.speaking')).toBe(2_310);
  expect(when('bot.paused')).toBe(4_100); // a voice: silent at once
  expect(when('bot.interrupted')).toBe(4_600); // a word: it was no cough
});
