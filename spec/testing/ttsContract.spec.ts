import { describe, it } from 'vitest';
import { deepgramTts } from '../../lib/providers/deepgram/index.ts';
import { localTts } from '../../lib/providers/local/index.ts';
import { scriptedTts, ttsContract } from '../../lib/testing/index.ts';
import { ownServers } from './ownServer.ts';

const servers = ownServers({ latencies: { ttsSpeed: 40 } });
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
    ...servers,
    name: `deepgramTts, ${name}`,
    make: () => deepgramTts({ ...connection, baseURL: servers.url(), ...options }),
    broken: () => deepgramTts({ ...nowhere, ...options }),
  });
