import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { from, type Observable } from 'rxjs';
import { describe, it } from 'vitest';
import { type AudioFrame, frameOf, silence } from '../../lib/audio/frame.ts';
import { reframe } from '../../lib/audio/reframe.ts';
import { deepgramStt } from '../../lib/providers/deepgram/index.ts';
import { localStt } from '../../lib/providers/local/index.ts';
import { openaiStt } from '../../lib/providers/openai/index.ts';
import {
  deepgramServer,
  energyStt,
  openaiServer,
  scriptedStt,
  sttContract,
} from '../../lib/testing/index.ts';
import { ownServers } from './ownServer.ts';

/** "Go forward." */
const clip = frameOf(
  readFileSync(join(import.meta.dirname, '../fixtures/speech/goforward.wav')).subarray(44, 44 + 32_000),
  16_000,
);
const clipMs = clip.pcm.length / 16;
/** A person speaks, after `before` ms. */
const speech = (before = 500): Observable<AudioFrame> =>
  from([silence(before), clip, silence(1_500)]).pipe(reframe());

const lines = ['Something was said.'];
const deepgram = ownServers(() => deepgramServer({ lines }));
const openai = ownServers(() => openaiServer({ lines }));
const connection = { apiKey: 'a-key-for-the-loopback-server' };
const nowhere = { ...connection, baseURL: 'http://127.0.0.1:1', retries: 1 };

const scriptedAt = 1_200;
const twice = [0, 1].map(index => ({
  from: scriptedAt + index * (scriptedAt + clipMs + 1_500),
  to: scriptedAt + clipMs + index * (scriptedAt + clipMs + 1_500),
  text: 'Something.',
}));
sttContract({
  describe,
  it,
  name: 'scriptedStt',
  make: () => scriptedStt(twice),
  speech$: speech(scriptedAt),
});
sttContract({ describe, it, name: 'energyStt', make: () => energyStt(['Something.']), speech$: speech() });
sttContract({
  describe,
  it,
  name: 'localStt',
  make: () => localStt(),
  speech$: speech(),
  timeoutMs: 60_000,
});
for (const model of ['nova-3', 'flux-general-en'])
  sttContract({
    ...deepgram,
    name: `deepgramStt ${model}`,
    make: () => deepgramStt({ ...connection, baseURL: deepgram.url(), model }),
    broken: () => deepgramStt({ ...nowhere, model }),
    speech$: speech(),
    words: /Something was said\./u,
  });
for (const options of [
  { model: 'gpt-live-transcribe' },
  { model: 'gpt-transcribe', turnDetection: 'local' },
  { model: 'gpt-transcribe', turnDetection: 'server' },
  { model: 'gpt-transcribe', turnDetection: 'semantic' },
] as const)
  sttContract({
    ...openai,
    name: `openaiStt ${Object.values(options).join(', turns by ')}`,
    make: () => openaiStt({ ...connection, baseURL: `${openai.url()}/v1`, ...options }),
    broken: () => openaiStt({ ...nowhere, ...options }),
    speech$: speech(),
    words: /Something was said\./u,
  });
