import { describe, it } from 'vitest';
import { deepgramTts } from '../../lib/providers/deepgram/index.ts';
import { localTts } from '../../lib/providers/local/index.ts';
import { openaiTts } from '../../lib/providers/openai/index.ts';
import { deepgramServer, openaiServer, scriptedTts, ttsContract } from '../../lib/testing/index.ts';
import { ownServers } from './ownServer.ts';

const latencies = { ttsSpeed: 40 };
const deepgram = ownServers(() => deepgramServer({ latencies }));
const openai = ownServers(() => openaiServer({ latencies }));
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
    ...deepgram,
    name: `deepgramTts, ${name}`,
    make: () => deepgramTts({ ...connection, baseURL: deepgram.url(), ...options }),
    broken: () => deepgramTts({ ...nowhere, ...options }),
  });
for (const [name, model] of [
  ['over the Realtime API', 'gpt-realtime-2.1-mini'],
  ['by requests', 'tts-1'],
] as const)
  ttsContract({
    ...openai,
    name: `openaiTts, ${name}`,
    make: () => openaiTts({ ...connection, baseURL: `${openai.url()}/v1`, model }),
    broken: () => openaiTts({ ...nowhere, model }),
  });
