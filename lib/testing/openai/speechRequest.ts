import type { ServerResponse } from 'node:http';
import type { Connection } from '../loopback/connection.ts';
import { reply as answer } from '../loopback/reply.ts';
import { serveAnswer } from '../loopback/serveAnswer.ts';
import { scriptedTts } from '../scriptedTts.ts';
import { defaultLatencies, type OpenaiServerOptions } from './openaiOptions.ts';
import { apiError } from './openaiRefusal.ts';
import { speech } from './speech.ts';

const maxCharacters = 4_096;
const sampleRate = 24_000;

/** Answers `/v1/audio/speech`, with PCM only: 24,000 Hz, 16 bits, one channel. */
export function speechRequest(
  response: ServerResponse,
  body: Record<string, unknown>,
  connection: Connection,
  { models, tts, msPerCharacter = 60, latencies }: OpenaiServerOptions,
): void {
  const { model, input, voice, response_format: format = 'mp3' } = body;
  const refuse = (message: string, param: string): void =>
    answer(response, apiError(400, message, { param }));
  if (typeof model !== 'string' || model === '') return refuse('you must provide a model parameter', 'model');
  if (models && !models.includes(model)) return refuse(`The model \`${model}\` does not exist.`, 'model');
  if (typeof input !== 'string' || input === '')
    return refuse("Missing required parameter: 'input'.", 'input');
  if (input.length > maxCharacters)
    return refuse(`input: String should have at most ${maxCharacters} characters.`, 'input');
  if (voice === undefined) return refuse("Missing required parameter: 'voice'.", 'voice');
  if (format !== 'pcm') return refuse('This loopback server speaks pcm only.', 'response_format');
  const { ttsMs, ttsSpeed: speed } = { ...defaultLatencies, ...latencies };
  const frame$ = speech(
    input,
    ttsMs,
    {
      tts: tts ?? scriptedTts({ firstAudioMs: 0, sampleRate, msPerCharacter }),
      encoding: 'linear16',
      sampleRate,
      speed,
    },
    () => connection.log({ type: 'speaking' }),
  );
  serveAnswer(response, { frame$, headers: { 'content-type': 'audio/pcm' } }, connection);
}
