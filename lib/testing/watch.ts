import { asyncScheduler, defer, finalize, type MonoTypeOperatorFunction, tap } from 'rxjs';
import { type AudioFrame, frameMs } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { Playhead } from '../audio/playhead.ts';
import type { Row } from './table.ts';

type Watched = { -readonly [Key in keyof Row]: Row[Key] };

/** Records subscriptions and their durations, and when the loudspeaker sounds. */
export class Watch {
  /** Every subscription, in the order they were made. */
  readonly subscriptions: Row[] = [];
  /** Every piece of sound of the bot: from its first audio to where there is a pause, or the cut. */
  readonly sounds: Row[] = [];

  /** Notes the subscriptions of a stream. */
  subscriptionsOf<Value>(what: string, text?: string): MonoTypeOperatorFunction<Value> {
    return source$ =>
      defer(() => {
        const row: Watched = { at: asyncScheduler.now(), until: Infinity, what, text };
        this.subscriptions.push(row);
        return source$.pipe(finalize(() => (row.until = asyncScheduler.now())));
      });
  }

  /** The names of the current subscriptions. */
  get alive(): string[] {
    return this.subscriptions.filter(({ until }) => until === Infinity).map(({ what }) => what);
  }

  /** An output that is watched. */
  output(output: Output): Output {
    return speech$ =>
      defer(() => {
        const playhead = new Playhead();
        let sound: Watched | undefined;
        let heard = false;
        const hand = (frame: AudioFrame): void => {
          const now = asyncScheduler.now();
          const from = playhead.dueAt(now);
          playhead.hand(frameMs(frame), now);
          if (sound?.until !== from) this.sounds.push((sound = { at: from, what: 'bot' }));
          sound.until = from + frameMs(frame);
        };
        return output(speech$.pipe(tap(hand))).pipe(
          tap({ complete: () => (heard = true) }),
          finalize(() => {
            const now = asyncScheduler.now();
            if (heard || sound?.until === undefined || sound.until <= now) return;
            sound.until = now;
            sound.what = 'bot, cut';
          }),
          this.subscriptionsOf('output'),
        );
      });
  }
}
