import { concat, defer, EMPTY, ignoreElements, map, merge, mergeMap, NEVER, type Observable, of } from 'rxjs';
import { switchMap, take, throwError, timer, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../lib/audio/frame.ts';
import type { Notice } from '../../lib/engine.ts';
import { RxvoiceError } from '../../lib/errors.ts';
import { failover, type FailoverOptions } from '../../lib/failover/failover.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import type { Stt, SttEvent } from '../../lib/stt/stt.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import { scriptedInput, virtualTime } from '../../lib/testing/index.ts';

const gone = new RxvoiceError('The service is gone.', { stage: 'llm', retryable: true });
const fail = <Value>(afterMs = 0): Observable<Value> =>
  timer(afterMs).pipe(switchMap(() => throwError(() => gone)));
const question: readonly Message[] = [{ role: 'user', content: 'Well?' }];

/** Counts how often it is used. */
const counted = <Engine extends (...args: never[]) => Observable<unknown>>(engine: Engine) => {
  const uses = { count: 0, engine: engine };
  uses.engine = ((...args) => (uses.count++, engine(...args))) as Engine;
  return uses;
};
const says =
  (text: string, afterMs = 10): Llm =>
  () =>
    timer(afterMs).pipe(map(() => ({ type: 'token', text }) as const));
/** The events of an engine, with its warnings among them. */
const watch = <Value>(engine: { readonly notice$?: Observable<Notice> }, value$: Observable<Value>) =>
  virtualTime(
    () =>
      merge(
        (engine.notice$ ?? EMPTY).pipe(
          map(notice => (notice.type === 'warning' ? notice.message : notice.type)),
          // It never ends by itself.
          source$ => source$.pipe(take(9)),
        ),
        value$,
      ),
    { until: 600_000 },
  ).values.map(({ at, value }) => [at, value]);

describe('failover of models', () => {
  const model = (engines: readonly Llm[], options?: FailoverOptions) => failover(engines, options);
  const ask = (llm: Llm) =>
    llm(question).pipe(map((event: LlmEvent) => (event.type === 'token' ? event.text : '')));

  it('should leave the work to the first, while it can', () => {
    const second = counted(says('two'));
    const llm = model([says('one'), second.engine]);
    expect(watch(llm, ask(llm))).toEqual([[10, 'one']]);
    expect(second.count).toBe(0);
  });

  it('should turn to the next when one fails before its first token, and warn', () => {
    const llm = model([() => fail(50), says('two')]);
    expect(watch(llm, ask(llm))).toEqual([
      [50, 'Engine 1 of 2 failed. The service is gone. The next takes over.'],
      [60, 'two'],
    ]);
  });

  it('should turn to the next when one takes too long to begin, but be patient with the last', () => {
    const llm = model([() => NEVER, says('two', 60_000)], { patienceMs: 1_000 });
    expect(watch(llm, ask(llm))).toEqual([
      [1_000, 'Engine 1 of 2 failed. It took too long to begin. The next takes over.'],
      [61_000, 'two'],
    ]);
  });

  it('should not begin an answer again after its first token', () => {
    const second = counted(says('two'));
    const llm = model([() => concat(says('one')(question), fail<LlmEvent>()), second.engine]);
    const { failed, values } = virtualTime(() => ask(llm));
    expect(values.map(({ value }) => value)).toEqual(['one']);
    expect(failed?.error).toBe(gone);
    expect(second.count).toBe(0);
  });

  it('should leave out one that failed until it had time to recover, in every call', () => {
    let isWell = false;
    const first = counted<Llm>(() => (isWell ? says('one')(question) : fail()));
    const llm = model([first.engine, says('two')], { coolDownMs: 1_000 });
    const call = () => ask(llm.session!());
    const { values } = virtualTime(() =>
      concat(
        call(),
        call(),
        timer(500).pipe(ignoreElements()),
        defer(() => ((isWell = true), call())),
        timer(600).pipe(ignoreElements()),
        call(),
      ),
    );
    expect(values.map(({ value }) => value)).toEqual(['two', 'two', 'two', 'one']);
    expect(first.count).toBe(2);
  });

  it('should fail as the last one does when all do, and try them all the next time', () => {
    const first = counted<Llm>(() => fail());
    const llm = model([first.engine, () => throwError(() => new Error('me too'))]);
    for (let turn = 1; turn <= 2; turn++) {
      expect(virtualTime(() => ask(llm)).failed?.error).toEqual(
        turn === 1 ? new Error('me too') : expect.anything(),
      );
      expect(first.count).toBe(turn);
    }
  });

  it('should print nothing that could be a secret of a foreign engine', () => {
    const llm = model([() => throwError(() => new TypeError('sk-secret')), says('two')]);
    expect(watch(llm, ask(llm))[0]![1]).toBe(
      'Engine 1 of 2 failed. It threw: TypeError: …. The next takes over.',
    );
  });

  it('should stop whatever runs when it is unsubscribed', () => {
    const llm = model([() => fail(50), () => NEVER]);
    expect(virtualTime(() => ask(llm), { until: 100 }).leftTimers).toBe(0);
  });

  it('should refuse to stand for none', () => {
    expect(() => model([])).toThrow(/no engine/);
  });
});

describe('failover of voices', () => {
  const frame = (hz: number): AudioFrame => ({ pcm: new Int16Array(hz / 50), sampleRate: hz });
  const voice =
    (hz: number): Tts =>
    () =>
      of(frame(hz), frame(hz));
  const breaking: Tts = () => concat(of(frame(8_000)), fail<AudioFrame>(5));
  const heard = (tts: Tts, ...texts: string[]) =>
    concat(...texts.map(text => tts(text))).pipe(map(({ sampleRate }) => sampleRate));

  it('should speak the sentence from its start with the next, if no audio of it was out', () => {
    const tts = failover([() => fail<AudioFrame>(5), voice(16_000)]);
    expect(watch(tts, heard(tts, 'One.')).map(([, value]) => value)).toEqual([
      expect.stringContaining('The next takes over'),
      16_000,
      16_000,
    ]);
  });

  it('should speak it with the next if the first has no audio for words', () => {
    const tts = (): Tts => failover([() => EMPTY, voice(16_000)]);
    const words = tts();
    expect(watch(words, heard(words, 'One.')).map(([, value]) => value)).toEqual([
      'Engine 1 of 2 failed. The voice had no audio for the words it was given. The next takes over.',
      16_000,
      16_000,
    ]);
    const mark = tts();
    expect(watch(mark, heard(mark, '…'))).toEqual([]);
  });

  it('should go on with the next sentence if there was', () => {
    const tts = failover([breaking, voice(16_000)]);
    expect(watch(tts, heard(tts, 'One.', 'Two.')).map(([, value]) => value)).toEqual([
      8_000,
      'Engine 1 of 2 failed. The service is gone. A sentence was cut.',
      16_000,
      16_000,
    ]);
  });
});

describe('failover of speech-to-text', () => {
  /** Ends after this much audio; reports its input, with positions in its own audio. */
  const hearing =
    (breaksAt: number, ...tells: readonly [at: number, transcript: SttEvent][]): Stt =>
    frame$ =>
      defer(() => {
        let ms = 0;
        const due = [...tells];
        return frame$.pipe(
          mergeMap(() => {
            ms += 20;
            if (ms > breaksAt) return throwError(() => gone);
            const count = due.filter(([at]) => at <= ms).length;
            return of(...due.splice(0, count).map(([, transcript]) => transcript));
          }),
        );
      });
  const listen = (engines: readonly Stt[], ms = 5_000, options?: FailoverOptions) => {
    const stt = failover(engines, options);
    return watch(stt, scriptedInput(ms).pipe(stt));
  };

  it('should let the next hear what was said since the last final, with positions of the whole call', () => {
    const first = hearing(
      3_000,
      [1_100, { type: 'speechStart', at: 1_000 }],
      [2_000, { type: 'final', text: 'It is', end: 1_900 }],
      [2_500, { type: 'interim', text: 'warm' }],
    );
    // It is given the audio from 1,900 on.
    const second = hearing(
      Infinity,
      [100, { type: 'speechStart', at: 40 }],
      [200, { type: 'interim', text: 'warm to' }],
      [1_500, { type: 'final', text: 'warm today', end: 1_400 }],
      [1_800, { type: 'utteranceEnd', end: 1_400 }],
      [2_400, { type: 'speechStart', at: 2_300 }],
    );
    expect(listen([first, second])).toEqual([
      [1_100, { type: 'speechStart', at: 1_000 }],
      [2_000, { type: 'final', text: 'It is', end: 1_900 }],
      [2_500, { type: 'interim', text: 'warm' }],
      [3_020, expect.stringContaining('The next takes over')],
      [3_020, { type: 'interim', text: 'warm to' }],
      [3_400, { type: 'final', text: 'warm today', end: 3_300 }],
      [3_700, { type: 'utteranceEnd', end: 3_300 }],
      [4_300, { type: 'speechStart', at: 4_200 }],
    ]);
  });

  it('should let the next hear on when one leaves off without a word', () => {
    const leaving: Stt = frame$ =>
      frame$.pipe(
        take(3),
        mergeMap(() => EMPTY),
      );
    const second = hearing(Infinity, [200, { type: 'final', text: 'Hello', end: 180 }]);
    expect(listen([leaving, second], 1_000)).toEqual([
      [60, 'Engine 1 of 2 failed. It stopped listening before the audio was over. The next takes over.'],
      [200, { type: 'final', text: 'Hello', end: 180 }],
    ]);
    expect(listen([hearing(Infinity), second], 1_000)).toEqual([]);
  });

  it('should keep no more audio than it may, and little while the user is silent', () => {
    const lengths: number[] = [];
    const counting: Stt = frame$ =>
      defer(() => {
        let count = 0;
        return frame$.pipe(
          mergeMap(() => ((count += 1), EMPTY)),
          source$ =>
            concat(
              source$,
              defer(() => (lengths.push(count * 20), EMPTY)),
            ),
        );
      });
    const heard: [number, SttEvent][] = [
      [100, { type: 'speechStart', at: 0 }],
      [600, { type: 'utteranceEnd', end: 300 }],
    ];
    listen([hearing(9_000, ...heard), counting], 10_000);
    listen([hearing(9_000, [100, { type: 'speechStart', at: 0 }]), counting], 10_000, { bufferMs: 5_000 });
    expect(lengths).toEqual([3_000 - 20, 6_000 - 20]);
  });

  it('should give the next engine all audio of one that emitted nothing, for it may have been failing all along', () => {
    const second = hearing(Infinity, [200, { type: 'final', text: 'Hello', end: 180 }]);
    expect(listen([hearing(9_000), second], 10_000).slice(1)).toEqual([
      [9_020, { type: 'final', text: 'Hello', end: 180 }],
    ]);
  });

  it('should let the next hear what was said when one fails while the audio is over', () => {
    const draining: Stt = frame$ =>
      concat(
        frame$.pipe(mergeMap(() => EMPTY)),
        throwError(() => gone),
      );
    const second = hearing(Infinity, [200, { type: 'final', text: 'Hello', end: 180 }]);
    expect(listen([draining, second], 1_000).slice(1)).toEqual([
      [1_000, { type: 'final', text: 'Hello', end: 180 }],
    ]);
  });

  it('should fail as its input does, and blame no engine', () => {
    const stt = failover([hearing(Infinity), hearing(Infinity)]);
    const unplugged = new Error('unplugged');
    const input$ = concat(
      scriptedInput(100),
      throwError(() => unplugged),
    );
    expect(virtualTime(() => input$.pipe(stt)).failed?.error).toBe(unplugged);
  });

  it('should fail when none is left', () => {
    const { failed } = virtualTime(() => of(silence(20)).pipe(failover([hearing(0), hearing(0)]), toArray()));
    expect(failed?.error).toBe(gone);
  });
});

describe('failover, in addition to its work', () => {
  const loading = (engine: string, ms: number) => timer(ms).pipe(map(() => ({ engine, progress: 1 })));

  it('should be ready when the first engine is, and keep the others warm', () => {
    let warm = 0;
    const second = Object.assign(says('two'), { warm$: defer(() => ((warm += 1), NEVER)) });
    const llm = failover([Object.assign(says('one'), { warm$: loading('one', 100) }), second]);
    expect(virtualTime(() => llm.warm$!, { until: 200 }).values).toEqual([
      { at: 100, value: { engine: 'one', progress: 1 } },
    ]);
    expect(warm).toBe(1);
  });

  it('should be ready with the next when the first can not be', () => {
    const first = Object.assign(says('one'), { warm$: fail<never>(50) });
    const second = Object.assign(says('two'), { warm$: loading('two', 100) });
    const llm = failover([first, second]);
    expect(virtualTime(() => llm.warm$!, { until: 200 }).values[0]?.value.engine).toBe('two');
  });

  it('should use a session of each engine for each call, and emit their notices', () => {
    const notice$ = of<Notice>({ type: 'connected', reused: true, ms: 0 });
    const inner = Object.assign(says('in a session'), { notice$ });
    const llm = failover([Object.assign(says('outside'), { session: () => inner })]).session!();
    expect(watch(llm, llm(question).pipe(map(event => event.type)))).toEqual([
      [0, 'connected'],
      [10, 'token'],
    ]);
  });
});
