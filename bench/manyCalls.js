// The load of many calls at once, for their benchmarks: a question every ten seconds, and the same answer.
import { setup } from 'rxvoice';

const everyMs = 10_000;
export const endpointingMs = 200;
export const firstTokenMs = 250;
export const firstAudioMs = 120;
export const msPerCharacter = 40;
export const reply =
  'It is sunny in Rome today. It will rain tomorrow, I am afraid, and be colder than it was.';

/**
 * Calls of a given length, seconds (rounded to ten).
 *
 * @param {string} seconds
 */
export function manyCalls(seconds) {
  const callMs = Math.max(1, Math.round((Number(seconds) * 1_000) / everyMs)) * everyMs;
  const turns = callMs / everyMs;
  const script = Array.from({ length: turns }, (_, turn) => ({
    from: 1_000 + turn * everyMs,
    to: 3_000 + turn * everyMs,
    text: 'What is the weather in Rome?',
    endpointingMs,
  }));
  return { callMs, turns, script };
}

/** Waits for this call's turn: the calls are placed one after the other, out of step. */
export const placed = (index, calls) =>
  new Promise(resolve => setTimeout(resolve, (index * everyMs) / calls));

/** How the loopback providers behave. */
export const providerOptions = script => ({
  deepgram: { script, limits: { flushesPerMinute: 1_000 }, msPerCharacter },
  openai: { reply, msPerCharacter },
});

/** Latencies of a turn: endpointing, transcript, first token, six more to the full stop, first audio. */
export const providersMs = endpointingMs + 80 + firstTokenMs + 6 * 20 + firstAudioMs;

/** A voice with the Deepgram and OpenAI engines. */
export const cloudVoice = ({ deepgram, openai }) =>
  setup({
    stt: { engine: 'deepgram', apiKey: 'none', baseURL: deepgram, endpointingMs },
    llm: { engine: 'openai', apiKey: 'none', baseURL: openai, model: 'any' },
    tts: { engine: 'deepgram', apiKey: 'none', baseURL: deepgram, sampleRate: 16_000 },
  });
