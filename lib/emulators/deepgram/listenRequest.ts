import type { IncomingMessage, ServerResponse } from 'node:http';
import { of, reduce } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';
import { reframe } from '../../audio/reframe.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { AudioFromClient } from '../loopback/audioFromClient.ts';
import type { Connection } from '../loopback/connection.ts';
import { reply } from '../loopback/reply.ts';
import { badRequest, internalError } from './deepgramRefusal.ts';
import { novaQuery, type NovaQuery } from './novaQuery.ts';
import { bare, type HeardWord, seconds, spread } from './words.ts';

/**
 * Answers `POST /v1/listen`: the transcript of a recording, WAV or raw as the query says. The URL of one is refused:
 * this server fetches nothing. Source of its shape: `ListenV1Response` of the official SDK.
 */
export function listenRequest(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
  stt: Stt,
): void {
  const query = novaQuery(connection.query);
  const refuse = (message: string): void => reply(response, badRequest(message, connection));
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.once('end', () => {
    if (typeof query === 'string') return refuse(query);
    if (/json/u.test(request.headers['content-type'] ?? ''))
      return refuse(
        'This loopback server hears recordings in the body of the request only, not at an address.',
      );
    const audio = new AudioFromClient(query).next(Buffer.concat(parts));
    if (audio === undefined || audio.pcm.length === 0)
      return refuse('Bad Request: failed to process audio: corrupt or unsupported data.');
    of(audio)
      .pipe(reframe(), stt, reduce(heard, { from: 0, words: [] as readonly HeardWord[] }))
      .subscribe({
        next: ({ words }) =>
          reply(response, {
            status: 200,
            headers: { 'content-type': 'application/json', 'dg-request-id': connection.requestId },
            body: JSON.stringify(answer(audio, words, query, connection)),
          }),
        error: () => reply(response, internalError('The recording could not be transcribed.', connection)),
      });
  });
}

/** The words so far, and where the next begin, ms. */
interface Heard {
  readonly from: number;
  readonly words: readonly HeardWord[];
}

const heard = ({ from, words }: Heard, transcript: SttEvent): Heard =>
  transcript.type === 'speechStart'
    ? { from: transcript.at, words }
    : transcript.type === 'final'
      ? { from: transcript.end, words: [...words, ...spread(transcript.text, from, transcript.end)] }
      : { from, words };

const answer = (
  audio: AudioFrame,
  words: readonly HeardWord[],
  { model, punctuated }: NovaQuery,
  { requestId }: Connection,
): object => ({
  metadata: {
    transaction_key: 'deprecated',
    request_id: requestId,
    sha256: 'incomplete',
    created: new Date().toISOString(),
    duration: seconds(frameMs(audio)),
    channels: 1,
    models: [modelUuid],
    model_info: { [modelUuid]: { name: `general-${model}`, version: '2026-01-01.0', arch: model } },
  },
  results: {
    channels: [
      {
        alternatives: [
          {
            transcript: words.map(({ text }) => (punctuated ? text : bare(text))).join(' '),
            confidence: words.length === 0 ? 0 : 0.98,
            words: words.map(({ text, start, end }) => ({
              word: bare(text),
              start: seconds(start),
              end: seconds(end),
              confidence: 0.98,
              ...(punctuated && { punctuated_word: text }),
            })),
          },
        ],
      },
    ],
  },
});

const modelUuid = '7e3b1c52-9f7d-4d0a-9b5e-3c2f6d1a8e40';
