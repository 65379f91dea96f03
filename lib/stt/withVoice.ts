import { connect, map, merge, type OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import type { SttEvent } from './stt.ts';

/**
 * A speech-to-text engine with a detector of voices beside it, on the same audio: the detector tells sooner when a voice
 * begins, and tells when it ends at all.
 *
 * @example
 * mic$.pipe(withVoice(stt, voiceActivity({ hangoverMs: 100 })), endOfTurn({ finalMs: 500 }), userTurns())
 */
export const withVoice =
  (
    stt: OperatorFunction<AudioFrame, SttEvent>,
    voice: OperatorFunction<AudioFrame, VoiceActivity>,
  ): OperatorFunction<AudioFrame, SttEvent> =>
  frame$ =>
    frame$.pipe(
      connect(frame$ =>
        merge(
          // What is heard here comes before the engine's words on the same frame.
          frame$.pipe(
            voice,
            map((activity): SttEvent => activity),
          ),
          frame$.pipe(stt),
        ),
      ),
    );
