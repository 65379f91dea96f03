import { filter, lastValueFrom, map, of, toArray } from 'rxjs';
import { reframe, resampleFrame } from '../../lib/audio/index.ts';
import type { AudioFrame } from '../../lib/index.ts';
import { localStt } from '../../lib/providers/local/index.ts';

/** The words that are heard in a sound. */
export const transcribed = async (sound: AudioFrame): Promise<string> =>
  (
    await lastValueFrom(
      of(resampleFrame(sound, 16_000)).pipe(
        reframe(),
        localStt(),
        filter(transcript => transcript.type === 'final'),
        map(({ text }) => text),
        toArray(),
      ),
    )
  ).join(' ');
