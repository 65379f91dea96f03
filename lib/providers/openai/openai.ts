import type { Llm } from '../../llm/message.ts';
import type { Stt } from '../../stt/stt.ts';
import type { Tts } from '../../tts/tts.ts';
import type { OpenaiConnectionOptions } from './openaiConnection.ts';
import { openaiLlm, type OpenaiLlmOptions } from './openaiLlm.ts';
import { openaiStt } from './openaiStt.ts';
import type { OpenaiSttOptions } from './openaiSttOptions.ts';
import { openaiTts } from './openaiTts.ts';
import type { OpenaiTtsOptions } from './openaiTtsOptions.ts';

/** Engines of OpenAI, or of a compatible server, that share a key and a server; see {@link openai}. */
export interface Openai {
  /** Speech-to-text, as `openaiStt`; an option given here replaces a shared one. A shared `fetch` is not used. */
  stt(options?: OpenaiSttOptions): Stt;
  /** A chat model, as `openaiLlm`; an option given here replaces a shared one. */
  llm(options?: OpenaiLlmOptions): Llm;
  /** Text-to-speech, as `openaiTts`; an option given here replaces a shared one. */
  tts(options?: OpenaiTtsOptions): Tts;
}

/**
 * Engines of OpenAI, or of a compatible server, that share a key, a server, headers and a `fetch`. Nothing is checked or
 * loaded before an engine is made.
 *
 * @example
 * const server = openai({ baseURL: 'http://127.0.0.1:8000/v1' });
 * setup({ stt, llm: server.llm({ model: 'llama3.2' }), tts: server.tts({ model: 'kokoro' }) });
 */
export const openai = ({ fetch, ...server }: OpenaiConnectionOptions = {}): Openai => {
  const shared = { ...server, ...(fetch && { fetch }) };
  return {
    stt: options => openaiStt({ ...server, ...options }),
    llm: options => openaiLlm({ ...shared, ...options }),
    tts: options => openaiTts({ ...shared, ...options }),
  };
};
