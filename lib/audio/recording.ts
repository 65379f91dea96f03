import { defer, type Observable } from 'rxjs';
import { wrap } from '../engine.ts';
import type { AudioFrame } from './frame.ts';
import type { Output } from './output.ts';
import { recordedInput, recordedOutput } from './recorded.ts';
import { Timeline } from './timeline.ts';
import { writeWav } from './wav.ts';

/** A recording of a call: left the user, right the bot, 16,000 Hz. */
export interface Recording {
  /** The input, recorded as it arrives. */
  input(frame$: Observable<AudioFrame>): Observable<AudioFrame>;
  /** The output, recorded as it is heard; audio that was cut is not included. */
  output(output: Output): Output;
  /** The recording so far, as a stereo WAV file. */
  wav(): Uint8Array;
}

const sampleRate = 16_000;

/**
 * Records a call. Both sides are placed where they were heard on one line of real time, which begins when the input
 * is subscribed, so that pauses, barge-ins and cuts are exact.
 *
 * @example
 * const recorder = recording();
 * const call$ = voice.conversation$(recorder.input(microphone$), recorder.output(speaker));
 * call$.subscribe({ complete: () => writeFileSync('call.wav', recorder.wav()) });
 */
export function recording(): Recording {
  let user = new Timeline(sampleRate);
  let bot = new Timeline(sampleRate);
  return {
    input: frame$ =>
      wrap(frame$, frame$ =>
        defer(() => {
          [user, bot] = [new Timeline(sampleRate), new Timeline(sampleRate)];
          return recordedInput(frame$, user);
        }),
      ),
    output: output => recordedOutput(output, () => bot),
    wav: () => writeWav(user.sound, bot.sound),
  };
}
