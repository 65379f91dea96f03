import { catchError, connect, EMPTY, ignoreElements, merge, mergeMap, Observable, Subject } from 'rxjs';
import { tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type LineState, responsesLine } from '../../../lib/providers/openai/responsesLine.ts';
import { type Wire, WireLost } from '../../../lib/providers/openai/responsesWire.ts';
import { virtualTime } from '../../../lib/testing/index.ts';

/** A connection that opens after 100 ms; messages to and from it pass at once. */
function connections() {
  const sent: string[] = [];
  const open: Subject<string | undefined>[] = [];
  let closed = 0;
  const wire$ = new Observable<Wire>(subscriber => {
    subscriber.add(() => (closed += 1));
    subscriber.add(
      timer(100).subscribe(() => {
        const message$ = new Subject<string | undefined>();
        open.push(message$);
        subscriber.next({ send: text => sent.push(text), message$ });
      }),
    );
  });
  return { sent, open, wire$, closed: () => closed };
}

const answer = (lane: unknown): string[] =>
  [
    { type: 'response.created', response: { id: 'resp_1' } },
    { type: 'response.completed', response: { id: 'resp_1' } },
  ].map(event => JSON.stringify({ ...event, stream_id: lane }));
const laneOf = (text: string): unknown => (JSON.parse(text) as { stream_id?: string }).stream_id;

const line = (wire$: Observable<Wire>, options: Partial<Parameters<typeof responsesLine>[0]> = {}) => {
  const downs: unknown[] = [];
  const line$ = responsesLine({
    wire$,
    timeoutMs: 10_000,
    isFinal: () => false,
    onDown: error => downs.push(error),
    ...options,
  });
  return { downs, line$ };
};
const request = {
  messages: [{ role: 'user', content: 'A' }] as const,
  body: {},
  input: (messages: readonly unknown[]) => messages,
};
const typesIn = (values: readonly { readonly at: number; readonly value: LineState }[]) =>
  values.map(({ at, value }) => [Math.round(at), value.type]);

describe('the connection of a call', () => {
  it('should be opened once for all subscribers, and closed with the last', () => {
    const { wire$, closed, open } = connections();
    const { line$ } = line(wire$);
    const both$ = new Observable<LineState>(subscriber => {
      subscriber.add(line$.subscribe());
      return line$.subscribe(subscriber);
    });
    const { values } = virtualTime(() => both$, { until: 5_000 });
    expect(typesIn(values)).toEqual([
      [0, 'opening'],
      [100, 'open'],
    ]);
    expect([open.length, closed()]).toEqual([1, 1]);
  });

  it('should be replaced after 55 minutes', () => {
    const { wire$, closed } = connections();
    const { line$, downs } = line(wire$);
    const { values } = virtualTime(() => line$, { until: 58 * 60_000 });
    expect(typesIn(values)).toEqual([
      [0, 'opening'],
      [100, 'open'],
      [3_300_100, 'opening'],
      [3_300_200, 'open'],
    ]);
    expect([closed(), downs]).toEqual([2, []]);
  });

  it('should not be replaced before a response is complete, whatever its age', () => {
    const { wire$, open, sent } = connections();
    const { line$ } = line(wire$, { lifetimeMs: 1_000 });
    const answering$ = timer(4_000).pipe(
      tap(() => answer(laneOf(sent[0]!)).forEach(event => open[0]!.next(event))),
    );
    const asking$ = line$.pipe(
      connect(state$ =>
        merge(
          state$,
          state$.pipe(
            mergeMap(state =>
              state.type === 'open' && sent.length === 0 ? state.socket.ask(request) : EMPTY,
            ),
            ignoreElements(),
          ),
          answering$.pipe(ignoreElements()),
        ),
      ),
    );
    const { values } = virtualTime(() => asking$, { until: 4_500 });
    expect(typesIn(values)).toEqual([
      [0, 'opening'],
      [100, 'open'],
      [4_000, 'opening'],
      [4_100, 'open'],
    ]);
  });

  it('should have requests wait a moment after a loss, and use another transport while it can not be opened', () => {
    const { wire$, open } = connections();
    let refuses = false;
    const flaky$ = new Observable<Wire>(subscriber =>
      (refuses ? throwError(() => new Error('refused')) : wire$).subscribe(subscriber),
    );
    const { line$, downs } = line(flaky$);
    const losing$ = new Observable<LineState>(subscriber => {
      subscriber.add(line$.subscribe(subscriber));
      subscriber.add(
        timer(1_000).subscribe(() => {
          refuses = true;
          open[0]!.error(new WireLost('lost'));
        }),
      );
      subscriber.add(timer(2_000).subscribe(() => (refuses = false)));
    });
    const { values } = virtualTime(() => losing$, { until: 20_000 });
    expect(values.map(({ value }) => value.type).slice(0, 4)).toEqual(['opening', 'open', 'opening', 'down']);
    expect(values.at(-1)!.value.type).toBe('open');
    expect(values.at(-1)!.at).toBeLessThan(6_000);
    // The loss was between two turns; only that it can't be opened again is reported.
    expect(downs).toEqual([new Error('refused')]);
  });

  it('should not be opened again after a refusal that is final', () => {
    let attempts = 0;
    const refused$ = new Observable<Wire>(subscriber => {
      attempts += 1;
      subscriber.error(new Error('no'));
    });
    const { line$, downs } = line(refused$, { isFinal: () => true });
    const { values } = virtualTime(() => line$, { until: 60_000 });
    expect(typesIn(values)).toEqual([
      [0, 'opening'],
      [0, 'down'],
    ]);
    expect([attempts, downs.length]).toEqual([1, 1]);
  });

  it('should report one outage once, and be given up where no request is ever answered', () => {
    const { wire$ } = connections();
    const { line$, downs } = line(wire$, { timeoutMs: 500 });
    const asking$ = line$.pipe(
      connect(state$ =>
        merge(
          state$,
          state$.pipe(
            mergeMap(state =>
              state.type === 'open' ? state.socket.ask(request).pipe(catchError(() => EMPTY)) : EMPTY,
            ),
            ignoreElements(),
          ),
        ),
      ),
    );
    const { values } = virtualTime(() => asking$, { until: 60_000 });
    expect(typesIn(values)).toEqual([
      [0, 'opening'],
      [100, 'open'],
      [600, 'down'],
    ]);
    expect(downs).toHaveLength(1);
  });
});
