// Gain and cost of speculative replies: end of speech to first audio with
// speculation off and on and for a hand-written loop, in one run against the same loopback providers:
//   npm run build && node bench/speculation.js [turns]
// Turns end at any place between two interims, of which Nova emits one a second.
import { parseArgs } from 'node:util';
import { setup } from 'rxvoice';
import { frameBytes } from 'rxvoice/audio';
import { handWrittenCall } from './handWritten.js';
import { now, startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';
import { rxvoiceCall } from './rxvoiceCall.js';

const { positionals } = parseArgs({ allowPositionals: true });
const turns = Number(positionals[0] ?? 12);
const endpointingMs = 200;
const everyMs = 6_000;
const said = ['What is the weather in Rome?', 'Tell me about tomorrow, please.', 'Is it going to rain?'];
const script = Array.from({ length: turns }, (_, turn) => {
  const from = 1_000 + turn * everyMs;
  return { from, to: from + 1_200 + ((turn * 340) % 1_000), text: said[turn % said.length] };
});
/** Every fourth user pauses for 150 ms in the middle of it, which looks like the end. */
const speech = script.flatMap(({ from, to }, turn) =>
  turn % 4 < 3
    ? [{ from, to }]
    : [
        { from, to: to - 750 },
        { from: to - 600, to },
      ],
);
const callMs = 1_000 + turns * everyMs;

const providers = await startProviders({
  deepgram: { script, limits: { flushesPerMinute: 1_000 }, msPerCharacter: 40 },
  openai: { reply: 'It is sunny in Rome today. It will rain tomorrow.' },
});

const stopwatch = () => {
  const totals = [];
  let saidAt;
  return {
    totals,
    marks: new Map(script.map(({ to }) => [to, () => (saidAt = now())])),
    audio: () => {
      if (saidAt !== undefined) totals.push(now() - saidAt);
      saidAt = undefined;
    },
  };
};

const key = { apiKey: 'none' };
const nova = { engine: 'deepgram', ...key, baseURL: providers.deepgram, endpointingMs };
const flux = { engine: 'deepgram', ...key, baseURL: providers.deepgram, model: 'flux-general-en' };
const ours = (stt, speculation) => async offsetMs => {
  const { totals, ...watching } = stopwatch();
  const speculated = [];
  const voice = setup({
    stt,
    llm: { engine: 'openai', ...key, baseURL: providers.openai, model: 'any' },
    tts: { engine: 'deepgram', ...key, baseURL: providers.deepgram, sampleRate: 16_000 },
    speculation,
  });
  let asked = 0;
  await rxvoiceCall(voice.conversation$, {
    ...watching,
    ms: callMs,
    offsetMs,
    speech,
    onEvent: event => {
      if (event.type === 'user.said') asked += 1;
      if (event.type === 'bot.speculated') speculated.push(event);
    },
  });
  return { totals, speculated, asked };
};

const contestants = {
  'hand-written loop, Nova': async offsetMs => {
    const { totals, marks, audio } = stopwatch();
    const call = await handWrittenCall({ ...providers, endpointingMs, onAudio: audio });
    await microphone({
      ms: callMs,
      hear: frame => call.hear(frameBytes(frame)),
      marks,
      offsetMs,
      speech,
    });
    call.close();
    return { totals, speculated: [], asked: totals.length };
  },
  'Nova, speculation off': ours(nova, false),
  'Nova, speculation on': ours(nova, true),
  'Nova, and its voice too': ours(nova, { tts: true }),
  'Flux, speculation off': ours(flux, false),
  'Flux, speculation on': ours({ ...flux, eagerEotThreshold: 0.4 }, { tts: true }),
};

const names = Object.keys(contestants);
const results = await Promise.all(
  names.map((name, index) => contestants[name](((index + 1) * everyMs) / (names.length + 1))),
);
await providers.stop();

const loop = percentiles(results[0].totals);
const ms = value => value.toFixed(0).padStart(8);
console.log(
  `${'end of speech -> first audio, ms'.padEnd(34)}turns     p50     p95   sooner     kept  discarded  their tokens`,
);
for (const [index, name] of names.entries()) {
  const { totals, speculated } = results[index];
  const { count, p50, p95 } = percentiles(totals);
  const kept = speculated.filter(event => event.kept).length;
  const discarded = speculated.filter(event => !event.kept);
  const tokens = discarded.reduce((sum, event) => sum + (event.tokens ?? 0), 0);
  console.log(
    name.padEnd(34) +
      String(count).padStart(5) +
      ms(p50) +
      ms(p95) +
      ms(loop.p50 - p50).padStart(9) +
      `${speculated.length === 0 ? '–' : `${kept} of ${count}`}`.padStart(9) +
      String(discarded.length).padStart(11) +
      String(tokens).padStart(14),
  );
}
