// Run by .ci/runtimes in Bun and Deno: a barge-in in virtual time, exact to the millisecond as in Node.
import { deepStrictEqual } from 'node:assert';
import { setup } from 'rxvoice';
import { scriptedInput, scriptedLlm, scriptedStt, scriptedTts, virtualTime } from 'rxvoice/testing';

const bot = setup({
  stt: scriptedStt([
    { from: 500, to: 1_500, text: 'Tell me a story.' },
    { from: 4_000, to: 4_600, text: 'Stop.' },
  ]),
  llm: scriptedLlm('Once upon a time there was a king. He had a daughter.', { firstTokenMs: 250 }),
  tts: scriptedTts({ firstAudioMs: 120 }),
});
const { values } = virtualTime(() => bot.conversation$(scriptedInput(9_000), { write: () => undefined }));
const when = (type: string): number | undefined => values.find(({ value }) => value.type === type)?.at;

deepStrictEqual(
  ['user.said', 'bot.speaking', 'bot.paused', 'bot.interrupted'].map(when),
  [1_800, 2_310, 4_100, 4_600],
);
console.log(`${values.length} events of a call in virtual time, as in Node`);
