import { RxvoiceError } from '../../errors.ts';
import type { Stt } from '../../stt/stt.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiSttOptions } from './openaiSttOptions.ts';
import { realtimeErrors } from './realtimeError.ts';
import { realtimeSocket } from './realtimeSocket.ts';
import { listening, realtimeStt } from './realtimeStt.ts';
import { chosenTranscription, transcriptionProblems, transcriptionSession } from './transcriptionSession.ts';

/**
 * Speech-to-text by OpenAI: a transcription session of the Realtime API.
 *
 * Needs no further package. Throws an RxvoiceError at once where the key is missing, or an option is not the model's. A
 * conversation opens its connection before the first turn. One that is lost, or that has reached its age of 60 minutes,
 * is opened again, and hears the audio since. It errors (RxvoiceError, stage `stt`) when the service refuses for good, or
 * is gone for longer than `outageMs`. `endTurn()` of a session ends the user's turn now.
 *
 * @example
 * microphone().pipe(openaiStt({ language: 'en' }), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export function openaiStt(options: OpenaiSttOptions = {}): Stt {
  const connection = openaiConnection(options);
  const chosen = chosenTranscription(options);
  const { by, model } = chosen;
  const [problem] = transcriptionProblems(options);
  if (problem)
    throw new RxvoiceError(`OpenAI: ${problem.field}: expected ${problem.expected}.`, { stage: 'stt' });
  const { who, isOpenai } = connection;
  if (!isOpenai && !options.model?.trim())
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a transcription model that ${who} has.`,
      { stage: 'stt' },
    );
  const { timeoutMs = listening.timeoutMs, headers = {} } = options;
  const errors = realtimeErrors({ ...connection, stage: 'stt', model, timeoutMs, said: [] });
  const session = transcriptionSession(options, chosen);
  const query = { intent: 'transcription' };
  const open$ = realtimeSocket(connection, { query, headers, session, timeoutMs, errors });
  return realtimeStt(open$, { ...options, by, errors, who, name: `${who} ${model}` });
}
