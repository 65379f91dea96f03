import { afterAll, beforeAll, describe, it } from 'vitest';
import { deepgramTts } from '../../lib/providers/deepgram/index.ts';
import { localTts } from '../../lib/providers/local/index.ts';
import { openaiTts } from '../../lib/providers/openai/index.ts';
import {
  type DeepgramServer,
  deepgramServer,
  type OpenaiServer,
  openaiServer,
  scriptedTts,
  ttsContract,
} from '../../lib/testing/index.ts';

let server: DeepgramServer;
let openai: OpenaiServer;
beforeAll(async () => {
  server = await deepgramServer({ latencies: { ttsSpeed: 40 } });
  openai = await openaiServer({ latencies: { ttsSpeed: 40 } });
});
afterAll(() => Promise.all([server.close(), openai.close()]));

const connection = { apiKey: 'a-key-for-the-loopback-server' };
const nowhere = { ...connection, baseURL: 'http://127.0.0.1:1', retries: 1 };

ttsContract({ describe, it, name: 'scriptedTts', make: () => scriptedTts() });
ttsContract({ describe, it, name: 'localTts', make: () => localTts(), timeoutMs: 60_000 });
for (const [name, options] of [
  ['Aura over a WebSocket', {}],
  ['Aura by requests', { transport: 'rest' }],
  ['a Flux voice', { model: 'flux-alexis-en' }],
] as const)
  ttsContract({
    describe,
    it,
    open: () => server.connections,
    name: `deepgramTts, ${name}`,
    make: () => deepgramTts({ ...connection, baseURL: server.url, ...options }),
    broken: () => deepgramTts({ ...nowhere, ...options }),
  });
for (const [name, model] of [
  ['over the Realtime API', 'gpt-realtime-2.1-mini'],
  ['by requests', 'tts-1'],
] as const)
  ttsContract({
    describe,
    it,
    open: () => openai.connections,
    name: `openaiTts, ${name}`,
    make: () => openaiTts({ ...connection, baseURL: openai.baseURL, model }),
    broken: () => openaiTts({ ...nowhere, model }),
  });
