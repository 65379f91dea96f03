import { concatMap, map, range, timer } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Tts } from '../tts/tts.ts';

/** How a scripted voice speaks. */
export interface ScriptedTtsOptions {
  /** From the sentence to its first audio, ms. Default 100. */
  readonly firstAudioMs?: number;
  /** How long a character takes to say, ms. Default 60; the audio is a whole number of 20 ms frames. */
  readonly msPerCharacter?: number;
  /** Hz. Default 16,000. */
  readonly sampleRate?: number;
}

/**
 * A text-to-speech engine that plays a 220 Hz tone for the length of the sentence, all of it at once after `firstAudioMs`.
 *
 * @example
 * scriptedTts({ firstAudioMs: 120 })
 */
export const scriptedTts = (options: ScriptedTtsOptions = {}): Tts => {
  const { firstAudioMs = 100, msPerCharacter = 60, sampleRate = 16_000 } = options;
  const frame = hum(sampleRate);
  return text =>
    timer(firstAudioMs).pipe(
      concatMap(() => range(0, Math.ceil((text.trim().length * msPerCharacter) / 20))),
      map(() => frame),
    );
};

/** 20 ms of a soft 220 Hz tone. */
const hum = (sampleRate: number): AudioFrame => ({
  pcm: Int16Array.from(
    { length: sampleRate / 50 },
    (_, index) => 8_000 * Math.sin((2 * Math.PI * 220 * index) / sampleRate),
  ),
  sampleRate,
});
