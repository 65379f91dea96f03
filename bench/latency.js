// The latency that rxvoice adds to a turn, compared with a hand-written loop of `ws` and `fetch`, in one run against the same loopback
// providers in another process:
//   npm run build && node bench/latency.js [turns] [--tokens-per-second 25]
// Added: from the user's last voiced frame to the first audio of the reply, less the delays the providers were set to.
import { parseArgs } from 'node:util';
import { setup } from 'rxvoice';
import { frameBytes } from 'rxvoice/audio';
import { handWrittenCall } from './handWritten.js';
import { now, startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';
import { rxvoiceCall } from './rxvoiceCall.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { 'tokens-per-second': { type: 'string', default: '50' } },
});
const turns = Number(positionals[0] ?? 10);
const tokensPerSecond = Number(values['tokens-per-second']);

// The set-up of a fast service: the time of a turn when nothing is added.
const endpointingMs = 200;
const latencies = { sttMs: 80, firstTokenMs: 250, ttsMs: 120 };
const reply = 'It is sunny in Rome today. It will rain tomorrow.';
const everyMs = 5_000;
const speech = Array.from({ length: turns }, (_, turn) => ({
  from: 1_000 + turn * everyMs,
  to: 2_000 + turn * everyMs,
  text: 'What is the weather in Rome?',
}));
const callMs = 1_000 + turns * everyMs;

const providers = await startProviders({
  deepgram: {
    script: speech,
    latencies: { sttMs: latencies.sttMs, ttsMs: latencies.ttsMs },
    limits: { flushesPerMinute: 1_000 },
    msPerCharacter: 40,
  },
  openai: {
    reply,
    latencies: { firstTokenMs: latencies.firstTokenMs, tokensPerSecond, ttsMs: latencies.ttsMs },
    msPerCharacter: 40,
  },
});

/** How long the first sentence takes to be written after its first token: as the server cuts tokens. */
const sentenceTokens = async () => {
  const response = await fetch(`${providers.openai}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
    body: JSON.stringify({ model: 'any', stream: true, messages: [{ role: 'user', content: 'x' }] }),
  });
  const tokens = (await response.text())
    .split('\n\n')
    .filter(line => line.startsWith('data: {'))
    .map(line => JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '')
    .filter(Boolean);
  let text = '';
  return tokens.findIndex(token => /[.]/u.test((text += token))) + 1;
};
const setMs =
  endpointingMs +
  latencies.sttMs +
  latencies.firstTokenMs +
  ((await sentenceTokens()) - 1) * (1_000 / tokensPerSecond) +
  latencies.ttsMs;

/** Times every turn of a call: from the frame at the end of the speech to the first audio after it. */
const stopwatch = () => {
  const totals = [];
  let saidAt;
  return {
    totals,
    marks: new Map(speech.map(({ to }) => [to, () => (saidAt = now())])),
    audio: () => {
      if (saidAt !== undefined) totals.push(now() - saidAt);
      saidAt = undefined;
    },
  };
};

const contestants = {
  'hand-written loop': async offsetMs => {
    const { totals, marks, audio } = stopwatch();
    const call = await handWrittenCall({ ...providers, endpointingMs, onAudio: audio });
    await microphone({ ms: callMs, hear: frame => call.hear(frameBytes(frame)), marks, offsetMs, speech });
    call.close();
    return totals;
  },
  ...Object.fromEntries(
    Object.entries({
      rxvoice: {
        tts: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram, sampleRate: 16_000 },
      },
      'rxvoice, OpenAI voice': {
        tts: { engine: 'openai', apiKey: 'none', baseURL: providers.openai, model: 'any' },
        sampleRate: 24_000,
      },
    }).map(([name, { tts, sampleRate = 16_000 }]) => [
      name,
      async offsetMs => {
        const { totals, ...watching } = stopwatch();
        const voice = setup({
          stt: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram, endpointingMs },
          llm: { engine: 'openai', apiKey: 'none', baseURL: providers.openai, model: 'any' },
          tts,
        });
        await rxvoiceCall(voice.conversation$, { ...watching, ms: callMs, offsetMs, sampleRate, speech });
        return totals;
      },
    ]),
  ),
};

// Side by side, but out of step, so that their turns are not decided in the same instant.
const names = Object.keys(contestants);
const results = await Promise.all(
  names.map((name, index) => contestants[name](((index + 1) * everyMs) / (names.length + 1))),
);

const ms = value => value.toFixed(1).padStart(8);
const floor = percentiles(results[0].map(total => total - setMs)).p50;
console.log(`providers set to ${setMs} ms a turn, ${tokensPerSecond} tokens/s\n`);
console.log(`${'added, ms'.padEnd(24)}   turns     p50     p95     max   of the loop`);
for (const [index, name] of names.entries()) {
  const { count, p50, p95, max } = percentiles(results[index].map(total => total - setMs));
  console.log(
    `${name.padEnd(24)}${String(count).padStart(8)}${ms(p50)}${ms(p95)}${ms(max)}${(p50 / floor).toFixed(2).padStart(12)}×`,
  );
}
await providers.stop();
