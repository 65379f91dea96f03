import { asyncScheduler, type MonoTypeOperatorFunction, Observable, type Subscription } from 'rxjs';
import { frameMs, type AudioFrame } from './frame.ts';
import { Playhead } from './playhead.ts';

/** Options of {@link paced}. */
export interface PacedOptions {
  /**
   * How long before it is heard a frame may be passed on, ms, so that the receiver never runs dry when a timer is
   * late. Default 0.
   */
  readonly leadMs?: number;
  /** Whose time to continue, and to wait for while it is held; give several streams the same one to play them end to end. Default: a new one. */
  readonly playhead?: Playhead;
}

/**
 * Passes frames on at the pace of real time, on absolute deadlines, so that late timers don't add up. The first frame
 * passes at once; a source slower than real time passes as it arrives. Completes when the last frame was passed on,
 * not when it was heard.
 *
 * @example
 * of(...frames).pipe(paced()) // a recording, as if spoken now
 */
export const paced =
  ({ leadMs = 0, playhead }: PacedOptions = {}): MonoTypeOperatorFunction<AudioFrame> =>
  source$ =>
    new Observable(subscriber => {
      // Hand-written, for it runs once a frame of every call: composed of timers it allocates ten times as much.
      const head = playhead ?? new Playhead();
      const queue: AudioFrame[] = [];
      let timer: Subscription | undefined;
      let busy = false;
      let halted = false;
      let completed = false;

      const hand = (): void => {
        busy = true; // a consumer that feeds the source while it is handed a frame must not overtake
        for (let frame = queue[0]; frame !== undefined; frame = queue[0]) {
          if (subscriber.closed) return;
          if (head.held) {
            halted = true;
            return;
          }
          const now = asyncScheduler.now();
          const earlyMs = head.dueAt(now) - now - leadMs;
          if (earlyMs > 0) {
            timer?.unsubscribe();
            timer = asyncScheduler.schedule(hand, Math.ceil(earlyMs));
            return;
          }
          queue.shift();
          head.hand(frameMs(frame), now);
          subscriber.next(frame);
        }
        busy = false;
        if (completed) subscriber.complete();
      };

      subscriber.add(() => timer?.unsubscribe());
      subscriber.add(
        head.release$.subscribe({
          next: () => {
            if (!halted) return;
            halted = false;
            hand();
          },
          error: (error: unknown) => subscriber.error(error),
        }),
      );
      subscriber.add(
        source$.subscribe({
          next: frame => {
            queue.push(frame);
            if (!busy) hand();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            completed = true;
            if (!busy) subscriber.complete();
          },
        }),
      );
    });
