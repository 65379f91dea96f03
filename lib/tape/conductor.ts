import { asyncScheduler, EMPTY, Observable, Subscription } from 'rxjs';
import type { StrandLine, StrandValue } from './tapeFormat.ts';

/** In real time everything takes a little: events within this time of each other count as simultaneous, ms. */
const sameMomentMs = 100;

interface Due {
  readonly at: number;
  readonly order: number;
  readonly play: () => void;
}

/**
 * Plays strands of a tape, each from the moment it is subscribed. Values due in the same millisecond come in the order
 * in which they were taped.
 */
export class Conductor {
  readonly #due: Due[] = [];

  /**
   * A strand, with its values as `decode` has them. One that was cut goes silent where it was. `audio$` is the audio of
   * an output: it reacts to each frame as it did on the tape.
   */
  play<Value>(
    { at, values, end }: StrandLine,
    decode: (value: unknown) => Value,
    audio$: Observable<unknown> = EMPTY,
  ): Observable<Value> {
    return new Observable<Value>(subscriber => {
      const now = asyncScheduler.now();
      // A strand subscribed on time keeps the times of the tape exactly; a later one keeps those since its subscription.
      const subscribedAt = Math.abs(now - at) <= sameMomentMs ? at : now;
      let handed = 0;
      let waiting: { readonly frame: number; readonly play: () => void } | undefined;
      const playEnd = (): void => {
        if (end?.how === 'error') subscriber.error(errorOf(end.error?.name));
        if (end?.how === 'complete') subscriber.complete();
      };
      const playFrom = (index: number): void => {
        const next: StrandValue | undefined = values[index];
        const [ms, order, within] = next ? [next[0], next[1], next[3]] : [end?.ms, end?.order, end?.within];
        if (ms === undefined || order === undefined) return;
        if (next === undefined && end?.drainMs !== undefined) return; // when the speech is over
        const play = (): void => {
          if (next === undefined) return playEnd();
          subscriber.next(decode(next[2]));
          if (!subscriber.closed) playFrom(index + 1);
        };
        if (within === 0) return play();
        if (within === undefined) subscriber.add(this.#at({ at: subscribedAt + ms, order, play }));
        else if (within <= handed) play();
        else waiting = { frame: within, play };
      };
      playFrom(0);
      subscriber.add(
        audio$.subscribe({
          next: () => {
            handed += 1;
            if (waiting === undefined || waiting.frame > handed) return;
            const { play } = waiting;
            waiting = undefined;
            play();
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            if (end?.drainMs === undefined) return;
            if (end.within === -1) return playEnd();
            const at = asyncScheduler.now() + end.drainMs;
            subscriber.add(this.#at({ at, order: end.order, play: playEnd }));
          },
        }),
      );
    });
  }

  #at(due: Due): Subscription {
    this.#due.push(due);
    const timer = asyncScheduler.schedule(() => this.#playDue(), Math.max(0, due.at - asyncScheduler.now()));
    return new Subscription(() => {
      timer.unsubscribe();
      this.#take(due);
    });
  }

  #playDue(): void {
    const now = asyncScheduler.now();
    for (let due = this.#first(now); due !== undefined; due = this.#first(now)) {
      this.#take(due);
      due.play();
    }
  }

  #first(now: number): Due | undefined {
    return this.#due
      .filter(({ at }) => at <= now)
      .reduce<Due | undefined>(
        (first, due) => (first === undefined || due.order < first.order ? due : first),
        undefined,
      );
  }

  #take(due: Due): void {
    const index = this.#due.indexOf(due);
    if (index >= 0) this.#due.splice(index, 1);
  }
}

const errorOf = (name = 'Error'): Error => {
  const error = new Error('It failed when it was taped; what it said is not on the tape.');
  error.name = name;
  return error;
};
