import { connect, map, merge, type OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import type { SttEvent } from './stt.ts';

/**
 * Adds a voice detector to a speech-to-text engine, on the same audio. The detector reports the start of a voice
 * sooner, and it reports the end, which some engines never do.
 *
 * @example
 * mic$.pipe(withVad(stt, voiceActivity({ hangoverMs: 100 })), endOfTurn({ finalMs: 500 }), userTurns())
 */
export const withVad =
  (
    stt: OperatorFunction<AudioFrame, SttEvent>,
    vad: OperatorFunction<AudioFrame, VoiceActivity>,
  ): OperatorFunction<AudioFrame, SttEvent> =>
  frame$ =>
    frame$.pipe(
      connect(frame$ =>
        merge(
          // The detector's events precede the engine's words on the same frame.
          frame$.pipe(
            vad,
            map((activity): SttEvent => activity),
          ),
          frame$.pipe(stt),
        ),
      ),
    );
