import { connect, map, merge, type OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { voiceActivity } from '../audio/voiceActivity.ts';
import type { SttEvent } from '../stt/stt.ts';

/** Adds silences and resumed speech, detected by loudness alone, to an engine's events, for speculative replies. */
export const withSilences =
  (heard: OperatorFunction<AudioFrame, SttEvent>, silenceMs = 100): OperatorFunction<AudioFrame, SttEvent> =>
  frame$ =>
    frame$.pipe(
      connect(frame$ =>
        merge(
          frame$.pipe(heard),
          frame$.pipe(
            voiceActivity({ hangoverMs: silenceMs }),
            map((activity): SttEvent => (activity.type === 'speechStart' ? { type: 'resumed' } : activity)),
          ),
        ),
      ),
    );
