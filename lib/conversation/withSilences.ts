import { connect, map, merge, type OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { voiceActivity } from '../audio/voiceActivity.ts';
import type { Transcript } from '../stt/transcript.ts';

/** Adds to an engine, from loudness alone, when the user may have fallen silent and when they go on: for guesses. */
export const withSilences =
  (
    heard: OperatorFunction<AudioFrame, Transcript>,
    silenceMs = 100,
  ): OperatorFunction<AudioFrame, Transcript> =>
  frame$ =>
    frame$.pipe(
      connect(frame$ =>
        merge(
          frame$.pipe(heard),
          frame$.pipe(
            voiceActivity({ hangoverMs: silenceMs }),
            map((activity): Transcript => (activity.type === 'speechStart' ? { type: 'resumed' } : activity)),
          ),
        ),
      ),
    );
