import { concat, finalize, map, NEVER, of, throwError, timer, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { whileWarm } from '../../lib/conversation/whileWarm.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const said: ConversationEvent = { type: 'user.said', turn: 1, text: 'Hello', silenceMs: 0 };
const call$ = timer(100).pipe(map(() => said));

describe('whileWarm', () => {
  it('should load the engines side by side, and start when all of them are ready', () => {
    let held = 0;
    const loading = (engine: string, ms: number) => {
      held += 1;
      return {
        warm$: concat(
          of({ engine, progress: 0 }),
          timer(ms).pipe(map(() => ({ engine, progress: 1 }))),
          NEVER,
        ).pipe(finalize(() => (held -= 1))),
      };
    };
    const { values, completedAt } = virtualTime(() =>
      whileWarm(
        [loading('ears', 300), {}, loading('voice', 700)],
        call$.pipe(finalize(() => expect(held).toBe(2))),
      ),
    );
    expect(values.map(({ at, value }) => [at, value.type])).toEqual([
      [0, 'call.loading'],
      [0, 'call.loading'],
      [300, 'call.loading'],
      [700, 'call.loading'],
      [700, 'call.ready'],
      [800, 'user.said'],
    ]);
    expect(completedAt).toBe(800);
    expect(held).toBe(0);
  });

  it('should start at once when nothing is to be loaded', () => {
    const { values } = virtualTime(() => whileWarm([{}, {}], call$));
    expect(values.map(({ at, value }) => [at, value.type])).toEqual([
      [0, 'call.ready'],
      [100, 'user.said'],
    ]);
  });

  it('should fail when an engine cannot be loaded', () => {
    const broken = { warm$: timer(50).pipe(mergeMap(() => throwError(() => new Error('no model')))) };
    expect(virtualTime(() => whileWarm([broken], call$)).failed).toEqual({
      at: 50,
      error: new Error('no model'),
    });
  });

  it('should let go of the engines when the user hangs up while they load', () => {
    let held = 1;
    const slow = { warm$: NEVER.pipe(finalize(() => (held -= 1))) };
    virtualTime(() => whileWarm([slow], call$), { until: 10 });
    expect(held).toBe(0);
  });
});
