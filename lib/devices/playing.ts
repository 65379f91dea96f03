import { asyncScheduler, Observable, type Subscription } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import type { Playback } from '../audio/output.ts';
import { RxvoiceError } from '../errors.ts';
import type { LoudspeakerLine } from './loudspeakerLine.ts';

/** How long speech waits for a lost loudspeaker, ms; later speech would be of no use. */
const patience = 3_000;

/** How much speech may wait to be heard, ms. A conversation hands it over 200 ms ahead. */
const most = 300_000;

/** Resampling may keep back a little of the end, ms. */
const tolerance = 5;

/**
 * Plays one reply on a line that may arrive late, break and recover. The device counts the audio that was heard;
 * audio that was not heard when the line broke is played again on the next one, so that a short loss costs a pause
 * and no words.
 */
export const playing = (
  speech$: Observable<AudioFrame>,
  line$: Observable<LoudspeakerLine | undefined>,
  cut: () => void,
): Observable<Playback> =>
  new Observable(subscriber => {
    // Hand-written, for it runs for each frame, and its parts all turn on what was heard.
    /** The audio not yet heard, and the length of the audio before it. */
    const unheard: AudioFrame[] = [];
    let unheardMs = 0;
    let heardMs = 0;
    let playedMs = 0;
    let line: LoudspeakerLine | undefined;
    let complete = false;
    let hearing: Subscription | undefined;
    let waiting: Subscription | undefined;

    const fail = (reason: string): void =>
      subscriber.error(new RxvoiceError(reason, { stage: 'output', retryable: true }));

    const check = (): void => {
      if (complete && unheard.length === 0) subscriber.complete();
    };

    /** The line has played this much of this reply, ms. */
    const heard = (ms: number): void => {
      for (let first = unheard[0]; first; first = unheard[0]) {
        if (heardMs + frameMs(first) > ms + tolerance) break;
        heardMs += frameMs(first);
        unheardMs -= frameMs(first);
        unheard.shift();
      }
      const now = Math.max(heardMs, Math.min(ms, heardMs + unheardMs));
      if (now > playedMs) subscriber.next({ playedMs: (playedMs = now) });
      check();
    };

    const use = (next: LoudspeakerLine | undefined): void => {
      if (next === undefined && waiting?.closed === false) return; // one more attempt to open it
      hearing?.unsubscribe();
      waiting?.unsubscribe();
      line = next;
      if (line === undefined) {
        waiting = asyncScheduler.schedule(
          () => fail('The loudspeaker is gone, and did not come back in time.'),
          patience,
        );
        return;
      }
      const before = line.sentMs - heardMs;
      hearing = line.heardMs$.subscribe({
        next: ms => heard(ms - before),
        error: (error: unknown) => subscriber.error(error),
      });
      for (const frame of unheard) line.send(frame);
    };

    const take = (frame: AudioFrame): void => {
      unheard.push(frame);
      unheardMs += frameMs(frame);
      if (unheardMs > most)
        return fail(`Over ${most / 1000} s of speech wait to be heard: hand it over in time.`);
      line?.send(frame);
    };

    const lines = line$.subscribe({ next: use, error: (error: unknown) => subscriber.error(error) });
    subscriber.add(() => {
      lines.unsubscribe();
      hearing?.unsubscribe();
      waiting?.unsubscribe();
      if (unheard.length > 0) cut();
    });
    if (subscriber.closed) return;
    subscriber.add(
      speech$.subscribe({
        next: take,
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          complete = true;
          check();
        },
      }),
    );
  });
