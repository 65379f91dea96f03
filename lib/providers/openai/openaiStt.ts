import { RxvoiceError } from '../../errors.ts';
import type { Stt } from '../../stt/stt.ts';
import { resample } from '../../audio/resample.ts';
import type { Dialect } from '../socket/transcribeCall.ts';
import { socketStt } from '../socket/socketStt.ts';
import { defaultOutageMs } from '../socket/voiceOptions.ts';
import { openaiConnection, type OpenaiConnectionOptions } from './openaiConnection.ts';
import { errorOf, realtimeErrors } from './realtimeError.ts';
import { type RealtimeSocket, realtimeSocket } from './realtimeSocket.ts';
import { chosenTranscription, transcriptionProblems, transcriptionSession } from './transcriptionSession.ts';
import { TranscriptionTurns } from './transcriptionTurns.ts';

/** How OpenAI listens. */
export interface OpenaiSttOptions extends Omit<OpenaiConnectionOptions, 'fetch'> {
  /**
   * Default `gpt-live-transcribe`, which reports words while they are spoken; with `turnDetection` by the service
   * `gpt-transcribe`, which reports them at the end of a turn. With a server of your own it must be given.
   */
  readonly model?: string;
  /**
   * The end of a turn: `local`, by the loudness of the voice; `server`, by the service's voice detection; `semantic`, by
   * meaning. Default `local` with a model that streams words (OpenAI has no turn detection for those), else `server`.
   */
  readonly turnDetection?: 'local' | 'server' | 'semantic';
  /** Silence after which the user has finished, ms; not with `semantic`. Default 300. */
  readonly endpointingMs?: number;
  /** With `semantic` only: how soon a turn is taken for finished. Default: the service's, `auto`. */
  readonly eagerness?: 'low' | 'medium' | 'high' | 'auto';
  /** With `server` only: how sure the detection must be that it hears a voice, 0 … 1. Default: the service's, 0.5. */
  readonly threshold?: number;
  /** With `local` only: the time without a new word that ends a turn where noise hides the silence, ms. Default 1,500. */
  readonly silenceMs?: number;
  /** In a turn that is longer than this, words become final before its end, ms. With `local` only. Default 20,000. */
  readonly maxMs?: number;
  /** A language such as `en` or `de-CH`. Default: any. */
  readonly language?: string;
  /** The languages to expect, where there are several: `['en', 'es']`. */
  readonly languageHints?: readonly string[];
  /** Names and terms to listen for. */
  readonly keyterms?: readonly string[];
  /** The subject of the call, in words, to guide the transcription. */
  readonly prompt?: string;
  /** With a model that streams words: how long it waits before it writes them. Default: the service's. */
  readonly delay?: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
  /** The service's own filter: for a microphone near the mouth, or far from it. Default: none. */
  readonly noiseReduction?: 'near_field' | 'far_field';
  /** Further fields of `session.audio.input.transcription`, as the API calls them. They replace ours. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How much audio waits for a connection that was lost, ms. Default 30,000. */
  readonly bufferMs?: number;
  /** The longest the service may give no sign of life, and no answer to a voice, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /**
   * The longest outage of the service that a call survives, ms: audio is kept meanwhile and transcribed late. Default
   * 20,000; 2,000 where `failover` has another engine.
   */
  readonly outageMs?: number;
  /** Failures in a row after which it gives up, whatever the time. Default: no limit. */
  readonly retries?: number;
}

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
 * is opened again, and hears what it missed. It errors (RxvoiceError, stage `stt`) when the service refuses for good, or
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
