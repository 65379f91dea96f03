import { RxvoiceError } from '../../errors.ts';
import type { Tts } from '../../tts/tts.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiTtsOptions } from './openaiTtsOptions.ts';
import { realtimeTts } from './realtimeTts.ts';
import { speechTts } from './speechTts.ts';
import { voiceApi, apiProblems } from './voiceApi.ts';

/**
 * Text-to-speech by OpenAI's Realtime API, or by `POST /audio/speech` of any server that has it (Kokoro,
 * openedai-speech, LocalAI, …).
 *
 * A Realtime model may say a sentence in other words. Its own transcript then counts as heard: in the history, and
 * as `bot.reworded`. Something else than the sentence is cut and read once more, then it is an error.
 *
 * A conversation opens one connection before the first turn and keeps it; used alone, each sentence has its own: take a
 * `session()` for several. `api: 'speech'` needs the package `openai`, version 6 or 7. Throws an RxvoiceError at once
 * where the key, the model or that package is missing, or an option is not one of the API's. Errors have stage `tts`; a
 * sentence that failed before its first audio was requested again already, where that may help.
 *
 * @example
 * const tts = openaiTts({ voice: 'cedar', instructions: 'Calm and friendly.' });
 * const kokoro = openaiTts({ baseURL: 'http://localhost:8880/v1', model: 'kokoro', voice: 'af_heart' });
 */
export function openaiTts(options: OpenaiTtsOptions = {}): Tts {
  const connection = openaiConnection(options);
  const api = voiceApi(options, connection.isOpenai);
  const [problem] = apiProblems(options, api);
  if (problem)
    throw new RxvoiceError(`OpenAI: ${problem.field}: expected ${problem.expected}.`, { stage: 'tts' });
  return api === 'realtime' ? realtimeTts(connection, options) : speechTts(connection, options);
}
