// What beginning answers early saves and costs, beside a hand-written loop, in one run against the same loopback
// providers in another process:
//   npm run build && node bench/speculation.js [turns]
// Every third turn the user goes on after a pause that looks like the end. Measured from the user's last voiced frame to
// the first audio of the reply; kept and discarded answers, and the tokens of the latter, as `turnMetrics` tells them.
import { Subject, share } from 'rxjs';
import { frameBytes, setup, silence, turnMetrics } from 'rxvoice';
import { handWrittenCall } from './handWritten.js';
import { now, startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';

const turns = Number(process.argv[2] ?? 9);
const endpointingMs = 200;
const everyMs = 6_000;
const speech = Array.from({ length: turns }, (_, turn) => {
  const at = 1_000 + turn * everyMs;
  return turn % 3 < 2
    ? [{ from: at, to: at + 1_200, text: 'What is the weather in Rome?' }]
    : [
        { from: at, to: at + 900, text: 'What is the weather' },
        { from: at + 1_050, to: at + 1_800, text: 'in Rome and in Paris?' }, // a pause of 150 ms
      ];
});
const script = speech.flat();
const callMs = 1_000 + turns * everyMs;

const providers = await startProviders({
  deepgram: {
    script,
    latencies: { sttMs: 80, ttsMs: 120, interimEveryMs: 200 },
    limits: { flushesPerMinute: 1_000 },
    msPerCharacter: 40,
  },
  openai: {
    reply: 'It is sunny in Rome today. It will rain tomorrow.',
    latencies: { firstTokenMs: 250, tokensPerSecond: 50 },
  },
});

const voiced = {
  pcm: Int16Array.from({ length: 320 }, (_, i) => 6_000 * Math.sin(i / 5)),
  sampleRate: 16_000,
};
const quiet = silence(20);
/** A microphone with sound in it where something is said: loudness is what tells a pause. */
const listen = (hear, marks, offsetMs) => {
  let at = 0;
  return microphone({
    ms: callMs,
    hear: () => {
      const from = at;
      at += 20;
      hear(script.some(said => from >= said.from && from < said.to) ? voiced : quiet);
    },
    marks,
    offsetMs,
  });
};

const stopwatch = () => {
  const totals = [];
  let saidAt;
  return {
    totals,
    marks: new Map(speech.map(said => [said.at(-1).to, () => (saidAt = now())])),
    audio: () => {
      if (saidAt !== undefined) totals.push(now() - saidAt);
      saidAt = undefined;
    },
  };
};

const loop = async offsetMs => {
  const { totals, marks, audio } = stopwatch();
  const call = await handWrittenCall({ ...providers, endpointingMs, onAudio: audio });
  await listen(frame => call.hear(frameBytes(frame)), marks, offsetMs);
  call.close();
  return { totals, records: [] };
};

const ours = options => async offsetMs => {
  const { totals, marks, audio } = stopwatch();
  const records = [];
  const voice = setup({
    stt: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram, endpointingMs },
    llm: { engine: 'openai', apiKey: 'none', baseURL: providers.openai, model: 'any' },
    tts: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram, sampleRate: 16_000 },
    ...options,
  });
  const frame$ = new Subject();
  await new Promise((resolve, reject) => {
    const call$ = voice.conversation$(frame$, { write: audio, sampleRate: 16_000 }).pipe(share());
    call$.pipe(turnMetrics()).subscribe({ next: record => records.push(record), error: () => undefined });
    call$.subscribe({
      next: event => {
        if (event.type === 'turn.failed' || event.type === 'call.warning') console.error(event);
        if (event.type === 'call.ready')
          void listen(frame => frame$.next(frame), marks, offsetMs).then(() => frame$.complete());
      },
      error: reject,
      complete: resolve,
    });
  });
  return { totals, records };
};

const contestants = {
  'hand-written loop': loop,
  'rxvoice, speculation off': ours({}),
  'rxvoice, the model early': ours({ speculation: true }),
  'rxvoice, the voice as well': ours({ speculation: { tts: true } }),
};

const names = Object.keys(contestants);
const results = await Promise.all(
  names.map((name, index) => contestants[name]((index * everyMs) / (names.length + 1))),
);

const ms = value => value.toFixed(0).padStart(7);
console.log(
  `${'end of speech -> first audio, ms'.padEnd(34)}turns    p50    p95    max   kept  discarded  tokens`,
);
for (const [index, name] of names.entries()) {
  const { totals, records } = results[index];
  const { count, p50, p95, max } = percentiles(totals);
  const sum = of => records.reduce((all, { speculation }) => all + Number(of(speculation)), 0);
  console.log(
    `${name.padEnd(34)}${String(count).padStart(5)}${ms(p50)}${ms(p95)}${ms(max)}` +
      `${ms(sum(({ kept }) => kept))}${String(sum(({ discarded }) => discarded)).padStart(11)}` +
      `${String(sum(({ discardedTokens }) => discardedTokens)).padStart(8)}`,
  );
}
await providers.stop();
