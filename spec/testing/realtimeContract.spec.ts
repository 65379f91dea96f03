import { describe, it } from 'vitest';
import { openaiRealtime } from '../../lib/providers/openai/index.ts';
import {
  openaiServer,
  realtimeContract,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
} from '../../lib/testing/index.ts';
import { ownServers } from './ownServer.ts';

const openai = ownServers(() =>
  openaiServer({
    reply: 'It is noon. That is the middle of the day.',
    msPerCharacter: 20,
    latencies: { ttsSpeed: 40 },
  }),
);
const connection = { apiKey: 'a-key-for-the-loopback-server', model: 'gpt-realtime-2.1' };

realtimeContract({
  describe,
  it,
  name: 'three scripted engines',
  make: () => () => ({ stt: scriptedStt([]), llm: scriptedLlm('It is noon.'), tts: scriptedTts() }),
});
realtimeContract({
  ...openai,
  name: 'openaiRealtime',
  make: () => openaiRealtime({ ...connection, baseURL: `${openai.url()}/v1` }),
  broken: () => openaiRealtime({ ...connection, baseURL: 'http://127.0.0.1:1/v1', outageMs: 300 }),
});
