// How soon the providers learn that the user speaks over the bot: from the decision to the close of the language
// model's request and to the voice's Clear, as the servers (in another process) see it, compared with a hand-written loop:
//   npm run build && node bench/bargeIn.js [interruptions]
import { setup } from 'rxvoice';
import { frameBytes } from 'rxvoice/audio';
import { handWrittenCall } from './handWritten.js';
import { now, startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';
import { rxvoiceCall } from './rxvoiceCall.js';

const interruptions = Number(process.argv[2] ?? 10);
const everyMs = 8_000;
const script = Array.from({ length: interruptions }, (_, index) => index * everyMs).flatMap(at => [
  { from: at + 500, to: at + 1_500, text: 'Read me a long story.' },
  { from: at + 4_500, to: at + 5_000, text: 'Stop it.' },
]);
const callMs = interruptions * everyMs + 500;
const story = 'Long ago there was a king. '.repeat(60);

const providers = await startProviders({
  // A voice hardly faster than real time: it is in the middle of a sentence when it is cut.
  deepgram: { script, limits: { flushesPerMinute: 1_000 }, latencies: { ttsSpeed: 1.1 } },
  openai: { reply: story },
});

/** Measurements of the interruptions of a call. */
const observer = () => {
  const decided = [];
  const silent = [];
  let voicedAt;
  return {
    decided,
    silent,
    marks: new Map(
      script.filter((_, index) => index % 2 === 1).map(({ from }) => [from + 20, () => (voicedAt = now())]),
    ),
    /** The bot falls silent, be it for now. */
    silence: () => {
      if (voicedAt !== undefined) silent.push(now() - voicedAt);
      voicedAt = undefined;
    },
    /** Its reply is over. */
    decide: () => decided.push(now()),
  };
};

const loop = async offsetMs => {
  const { marks, silence, decide, ...seen } = observer();
  const call = await handWrittenCall({
    ...providers,
    endpointingMs: 300,
    onAudio: () => undefined,
    onSilence: () => {
      silence();
      decide();
    },
  });
  await microphone({ ms: callMs, hear: frame => call.hear(frameBytes(frame)), marks, offsetMs });
  call.close();
  return seen;
};

const ours = async offsetMs => {
  const { marks, silence, decide, ...seen } = observer();
  const voice = setup({
    stt: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram },
    llm: { engine: 'openai', apiKey: 'none', baseURL: providers.openai, model: 'any' },
    tts: { engine: 'deepgram', apiKey: 'none', baseURL: providers.deepgram, sampleRate: 16_000 },
  });
  await rxvoiceCall(voice.conversation$, {
    audio: () => undefined,
    hangUp: true,
    marks,
    ms: callMs,
    offsetMs,
    speech: script,
    onEvent: event => {
      if (event.type === 'bot.paused' || event.type === 'bot.interrupted') silence();
      if (event.type === 'bot.interrupted' && event.audioMs > 0) decide();
    },
  });
  return seen;
};

const contestants = { 'hand-written loop': loop, rxvoice: ours };
const results = {};
for (const [index, [name, contestant]] of Object.entries(contestants).entries()) {
  const from = providers.events.length;
  const seen = await contestant(index);
  const events = providers.events.slice(from);
  const after = matches =>
    seen.decided.map(at => events.find(event => event.at >= at - 5 && matches(event))?.at - at);
  results[name] = {
    'voice -> silent': percentiles(seen.silent),
    'decided -> request closed': percentiles(
      after(({ type, endpoint, by }) => endpoint === 'completions' && type === 'closed' && by === 'client'),
    ),
    'decided -> Clear arrived': percentiles(
      after(({ type, message }) => type === 'received' && message?.type === 'Clear'),
    ),
  };
}
await providers.stop();

const ms = value => value.toFixed(1).padStart(8);
console.log(`${'ms'.padEnd(50)}   times     p50     p95     max`);
for (const [name, figures] of Object.entries(results))
  for (const [figure, { count, p50, p95, max }] of Object.entries(figures))
    console.log(
      `${`${name}: ${figure}`.padEnd(50)}${String(count).padStart(8)}${ms(p50)}${ms(p95)}${ms(max)}`,
    );
