import { concat, defer, type OperatorFunction } from 'rxjs';
import { type AudioFrame, frameMs, level } from './frame.ts';
import { reframe } from './reframe.ts';
import { each } from '../rx/each.ts';

/** The start or end of a voice, ms of the audio. */
export interface VoiceActivity {
  readonly type: 'speechStart' | 'speechEnd';
  readonly at: number;
}

/** Options of {@link voiceActivity}. */
export interface VoiceActivityOptions {
  /** How much louder than the background a voice is, as a factor. Default 3 (about 10 dB). */
  readonly factor?: number;
  /** The lowest level of a voice, root mean square, 0 … 1. Default 0.01 (−40 dB). */
  readonly floor?: number;
  /** A sound shorter than this is no voice, ms. Default 60. */
  readonly minVoiceMs?: number;
  /** Silence after which the voice has ended, ms. Default 500. */
  readonly hangoverMs?: number;
}

/**
 * Detects a voice by its loudness above the background, which it learns. It needs no model, but takes any loud noise
 * for a voice: use it in quiet places, for push-to-talk and in tests. The offline speech-to-text has a real detector
 * of its own.
 *
 * A voice that is still present when the audio ends has ended there.
 *
 * @example
 * microphone$.pipe(voiceActivity({ hangoverMs: 300 })).subscribe(({ type, at }) => console.log(type, at));
 */
export function voiceActivity(
  options: VoiceActivityOptions = {},
): OperatorFunction<AudioFrame, VoiceActivity> {
  const { factor = 3, floor = 0.01, minVoiceMs = 60, hangoverMs = 500 } = options;
  return frame$ =>
    defer(() => {
      let background = floor / factor;
      let positionMs = 0;
      let loudSince: number | undefined;
      let voiceEnd = 0;
      let speaking = false;

      const hear = (frame: AudioFrame): VoiceActivity[] => {
        const from = positionMs;
        positionMs += frameMs(frame);
        const loudness = level(frame);
        if (loudness > Math.max(floor, background * factor)) {
          loudSince ??= from;
          voiceEnd = positionMs;
          if (speaking || positionMs - loudSince < minVoiceMs) return [];
          speaking = true;
          return [{ type: 'speechStart', at: loudSince }];
        }
        background += (loudness - background) * 0.05;
        loudSince = undefined;
        return positionMs - voiceEnd >= hangoverMs ? end() : [];
      };

      const end = (): VoiceActivity[] => {
        if (!speaking) return [];
        speaking = false;
        return [{ type: 'speechEnd', at: voiceEnd }];
      };

      return concat(frame$.pipe(reframe(), each(hear)), defer(end));
    });
}
