import { asyncScheduler, Observable, type Subscription } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import type { Playback } from '../audio/output.ts';
import { RxvoiceError } from '../errors.ts';
import type { OpenLoudspeaker } from './openLoudspeaker.ts';

/** The longest that speech waits for a lost loudspeaker, ms; later it would be of no use. */
const patience = 3_000;

/** The most speech that may wait to be heard, ms. A conversation hands it over 200 ms ahead. */
const most = 300_000;

/** The most of the end that the resampler may keep back, ms. */
const tolerance = 5;

/**
 * Plays one reply on a loudspeaker that may open late, break and recover. The device counts the audio that was heard.
 * Audio that was not heard when it broke is played when it is open again: a short loss costs a pause and no words.
 */
export const playing = (
  speech$: Observable<AudioFrame>,
  loudspeaker$: Observable<OpenLoudspeaker | undefined>,
  cut: () => void,
): Observable<Playback> =>
  new Observable(subscriber => {
    // Hand-written, since it runs for each frame, and all its parts depend on the audio that was heard.
    /** The audio not yet heard, and the length of the audio before it. */
    const unheard: AudioFrame[] = [];
    let unheardMs = 0;
    let heardMs = 0;
    let playedMs = 0;
    let loudspeaker: OpenLoudspeaker | undefined;
    let complete = false;
    let hearing: Subscription | undefined;
    let waiting: Subscription | undefined;

    const fail = (reason: string): void =>
      subscriber.error(new RxvoiceError(reason, { stage: 'output', retryable: true }));

    const check = (): void => {
      if (complete && unheard.length === 0) subscriber.complete();
    };

    /** The length of this reply's audio that the loudspeaker has played, ms. */
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

    const use = (next: OpenLoudspeaker | undefined): void => {
      if (next === undefined && waiting?.closed === false) return; // one more attempt to open it
      hearing?.unsubscribe();
      waiting?.unsubscribe();
      loudspeaker = next;
      if (loudspeaker === undefined) {
        waiting = asyncScheduler.schedule(
          () => fail('The loudspeaker is gone, and did not come back in time.'),
          patience,
        );
        return;
      }
      const before = loudspeaker.sentMs - heardMs;
      hearing = loudspeaker.heardMs$.subscribe({
        next: ms => heard(ms - before),
        error: (error: unknown) => subscriber.error(error),
      });
      for (const frame of unheard) loudspeaker.send(frame);
    };

    const take = (frame: AudioFrame): void => {
      unheard.push(frame);
      unheardMs += frameMs(frame);
      if (unheardMs > most)
        return fail(`Over ${most / 1000} s of speech wait to be heard: hand it over in time.`);
      loudspeaker?.send(frame);
    };

    const opening = loudspeaker$.subscribe({ next: use, error: (error: unknown) => subscriber.error(error) });
    subscriber.add(() => {
      opening.unsubscribe();
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
