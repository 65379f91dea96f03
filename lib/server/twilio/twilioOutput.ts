import { Observable, type Subscriber } from 'rxjs';
import type { Output, Playback } from '../../audio/output.ts';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { reframe } from '../../audio/reframe.ts';
import { resample } from '../../audio/resample.ts';
import type { ToTwilio } from './twilioMessage.ts';

/** Hz: the telephone's rate. */
export const phoneRate = 8_000;

/** Frames of 20 ms between two marks: the precision to which the heard part is known. */
const framesAMark = 5;

/**
 * Speaks into a phone: µ-law frames, with marks in between that Twilio returns when the audio before them has been
 * heard. Twilio also returns the marks that a `clear` dropped; by that time they are ignored.
 */
export class TwilioOutput {
  readonly #send: (message: ToTwilio) => void;
  readonly #streamSid: string;
  #replies = 0;
  #listener: { readonly reply: number; readonly subscriber: Subscriber<Playback> } | undefined;

  constructor(streamSid: string, send: (message: ToTwilio) => void) {
    this.#streamSid = streamSid;
    this.#send = send;
  }

  readonly output: Output = speech$ =>
    new Observable(subscriber => {
      const streamSid = this.#streamSid;
      const reply = (this.#replies += 1);
      const listener = (this.#listener = { reply, subscriber });
      let samples = 0;
      let frames = 0;
      let heard = false;
      const mark = (end = ''): void =>
        this.#send({ event: 'mark', streamSid, mark: { name: `${reply}:${samples}${end}` } });
      subscriber.add(() => {
        if (this.#listener === listener) this.#listener = undefined;
        if (!heard && frames > 0) this.#send({ event: 'clear', streamSid });
      });
      this.#ended = () => (heard = true);
      subscriber.add(
        speech$.pipe(resample(phoneRate), reframe()).subscribe({
          next: ({ pcm }) => {
            const payload = Buffer.from(encodeMulaw(pcm)).toString('base64');
            this.#send({ event: 'media', streamSid, media: { payload } });
            samples += pcm.length;
            frames += 1;
            if (frames % framesAMark === 0) mark();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            if (frames === 0) return subscriber.complete();
            mark(':end');
          },
        }),
      );
    });

  /** Twilio returned a mark. */
  marked(name: string): void {
    const [reply, samples, end] = name.split(':');
    if (this.#listener === undefined || Number(reply) !== this.#listener.reply) return;
    const { subscriber } = this.#listener;
    subscriber.next({ playedMs: (Number(samples) * 1000) / phoneRate });
    if (end === undefined) return;
    this.#ended();
    subscriber.complete();
  }

  /** The reply that plays has been heard to its end. */
  #ended: () => void = () => undefined;
}
