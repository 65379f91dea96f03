import { defer, mergeMap, type OperatorFunction } from 'rxjs';
import { type AudioFrame, frameMs } from '../../../lib/audio/frame.ts';
import type { VoiceActivity } from '../../../lib/audio/voiceActivity.ts';
import type { Stt, SttEvent } from '../../../lib/stt/stt.ts';

/** Emits each event when this many ms of audio have arrived. */
const telling =
  <Value>(script: readonly (readonly [number, Value])[]): OperatorFunction<AudioFrame, Value> =>
  frame$ =>
    defer(() => {
      const steps = [...script];
      let positionMs = 0;
      return frame$.pipe(
        mergeMap(frame => {
          positionMs += frameMs(frame);
          const due = steps.filter(([at]) => at <= positionMs);
          return steps.splice(0, due.length).map(([, value]) => value);
        }),
      );
    });

/** A speech-to-text engine, word by word: `[when it tells, what]`. */
export const engine = (script: readonly (readonly [number, SttEvent])[]): Stt => telling(script);

/** A detector of voices: `[when it tells, what]`. */
export const voices = (
  script: readonly (readonly [number, VoiceActivity])[],
): OperatorFunction<AudioFrame, VoiceActivity> => telling(script);
