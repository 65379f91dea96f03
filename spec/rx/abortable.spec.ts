import { EMPTY, Subject, switchMap, take, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromAbortable } from '../../lib/rx/abortable.ts';

/** The notifications of a subscriber, in order. */
function record<T>(source$: Observable<T>) {
  const seen: unknown[] = [];
  const subscription = source$.subscribe({
    next: value => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  });
  return { seen, subscription };
}

/** Long enough for every promise that can settle to have settled, and for Node to report a rejection. */
const settled = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)));

/** An iterator of which every step is in the spec's hands. */
function manual<T>() {
  const calls: string[] = [];
  const waiting: { resolve: (step: IteratorResult<T>) => void; reject: (error: unknown) => void }[] = [];
  const iterable: AsyncIterable<T> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        calls.push('next');
        return new Promise<IteratorResult<T>>((resolve, reject) => waiting.push({ resolve, reject }));
      },
      return: () => {
        calls.push('return');
        return Promise.reject(new Error('will not close'));
      },
    }),
  };
  return { iterable, calls, waiting };
}

async function* numbers(upTo: number) {
  for (let n = 1; n <= upTo; n++) {
    await Promise.resolve();
    yield n;
  }
}

describe('fromAbortable', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(async () => {
    await settled();
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('should emit what the iterable yields, then complete', async () => {
    const { seen } = record(fromAbortable(() => numbers(3)));
    await settled();
    expect(seen).toEqual([1, 2, 3, 'complete']);
  });

  it('should take a promise of an iterable, and an empty one', async () => {
    const later = record(fromAbortable(() => Promise.resolve(numbers(2))));
    const empty = record(fromAbortable(() => numbers(0)));
    await settled();
    expect(later.seen).toEqual([1, 2, 'complete']);
    expect(empty.seen).toEqual(['complete']);
  });

  it('should call make once a subscription, each time with a fresh signal, and not before', async () => {
    const signals: AbortSignal[] = [];
    const source$ = fromAbortable(signal => {
      signals.push(signal);
      return numbers(1);
    });
    expect(signals).toHaveLength(0);
    record(source$);
    record(source$);
    await settled();
    expect(new Set(signals).size).toBe(2);
  });

  it('should pass an error of make, of its promise, and of the iteration', async () => {
    const error = new Error('broken');
    const thrown = record(
      fromAbortable(() => {
        throw error;
      }),
    );
    const rejected = record(fromAbortable(() => Promise.reject(error)));
    const { iterable, waiting } = manual<number>();
    const iterated = record(fromAbortable(() => iterable));
    await settled();
    waiting[0]!.resolve({ value: 1 });
    await settled();
    waiting[1]!.reject(error);
    await settled();
    expect(thrown.seen).toEqual([error]);
    expect(rejected.seen).toEqual([error]);
    expect(iterated.seen).toEqual([1, error]);
  });

  it('should abort the signal and close the iterator at once when unsubscribed while it waits', async () => {
    const { iterable, calls } = manual<number>();
    let signal: AbortSignal | undefined;
    const { seen, subscription } = record(
      fromAbortable(given => {
        signal = given;
        return iterable;
      }),
    );
    await settled();
    subscription.unsubscribe();
    expect(signal?.aborted).toBe(true);
    expect(calls).toEqual(['next', 'return']);
    expect(seen).toEqual([]);
  });

  it('should be silent about what fails or arrives after unsubscribing', async () => {
    const { iterable, waiting } = manual<number>();
    const failing = record(fromAbortable(() => iterable));
    const arriving = record(fromAbortable(() => iterable));
    let reject: (error: unknown) => void = () => undefined;
    const rejecting = record(fromAbortable(() => new Promise<never>((_, no) => (reject = no))));
    await settled();
    for (const { subscription } of [failing, arriving, rejecting]) subscription.unsubscribe();
    waiting[0]!.reject(new Error('aborted'));
    waiting[1]!.resolve({ value: 1 });
    reject(new Error('aborted'));
    await settled();
    expect([...failing.seen, ...arriving.seen, ...rejecting.seen]).toEqual([]);
  });

  it('should close an iterable that arrives after unsubscribing, without reading it', async () => {
    const { iterable, calls } = manual<number>();
    let resolve: (value: AsyncIterable<number>) => void = () => undefined;
    const { subscription } = record(
      fromAbortable(() => new Promise<AsyncIterable<number>>(yes => (resolve = yes))),
    );
    subscription.unsubscribe();
    resolve(iterable);
    await settled();
    expect(calls).toEqual(['return']);
  });

  it('should stop reading an endless source as soon as enough was taken', async () => {
    let finished = false;
    async function* endless() {
      try {
        for (let n = 1; ; n++) yield await Promise.resolve(n);
      } finally {
        finished = true;
      }
    }
    const { seen } = record(fromAbortable(endless).pipe(take(3)));
    await settled();
    expect(seen).toEqual([1, 2, 3, 'complete']);
    expect(finished).toBe(true);
  });

  it('should be cut by a switchMap around it', () => {
    const signals: AbortSignal[] = [];
    const source$ = fromAbortable(signal => {
      signals.push(signal);
      return manual<number>().iterable;
    });
    const trigger$ = new Subject<number>();
    const { subscription } = record(trigger$.pipe(switchMap(n => (n === 3 ? EMPTY : source$))));
    trigger$.next(1);
    trigger$.next(2);
    expect(signals.map(signal => signal.aborted)).toEqual([true, false]);
    trigger$.next(3);
    expect(signals.map(signal => signal.aborted)).toEqual([true, true]);
    subscription.unsubscribe();
  });
});
