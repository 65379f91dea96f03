import type { Stt } from '../../stt/stt.ts';
import type { Tts } from '../../tts/tts.ts';
import { deepgramStt } from './deepgramStt.ts';
import { deepgramTts } from './deepgramTts.ts';
import type { DeepgramConnectionOptions, DeepgramSttOptions, DeepgramTtsOptions } from './options.ts';

/** Engines of Deepgram that share a key and a server; see {@link deepgram}. */
export interface Deepgram {
  /** Speech-to-text, as `deepgramStt`; an option given here replaces a shared one. */
  stt(options?: DeepgramSttOptions): Stt;
  /** Text-to-speech, as `deepgramTts`; an option given here replaces a shared one. */
  tts(options?: DeepgramTtsOptions): Tts;
}

/**
 * Engines of Deepgram that share a key, a server and headers. Nothing is checked or loaded before an engine is made.
 *
 * @example
 * const dg = deepgram({ apiKey });
 * setup({ stt: dg.stt({ model: 'nova-3' }), llm, tts: dg.tts({ voice: 'thalia' }) });
 */
export const deepgram = (shared: DeepgramConnectionOptions = {}): Deepgram => ({
  stt: options => deepgramStt({ ...shared, ...options }),
  tts: options => deepgramTts({ ...shared, ...options }),
});
