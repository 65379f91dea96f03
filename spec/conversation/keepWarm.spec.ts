import { concat, EMPTY, finalize, map, NEVER, of, throwError, timer, mergeMap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { keepWarm } from '../../lib/conversation/keepWarm.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const said: ConversationEvent = { type: 'user.said', turn: 1, text: 'Hello', silenceMs: 0 };
const call$ = timer(100).pipe(map(() => said));

describe('keepWarm', () => {
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
      keepWarm(
        { stt: loading('stt', 300), llm: {}, tts: loading('voice', 700) },
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

  it('should start at once when no engine needs loading', () => {
    const { values } = virtualTime(() => keepWarm({ stt: {}, tts: {} }, call$));
    expect(values.map(({ at, value }) => [at, value.type])).toEqual([
      [0, 'call.ready'],
      [100, 'user.said'],
    ]);
  });

  it('should fail when an engine cannot be loaded', () => {
    const broken = { warm$: timer(50).pipe(mergeMap(() => throwError(() => new Error('no model')))) };
    expect(virtualTime(() => keepWarm({ stt: broken }, call$)).failed).toEqual({
      at: 50,
      error: new Error('no model'),
    });
  });

  it('should go on when an engine can not be kept loaded, and say so', () => {
    const lost = {
      warm$: concat(
        of({ engine: 'voice', progress: 1 }),
        timer(50).pipe(mergeMap(() => throwError(() => new Error('key sk-1')))),
      ),
    };
    const { values, completedAt } = virtualTime(() => keepWarm({ tts: lost }, call$));
    expect(values.map(({ at, value }) => [at, value.type])).toEqual([
      [0, 'call.loading'],
      [0, 'call.ready'],
      [50, 'call.warning'],
      [100, 'user.said'],
    ]);
    expect(values[2]?.value).toEqual({
      type: 'call.warning',
      stage: 'tts',
      message: 'It can not be kept loaded.',
    });
    expect(completedAt).toBe(100);
  });

  it('should say what is wrong with an engine that is never ready', () => {
    const { failed } = virtualTime(() => keepWarm({ llm: { warm$: EMPTY } }, call$));
    expect(String(failed?.error)).toMatch(/warm\$ of llm completed before it was ready/u);
  });

  it('should release the engines when the user hangs up while they load', () => {
    let held = 1;
    const slow = { warm$: NEVER.pipe(finalize(() => (held -= 1))) };
    virtualTime(() => keepWarm({ tts: slow }, call$), { until: 10 });
    expect(held).toBe(0);
  });
});
