import { map, type OperatorFunction, scan } from 'rxjs';
import { type AudioFrame, frameMs } from '../../audio/frame.ts';

/** The rate of the MP3 that comes by request, Hz. */
export const mp3Rate = 24_000;
/** A frame of it: 576 samples. */
const mp3FrameMs = 24;

/** An MP3 frame without sound: MPEG-2 layer III, 48 kbit/s, 24 kHz, mono; its side information is all zeros. */
const silentFrame = Uint8Array.of(0xff, 0xf3, 0x64, 0xc4, ...new Uint8Array(140));

/**
 * Speech as MP3 of the same length, without the sound: nothing here encodes MP3. It is enough to notice that a client
 * took the default of the service for PCM.
 */
export const silentMp3 = (): OperatorFunction<AudioFrame, Uint8Array> => frame$ =>
  frame$.pipe(
    scan(
      ({ restMs }, frame) => {
        const ms = restMs + frameMs(frame);
        const count = Math.floor(ms / mp3FrameMs);
        return { count, restMs: ms - count * mp3FrameMs };
      },
      { count: 0, restMs: 0 },
    ),
    map(({ count }) => Buffer.concat(Array.from({ length: count }, () => silentFrame))),
  );
