import { RxvoiceError } from '../../errors.ts';
import type { Stt } from '../../stt/stt.ts';
import { resample } from '../../audio/resample.ts';
import type { Dialect } from '../socket/transcribeCall.ts';
import { socketStt } from '../socket/socketStt.ts';
import { defaultOutageMs } from '../socket/voiceOptions.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiSttOptions } from './openaiSttOptions.ts';
import { errorOf, realtimeErrors } from './realtimeError.ts';
import { type RealtimeSocket, realtimeSocket } from './realtimeSocket.ts';
import { chosenTranscription, transcriptionProblems, transcriptionSession } from './transcriptionSession.ts';
import { TranscriptionTurns } from './transcriptionTurns.ts';

const defaults = {
  endpointingMs: 300,
  silenceMs: 1_500,
  maxMs: 20_000,
  bufferMs: 30_000,
  timeoutMs: 5_000,
} as const;

/** The rate of the Realtime API, Hz. */
const sampleRate = 24_000;
/** Audio before a voice that the service includes, ms. */
const paddingMs = 300;

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
  const { timeoutMs = defaults.timeoutMs, bufferMs = defaults.bufferMs, headers = {}, retries } = options;
  const { endpointingMs = defaults.endpointingMs, silenceMs = defaults.silenceMs } = options;
  const { maxMs = defaults.maxMs, outageMs = defaultOutageMs } = options;
  const errors = realtimeErrors({ ...connection, stage: 'stt', model, timeoutMs, said: [] });
  const session = transcriptionSession(options, chosen, { sampleRate, paddingMs, endpointingMs });
  const query = { intent: 'transcription' };
  const open$ = realtimeSocket(connection, { query, headers, session, timeoutMs, errors });
  const turns = { by, endpointingMs, paddingMs, silenceMs, maxMs, timeoutMs };
  const dialect: Dialect<RealtimeSocket> = {
    turns: (finalize, forget) => new TranscriptionTurns({ ...turns, finalize, forget }),
    finalize: ({ send }) => send({ type: 'input_audio_buffer.commit' }),
    forget: ({ send }) => send({ type: 'input_audio_buffer.clear' }),
    problem: message => {
      if (message.type === 'conversation.item.input_audio_transcription.failed')
        return `${who} could not transcribe a turn.`;
      const isEmpty = errorOf(message)['code'] === 'input_audio_buffer_commit_empty';
      return message.type === 'error' && !isEmpty ? errors.reported(errorOf(message)) : undefined;
    },
    isTalkative: true,
    chunkMs: 0,
  };
  return socketStt({
    open: () => open$,
    sampleRate,
    prepare: resample(sampleRate),
    dialect,
    name: `${who} ${model}`,
    who,
    bufferMs,
    timeoutMs,
    silenceMs,
    outageMs,
    retries,
  });
}
