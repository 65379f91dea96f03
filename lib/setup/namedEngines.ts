import type { Llm } from '../llm/message.ts';
import { deepgramStt } from '../providers/deepgram/deepgramStt.ts';
import { deepgramTts } from '../providers/deepgram/deepgramTts.ts';
import { localStt } from '../providers/local/localStt.ts';
import { localTts } from '../providers/local/localTts.ts';
import { openaiLlm } from '../providers/openai/openaiLlm.ts';
import { openaiStt } from '../providers/openai/openaiStt.ts';
import { openaiTts } from '../providers/openai/openaiTts.ts';
import type { Stt } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import type { NamedLlm, NamedStt, NamedTts } from './engineOptions.ts';

// The engines that `setup` takes by name, in Node, Bun and Deno (`#namedEngines` in package.json). Elsewhere it is
// `noNamedEngines.ts`, so that the rest of the core has no import of Node's.

/** A speech-to-text engine of ours. */
export function namedStt(config: NamedStt): Stt {
  if (config.engine === 'deepgram') {
    const { engine, ...options } = config;
    return deepgramStt(options);
  }
  if (config.engine === 'openai') {
    const { engine, ...options } = config;
    return openaiStt(options);
  }
  const { engine, ...options } = config;
  return localStt(options);
}

/** A language model of ours that needs a network. */
export function namedLlm({ engine, systemPrompt, ...options }: NamedLlm): Llm {
  return openaiLlm(options);
}

/** A text-to-speech engine of ours. */
export function namedTts(config: NamedTts): Tts {
  if (config.engine === 'deepgram') {
    const { engine, ...options } = config;
    return deepgramTts(options);
  }
  if (config.engine === 'openai') {
    const { engine, ...options } = config;
    return openaiTts(options);
  }
  const { engine, ...options } = config;
  return localTts(options);
}
