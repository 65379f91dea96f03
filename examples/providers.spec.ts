import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { ofType, setup } from 'rxvoice';
import { deepgramServer, openaiServer, scriptedInput } from 'rxvoice/testing';

it('should be answered though the model fails at first', async () => {
  const deepgram = await deepgramServer({ script: [{ from: 200, to: 800, text: 'Are you there?' }] });
  const openai = await openaiServer({
    reply: 'Yes, I am.',
    faults: [{ fault: '500', on: 'completions', nth: 1 }],
  });
  const voice = setup({
    stt: { engine: 'deepgram', apiKey: 'any', baseURL: deepgram.url },
    llm: { engine: 'openai', apiKey: 'any', baseURL: `${openai.url}/v1`, model: 'any' },
    tts: { engine: 'deepgram', apiKey: 'any', baseURL: deepgram.url },
  });

  const call$ = voice.conversation$(scriptedInput(2_000), { write: () => undefined });
  const spoken = await lastValueFrom(call$.pipe(ofType('bot.spoke'), toArray()));

  expect(spoken.map(({ text }) => text)).toEqual(['Yes, I am.']);
  await Promise.all([deepgram.close(), openai.close()]);
});
