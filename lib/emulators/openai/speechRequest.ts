import type { ServerResponse } from 'node:http';
import type { Connection } from '../loopback/connection.ts';
import { reply as answer } from '../loopback/reply.ts';
import { serveAnswer } from '../loopback/serveAnswer.ts';
import { scriptedTts } from '../../testing/scriptedTts.ts';
import { defaultLatencies, type OpenaiServerOptions } from './openaiOptions.ts';
import { apiError } from './openaiRefusal.ts';
import { speech } from './speech.ts';
import {
  asEvents,
  contentTypes,
  formats,
  inFormat,
  type SpokenFormat,
  spokenFormats,
} from './speechFormat.ts';

const maxCharacters = 4_096;
const sampleRate = 24_000;

/** Answers `/v1/audio/speech`: 24,000 Hz, 16 bits, one channel, as PCM or WAV, or a silent MP3; streamed, or as events. */
export function speechRequest(
  response: ServerResponse,
  body: Record<string, unknown>,
  connection: Connection,
  { models, tts, msPerCharacter = 60, latencies }: OpenaiServerOptions,
): void {
  const {
    model,
    input,
    voice,
    response_format: format = 'mp3',
    speed = 1,
    stream_format: streamFormat = 'audio',
  } = body;
  const refuse = (message: string, param: string): void =>
    answer(response, apiError(400, message, { param }));
  if (typeof model !== 'string' || model === '') return refuse('you must provide a model parameter', 'model');
  if (models && !models.includes(model)) return refuse(`The model \`${model}\` does not exist.`, 'model');
  if (typeof input !== 'string' || input === '')
    return refuse("Missing required parameter: 'input'.", 'input');
  if (input.length > maxCharacters)
    return refuse(`input: String should have at most ${maxCharacters} characters.`, 'input');
  if (voice === undefined) return refuse("Missing required parameter: 'voice'.", 'voice');
  if (!formats.includes(format as 'pcm'))
    return refuse(
      `response_format: Input should be ${formats.map(each => `'${each}'`).join(', ')}.`,
      'response_format',
    );
  if (!spokenFormats.includes(format as SpokenFormat))
    return refuse(`This loopback server speaks ${spokenFormats.join(', ')} only.`, 'response_format');
  if (typeof speed !== 'number' || !(speed >= 0.25 && speed <= 4))
    return refuse('speed: Input should be between 0.25 and 4.', 'speed');
  if (!['audio', 'sse'].includes(streamFormat as string))
    return refuse("stream_format: Input should be 'audio' or 'sse'.", 'stream_format');
  if (streamFormat === 'sse' && /^tts-1/u.test(model))
    return refuse(`stream_format 'sse' is not supported with ${model}.`, 'stream_format');
  const { ttsMs, ttsSpeed } = { ...defaultLatencies, ...latencies };
  const pcm$ = speech(
    input,
    ttsMs,
    {
      tts: tts ?? scriptedTts({ firstAudioMs: 0, sampleRate, msPerCharacter: msPerCharacter / speed }),
      encoding: 'linear16',
      sampleRate,
      speed: ttsSpeed,
    },
    () => connection.log({ type: 'speaking' }),
  );
  const spoken$ = pcm$.pipe(inFormat(format as SpokenFormat, sampleRate));
  const isEvents = streamFormat === 'sse';
  serveAnswer(
    response,
    {
      frame$: isEvents ? asEvents(spoken$, input) : spoken$,
      headers: {
        'content-type': isEvents ? 'text/event-stream; charset=utf-8' : contentTypes[format as SpokenFormat],
      },
    },
    connection,
  );
}
