import type { IncomingMessage, ServerResponse } from 'node:http';
import { concat, ignoreElements, map, of, timer } from 'rxjs';
import { onFirst } from '../../rx/onFirst.ts';
import type { Connection } from '../loopback/connection.ts';
import { binary } from '../loopback/frames.ts';
import { reply as answer } from '../loopback/reply.ts';
import { readJson } from '../loopback/readJson.ts';
import { serveAnswer } from '../loopback/serveAnswer.ts';
import { spoken, spokenFrames, type SpokenOptions } from '../loopback/spoken.ts';
import { badRequest, internalError } from './deepgramRefusal.ts';
import { mp3Rate, silentMp3 } from './silentMp3.ts';
import type { SpeakQuery } from './speakQuery.ts';
import { voiceUuid } from './voiceUuid.ts';

/** Answers `POST /v1/speak` and `POST /v2/speak`: the audio of a text, raw or as a WAV file that is still being written. */
export function speakRequest(
  request: IncomingMessage,
  response: ServerResponse,
  connection: Connection,
  query: SpeakQuery,
  {
    ttsMs,
    maxCharacters,
    ...options
  }: SpokenOptions & { readonly ttsMs: number; readonly maxCharacters: number },
): void {
  readJson(
    request,
    body => {
      const text = body?.['text'];
      const refuse = (message: string, status: number): void =>
        answer(response, badRequest(message, connection, status));
      connection.log({ type: 'request', body });
      if (typeof text !== 'string') return refuse('The body must be JSON with a text.', 400);
      if (text.trim() === '') return refuse('The text is empty.', 422);
      if (text.length > maxCharacters)
        return refuse(`Input text exceeds maximum character limit of ${maxCharacters}.`, 413);
      const { isMp3 } = query;
      const header = query.container === 'wav' && !isMp3 ? [binary(openWavHeader(query))] : [];
      const speech$ = (
        isMp3
          ? spokenFrames(text, { ...options, sampleRate: mp3Rate }).pipe(silentMp3())
          : spoken(text, options)
      ).pipe(
        onFirst(() => connection.log({ type: 'speaking' })),
        map(binary),
      );
      serveAnswer(
        response,
        {
          frame$: concat(timer(ttsMs).pipe(ignoreElements()), of(...header), speech$),
          headers: {
            'content-type': isMp3
              ? 'audio/mpeg'
              : header.length > 0
                ? 'audio/wav'
                : `audio/${mediaType[query.encoding]}`,
            'dg-request-id': connection.requestId,
            'dg-model-name': query.model,
            'dg-model-uuid': voiceUuid,
            'dg-char-count': String(text.length),
          },
        },
        connection,
      );
    },
    message => answer(response, internalError(message, connection)),
  );
}

const mediaType = { linear16: 'l16', mulaw: 'basic', alaw: 'PCMA' } as const;

/** The header of a WAV file of unknown length. */
function openWavHeader({ encoding, sampleRate }: SpeakQuery): Uint8Array {
  const sampleBytes = encoding === 'linear16' ? 2 : 1;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE({ linear16: 1, mulaw: 7, alaw: 6 }[encoding], 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * sampleBytes, 28);
  header.writeUInt16LE(sampleBytes, 32);
  header.writeUInt16LE(sampleBytes * 8, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return header;
}
