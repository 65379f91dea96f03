import { type MonoTypeOperatorFunction, shareReplay } from 'rxjs';

/** A state that all subscribers share: each receives the current value first, as long as there is a subscriber. */
export const lasting = <State>(): MonoTypeOperatorFunction<State> =>
  shareReplay({ bufferSize: 1, refCount: true });
