import { concat, defer, map, type Observable, of } from 'rxjs';
import { wavHeader } from '../../audio/wav.ts';
import { binary, json, type ServerFrame } from '../loopback/frames.ts';

/** The forms of speech that the service has. */
export const formats = ['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm'] as const;

/** The forms of them that this server has; an MP3 of it is as long as the speech, but silent. */
export const spokenFormats = ['pcm', 'wav', 'mp3'] as const;
export type SpokenFormat = (typeof spokenFormats)[number];

export const contentTypes: Readonly<Record<SpokenFormat, string>> = {
  pcm: 'audio/pcm',
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
};

/** Raw PCM in the form that was asked for. */
export function inFormat(
  format: SpokenFormat,
  sampleRate: number,
): (frame$: Observable<ServerFrame>) => Observable<ServerFrame> {
  switch (format) {
    case 'pcm':
      return frame$ => frame$;
    case 'wav':
      // Its length is not known yet: the service writes the most there can be.
      return frame$ => concat(of(binary(streamedHeader(sampleRate))), frame$);
    case 'mp3':
      return frame$ => {
        let samples = 0;
        return frame$.pipe(
          map(frame => {
            samples += frame.type === 'binary' ? (frame.bytes.length / 2) * (mp3.sampleRate / sampleRate) : 0;
            const count = Math.floor(samples / mp3.frameSamples);
            samples -= count * mp3.frameSamples;
            return binary(Buffer.concat(Array.from({ length: count }, () => mp3.silence)));
          }),
        );
      };
  }
}

function streamedHeader(sampleRate: number): Uint8Array {
  const header = Buffer.from(wavHeader(sampleRate, 1, 0));
  header.writeUInt32LE(0xff_ff_ff_ff, 4);
  header.writeUInt32LE(0xff_ff_ff_ff, 40);
  return header;
}

/** A frame of MPEG 1, layer III, 128 kbit/s, mono, 44,100 Hz, in which nothing sounds. */
const mp3 = {
  sampleRate: 44_100,
  frameSamples: 1_152,
  silence: Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0xc4]), Buffer.alloc(413)]),
} as const;

/** Speech as events: `stream_format: 'sse'`. */
export const asEvents = (frame$: Observable<ServerFrame>, input: string): Observable<ServerFrame> =>
  concat(
    frame$.pipe(
      map(frame =>
        frame.type === 'binary'
          ? json({ type: 'speech.audio.delta', audio: Buffer.from(frame.bytes).toString('base64') })
          : frame,
      ),
    ),
    defer(() => {
      const tokens = Math.ceil(input.length / 4);
      const usage = { input_tokens: tokens, output_tokens: tokens * 10, total_tokens: tokens * 11 };
      return of(json({ type: 'speech.audio.done', usage }));
    }),
  );
