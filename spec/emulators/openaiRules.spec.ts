import { afterEach, describe, expect, it } from 'vitest';
import { firstValueFrom, toArray } from 'rxjs';
import { openaiLlm } from '../../lib/providers/openai/index.ts';
import { type OpenaiServer, openaiServer } from '../../lib/testing/index.ts';

let server: OpenaiServer;
afterEach(() => server.close());

const tools = [{ type: 'function', function: { name: 'now', parameters: {} } }];
const post = async (path: string, body: object) => {
  server = await openaiServer({
    latencies: { firstTokenMs: 0, tokensPerSecond: 0, ttsMs: 0, ttsSpeed: 1_000 },
    msPerCharacter: 20,
  });
  return fetch(`${server.baseURL}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...body }),
  });
};

describe("openaiServer and the rules of OpenAI's models", () => {
  it.each<[string, object, string | undefined]>([
    ['tools with its own effort', { model: 'gpt-6-luna', tools }, 'reasoning_effort'],
    ['tools with an effort', { model: 'gpt-6-sol', tools, reasoning_effort: 'low' }, 'reasoning_effort'],
    ['tools without reasoning', { model: 'gpt-6-luna', tools, reasoning_effort: 'none' }, undefined],
    [
      'tools of a model of the Responses API',
      { model: 'gpt-6-astra', tools, reasoning_effort: 'none' },
      'reasoning_effort',
    ],
    [
      'the same with any effort',
      { model: 'gpt-6-astra', tools, reasoning_effort: 'high' },
      'reasoning_effort',
    ],
    [
      'none of a model that always reasons',
      { model: 'gpt-6-astra', reasoning_effort: 'none' },
      'reasoning_effort',
    ],
    [
      'max of a model that has it elsewhere',
      { model: 'gpt-6-astra', reasoning_effort: 'max' },
      'reasoning_effort',
    ],
    ['max of a small model', { model: 'gpt-6-luna', reasoning_effort: 'max' }, undefined],
    ['tools of a model that reasons on request', { model: 'gpt-5.4', tools }, undefined],
    ['the same on request', { model: 'gpt-5.4', tools, reasoning_effort: 'low' }, 'reasoning_effort'],
    ['tools of its successor', { model: 'gpt-5.5', tools }, 'reasoning_effort'],
    ['xhigh', { model: 'gpt-5.2', reasoning_effort: 'xhigh' }, undefined],
    ['xhigh before there was one', { model: 'gpt-5.1', reasoning_effort: 'xhigh' }, 'reasoning_effort'],
    ['tools with an effort of gpt-5.1', { model: 'gpt-5.1', tools, reasoning_effort: 'high' }, undefined],
    ['tools of an older model', { model: 'gpt-5-mini', tools, reasoning_effort: 'low' }, undefined],
    ['temperature with reasoning', { model: 'gpt-6-luna', temperature: 0.2 }, 'temperature'],
    ['top_p with reasoning', { model: 'o3', top_p: 0.2 }, 'top_p'],
    [
      'temperature without reasoning',
      { model: 'gpt-6-luna', temperature: 0.2, reasoning_effort: 'none' },
      undefined,
    ],
    ['max_tokens', { model: 'gpt-6-luna', max_tokens: 9 }, 'max_tokens'],
    ['minimal of a new model', { model: 'gpt-6-luna', reasoning_effort: 'minimal' }, 'reasoning_effort'],
    ['minimal of an older model', { model: 'gpt-5-nano', reasoning_effort: 'minimal' }, undefined],
    ['none of an older model', { model: 'gpt-5-nano', reasoning_effort: 'none' }, 'reasoning_effort'],
    ['anything of another model', { model: 'llama', tools, temperature: 0.2, max_tokens: 9 }, undefined],
  ])('should take or refuse %s as the service does', async (_, body, param) => {
    const response = await post('/chat/completions', body);
    expect(response.status).toBe(param === undefined ? 200 : 400);
    const { error } = (await response.json()) as { error?: { param: string } };
    expect(error?.param).toBe(param);
  });

  it('should be asked by the engine so that the model answers, whatever the options', async () => {
    for (const model of ['gpt-6-luna', 'gpt-6-sol', 'gpt-5-mini', 'o3', 'gpt-5.1']) {
      server = await openaiServer({ reply: 'Yes.', latencies: { firstTokenMs: 0 } });
      const llm = openaiLlm({
        apiKey: 'any',
        baseURL: server.baseURL,
        model,
        temperature: 0.3,
        maxTokens: 50,
        reasoningEffort: 'minimal',
      });
      const now = { name: 'now', description: 'The time.', parameters: { type: 'object' } };
      for (const request of [{}, { tools: [now] }]) {
        const events = await firstValueFrom(llm([{ role: 'user', content: 'Hi' }], request).pipe(toArray()));
        expect(events.map(event => (event.type === 'token' ? event.text : '')).join('')).toBe('Yes.');
      }
      await server.close();
    }
  });
});

describe('openaiLlm and a model that has tools in the Responses API only', () => {
  it('should say so, and not ask it over and over', async () => {
    server = await openaiServer();
    const llm = openaiLlm({ apiKey: 'any', baseURL: server.baseURL, model: 'gpt-6-astra', api: 'chat' });
    const now = { name: 'now', description: 'The time.', parameters: { type: 'object' } };
    const failed = firstValueFrom(llm([{ role: 'user', content: 'Hi' }], { tools: [now] }).pipe(toArray()));
    await expect(failed).rejects.toThrow(/by its Responses API only when it has tools: set api: 'responses'/);
    expect(server.events.filter(({ type }) => type === 'opened').length).toBeLessThanOrEqual(2);
  });
});

describe('openaiServer and the forms of speech', () => {
  const speech = (body: object) =>
    post('/audio/speech', { model: 'any', voice: 'alloy', input: 'Hello there.', ...body });

  it.each<[string, object, string | undefined]>([
    ['opus', { response_format: 'opus' }, 'response_format'],
    ['none that there is', { response_format: 'mp4' }, 'response_format'],
    ['too fast', { response_format: 'pcm', speed: 5 }, 'speed'],
    ['events of tts-1', { response_format: 'pcm', model: 'tts-1', stream_format: 'sse' }, 'stream_format'],
    ['an unknown stream', { response_format: 'pcm', stream_format: 'ws' }, 'stream_format'],
    ['PCM', { response_format: 'pcm' }, undefined],
    ['MP3, the default', {}, undefined],
  ])('should take or refuse %s', async (_, body, param) => {
    const response = await speech(body);
    if (param === undefined) expect(response.status).toBe(200);
    else expect(await response.json()).toMatchObject({ error: { param } });
  });

  it('should send a WAV of a length that is not known yet, MP3 in frames, and events', async () => {
    const wav = Buffer.from(await (await speech({ response_format: 'wav' })).arrayBuffer());
    expect([wav.toString('latin1', 0, 4), wav.readUInt32LE(24), wav.readUInt32LE(40)]).toEqual([
      'RIFF',
      24_000,
      0xff_ff_ff_ff,
    ]);
    await server.close();
    const mp3 = Buffer.from(await (await speech({})).arrayBuffer());
    expect([mp3.length % 417, mp3.readUInt16BE(0), mp3.readUInt16BE(417)]).toEqual([0, 0xff_fb, 0xff_fb]);
    await server.close();
    const events = await (await speech({ response_format: 'pcm', stream_format: 'sse' })).text();
    expect(events).toMatch(/^data: \{"type":"speech.audio.delta","audio":"[\w+/=]+"\}\n\n/u);
    expect(events).toMatch(/"type":"speech.audio.done","usage":\{"input_tokens":\d+/u);
  });
});
