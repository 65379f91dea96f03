import { map, tap } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { Llm } from '../../llm/message.ts';
import type { Realtime } from '../../realtime.ts';
import { Recycled } from '../socket/reconnecting.ts';
import { defaultOutageMs } from '../socket/voiceOptions.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiRealtimeOptions } from './openaiRealtimeOptions.ts';
import { isOfDialogue, RealtimeDialogue } from './realtimeDialogue.ts';
import { realtimeErrors } from './realtimeError.ts';
import { realtimeProblems } from './realtimeProblems.ts';
import { realtimeSocket } from './realtimeSocket.ts';
import { listening, realtimeRate, realtimeStt } from './realtimeStt.ts';
import { realtimeTts } from './realtimeTts.ts';
import { chosenTranscription, transcriptionSession } from './transcriptionSession.ts';

/** The one place that names the model. */
const defaults = { model: 'gpt-realtime-2.1', voice: 'marin', timeoutMs: 15_000 } as const;

/**
 * Speech to speech by a model of OpenAI's Realtime API: it hears the user and speaks its answers, over one session a call.
 *
 * The conversation stays in charge: it decides about turns and interruptions, runs the tools and owns the history. The
 * model's memory is kept in line with that: an answer that was cut is truncated at the last sample that was heard
 * (`conversation.item.truncate`), and words that the model has not heard or said itself (a greeting, an earlier call) are added as
 * text. The events of the user and the bot have the words of its transcripts.
 *
 * Texts that the model does not write (a greeting, `say`) are read by the same voice over a second session. A session
 * that is lost, or has reached its age of 60 minutes, is opened again, with the history as text. Needs no further package.
 * Throws an RxvoiceError at once where the key is missing, or an option is not the model's.
 *
 * @example
 * setup({ realtime: openaiRealtime({ voice: 'cedar' }), systemPrompt: 'You take orders for a bakery.' });
 */
export function openaiRealtime(options: OpenaiRealtimeOptions = {}): Realtime {
  const connection = openaiConnection(options);
  const { who, isOpenai } = connection;
  const [problem] = realtimeProblems(options);
  if (problem)
    throw new RxvoiceError(`OpenAI: ${problem.field}: expected ${problem.expected}.`, { stage: 'llm' });
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a Realtime model that ${who} has.`,
      { stage: 'llm' },
    );
  const { timeoutMs = defaults.timeoutMs, outageMs = defaultOutageMs, headers = {} } = options;
  const { transcriptionModel, voice = defaults.voice, speed, maxTokens, reasoningEffort } = options;
  const hearing = { ...options, ...(transcriptionModel !== undefined && { model: transcriptionModel }) };
  if (transcriptionModel === undefined) delete (hearing as { model?: string }).model;
  const chosen = chosenTranscription(hearing);
  const { input } = transcriptionSession(hearing, chosen).audio;
  const session = {
    type: 'realtime',
    output_modalities: ['audio'],
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(reasoningEffort !== undefined && { reasoning: { effort: reasoningEffort } }),
    audio: {
      input: {
        ...input,
        // The conversation decides when the model answers, and when it is interrupted.
        turn_detection: input.turn_detection && {
          ...input.turn_detection,
          create_response: false,
          interrupt_response: false,
        },
      },
      output: {
        format: { type: 'audio/pcm', rate: realtimeRate },
        voice: voice.trim(),
        ...(speed !== undefined && { speed }),
      },
    },
  };
  const errorsOf = (stage: 'stt' | 'llm') =>
    realtimeErrors({ ...connection, stage, model, timeoutMs, said: [] });
  const tts = realtimeTts(connection, { model, voice, headers, ...(speed !== undefined && { speed }) });

  return terms => {
    const dialogue = new RealtimeDialogue({
      who,
      errors: errorsOf('llm'),
      sampleRate: realtimeRate,
      timeoutMs,
      outageMs,
      extraBody: options.extraBody ?? {},
    });
    const open$ = realtimeSocket(connection, {
      query: { model },
      headers,
      session,
      timeoutMs: listening.timeoutMs,
      errors: errorsOf('stt'),
    }).pipe(
      map(open => ({
        ...open,
        // When the user's audio is over, the model may still speak.
        fail: (error: RxvoiceError) => (error instanceof Recycled ? undefined : open.fail(error)),
      })),
      tap(open => dialogue.connected(open)),
    );
    const { timeoutMs: _, ...listeningOptions } = options;
    const stt = realtimeStt(open$, {
      ...listeningOptions,
      by: chosen.by,
      errors: errorsOf('stt'),
      who,
      name: `${who} ${model}`,
      isForeign: isOfDialogue,
    });
    const llm: Llm = (messages, request) => dialogue.answer(messages, request);
    return {
      stt: stt.session?.(terms) ?? stt,
      llm: Object.assign(llm, { voiced: true }),
      tts: tts.session?.(terms) ?? tts,
    };
  };
}
