import type { Observable } from 'rxjs';
import { resample } from '../../audio/resample.ts';
import type { Stt } from '../../stt/stt.ts';
import { socketStt } from '../socket/socketStt.ts';
import type { Dialect } from '../socket/transcribeCall.ts';
import { defaultOutageMs } from '../socket/voiceOptions.ts';
import type { OpenSocket } from '../socket/wire.ts';
import { errorOf, type RealtimeErrors } from './realtimeError.ts';
import type { RealtimeSocket } from './realtimeSocket.ts';
import { paddingMs } from './transcriptionSession.ts';
import { TranscriptionTurns } from './transcriptionTurns.ts';

/** Defaults of an engine that listens, ms. */
export const listening = {
  endpointingMs: 300,
  silenceMs: 1_500,
  maxMs: 20_000,
  bufferMs: 30_000,
  timeoutMs: 5_000,
} as const;

/** The rate of the Realtime API, Hz. */
export const realtimeRate = 24_000;

/** How {@link realtimeStt} listens; all times in ms, see `OpenaiSttOptions`. */
export interface RealtimeSttOptions {
  readonly by: 'local' | 'server' | 'semantic';
  readonly errors: RealtimeErrors;
  readonly who: string;
  readonly name: string;
  readonly endpointingMs?: number;
  readonly silenceMs?: number;
  readonly maxMs?: number;
  readonly bufferMs?: number;
  readonly timeoutMs?: number;
  readonly outageMs?: number;
  readonly retries?: number;
  /** Whether an error is about events of another part of the session. Default: none is. */
  readonly isForeign?: (error: { readonly [field: string]: unknown }) => boolean;
}

/** Speech-to-text by the transcripts of a session of the Realtime API, over connections like this. */
export function realtimeStt(open$: Observable<OpenSocket<RealtimeSocket>>, options: RealtimeSttOptions): Stt {
  const { by, errors, who, name, retries, isForeign = () => false } = options;
  const { endpointingMs = listening.endpointingMs, silenceMs = listening.silenceMs } = options;
  const { maxMs = listening.maxMs, outageMs = defaultOutageMs } = options;
  const { timeoutMs = listening.timeoutMs, bufferMs = listening.bufferMs } = options;
  const turns = { by, endpointingMs, paddingMs, silenceMs, maxMs, timeoutMs };
  const dialect: Dialect<RealtimeSocket> = {
    turns: (finalize, forget) => new TranscriptionTurns({ ...turns, finalize, forget }),
    finalize: ({ send }) => send({ type: 'input_audio_buffer.commit' }),
    forget: ({ send }) => send({ type: 'input_audio_buffer.clear' }),
    problem: message => {
      if (message.type === 'conversation.item.input_audio_transcription.failed')
        return `${who} could not transcribe a turn.`;
      if (message.type !== 'error') return undefined;
      const error = errorOf(message);
      const isEmpty = error['code'] === 'input_audio_buffer_commit_empty';
      return isEmpty || isForeign(error) ? undefined : errors.reported(error);
    },
    isTalkative: true,
    chunkMs: 0,
  };
  return socketStt({
    open: () => open$,
    sampleRate: realtimeRate,
    prepare: resample(realtimeRate),
    dialect,
    name,
    who,
    bufferMs,
    timeoutMs,
    silenceMs,
    outageMs,
    retries,
  });
}
