import { afterAll, beforeAll, describe, it } from 'vitest';
import { deepgramTts } from '../../lib/providers/deepgram/index.ts';
import { localTts } from '../../lib/providers/local/index.ts';
import { type DeepgramServer, deepgramServer, scriptedTts, ttsContract } from '../../lib/testing/index.ts';

let server: DeepgramServer;
beforeAll(async () => {
  server = await deepgramServer({ latencies: { ttsSpeed: 40 } });
});
afterAll(() => server.close());

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
