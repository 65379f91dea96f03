import { concat, defer, EMPTY, merge, NEVER, type Observable, throwError, timer } from 'rxjs';
import { ignoreElements, mergeMap, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { Calls, type CallConnection } from '../../lib/server/calls.ts';
import type { ServerLimits } from '../../lib/server/options.ts';
import { scriptedInput, virtualTime } from '../../lib/testing/index.ts';
import { scripted } from './serving.ts';

const says = [
  { from: 100, to: 500, text: 'Hello there.' },
  { from: 4_000, to: 4_500, text: 'And now?' },
];
const answer = 'Once upon a time there was a king. He had a daughter.';

/** A call in which the second turn is being answered from about 4.8 s on, and that is ended by `ends`. */
function called(
  ends: (calls: Calls) => unknown,
  { limits, lost$ = EMPTY }: { limits?: ServerLimits; lost$?: Observable<never> } = {},
) {
  const calls = new Calls(limits);
  const told: string[] = [];
  const line: string[] = [];
  const connection: CallConnection = {
    call: 'a',
    transport: 'web',
    peer: { address: '192.0.2.1', network: '192.0.2.1' },
    spare: false,
    frame$: concat(scriptedInput(20_000), NEVER),
    output: speech$ => speech$.pipe(ignoreElements()),
    happened: () => undefined,
    measured: ({ turn, outcome }) => line.push(`${turn} ${outcome}`),
    close: code => line.push(`closed ${code}`),
  };
  const call$ = merge(
    calls.event$.pipe(
      tap(event => {
        if (event.type === 'measured') told.push(`${event.turn.turn} ${event.turn.outcome}`);
        if (event.type === 'ended') told.push(`ended ${event.code}`);
      }),
    ),
    defer(() => {
      const bot = scripted(says, answer, 60);
      calls.place(connection, () => ({
        conversation$: (input, output): Observable<ConversationEvent> =>
          merge(bot.conversation$(input, output), lost$),
      }));
      return EMPTY;
    }),
    timer(5_500).pipe(
      tap(() => ends(calls)),
      ignoreElements(),
    ),
  );
  virtualTime(() => call$, { until: 60_000 });
  return { told, line };
}

describe('the last turn of a call that is ended within it', () => {
  it.each<[string, Parameters<typeof called>, number]>([
    ['the server hangs up', [calls => calls.hangUp('a', 4404, 'gone')], 4404],
    ['the server stops', [calls => calls.hangUpAll()], 1001],
    ['the time to drain is over', [calls => calls.drain(20).subscribe()], 1001],
    ['it has lasted as long as it may', [() => undefined, { limits: { callMs: 5_500 } }], 4421],
    [
      'it fails',
      [() => undefined, { lost$: timer(5_500).pipe(mergeMap(() => throwError(() => new Error('gone')))) }],
      4500,
    ],
  ])('should have its figures, before the end is reported: %s', (_, [ends, more], code) => {
    const { told, line } = called(ends, more);
    expect(told).toEqual(['1 spoken', '2 interrupted', `ended ${code}`]);
    expect(line).toEqual(['1 spoken', '2 interrupted', `closed ${code}`]);
  });
});
