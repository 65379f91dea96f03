import {
  asyncScheduler,
  concat,
  defer,
  finalize,
  from,
  ignoreElements,
  map,
  NEVER,
  type Observable,
} from 'rxjs';
import { of, Subject, take, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameMs, silence } from '../../lib/audio/frame.ts';
import type { Output } from '../../lib/audio/output.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { handOver } from '../../lib/tts/handOver.ts';
import { play } from '../../lib/tts/play.ts';
import { SpeechLedger } from '../../lib/tts/speechLedger.ts';
import { StageFailure } from '../../lib/tts/stageFailure.ts';

interface Run {
  readonly held$?: Observable<boolean>;
  /** The position that the output reports for the audio it received, ms. Default: it reports nothing. */
  readonly reports?: (ms: number) => number;
  readonly output?: Output;
  readonly speech$?: Observable<AudioFrame>;
  readonly until?: number;
}

const tenFrames$ = from(Array.from({ length: 10 }, () => silence(20)));

/** Plays 200 ms of audio, handed over 100 ms before it is heard. `played`: `from-to: ms` of every subscription of the output. */
const run = ({ held$ = of(false), reports, output, speech$ = tenFrames$, until }: Run) => {
  const played: string[] = [];
  const ledger = new SpeechLedger();
  let subscribed = 0;
  let alive = 0;
  const noting: Output = rest$ =>
    defer(() => {
      const fromMs = asyncScheduler.now();
      let ms = 0;
      return rest$.pipe(
        map(frame => ({ playedMs: reports?.((ms += frameMs(frame))) ?? (ms += frameMs(frame)) })),
        reports === undefined ? ignoreElements() : tap(),
        finalize(() => played.push(`${fromMs}-${asyncScheduler.now()}: ${ms}`)),
      );
    });
  const result = virtualTime(
    () => {
      ledger.begin('Ten frames.');
      const frame$ = defer(() => {
        subscribed += 1;
        alive += 1;
        return speech$.pipe(
          handOver(ledger, 100),
          finalize(() => (alive -= 1)),
        );
      });
      return play(frame$, output ?? noting, held$, ledger);
    },
    until === undefined ? {} : { until },
  );
  const events = result.values.map(({ at, value }) => `${at} ${value.type}`);
  return { ...result, events, played, ledger, subscribed, alive };
};

/** Held from one time to another. */
const heldFrom = (from: number, to = Infinity): Observable<boolean> =>
  concat(
    of(false),
    timer(from).pipe(map(() => true)),
    to === Infinity ? NEVER : timer(to - from).pipe(map(() => false)),
  );

describe('play', () => {
  it('should subscribe the output and the speech once, and complete when all was handed over', () => {
    const { events, played, completedAt, subscribed, leftTimers } = run({});
    expect([events, played, completedAt, subscribed, leftTimers]).toEqual([[], ['0-80: 200'], 80, 1, 0]);
  });

  it('should go on after a pause with the first sample that was not heard', () => {
    const { events, played, completedAt, subscribed } = run({ held$: heldFrom(50, 500) });
    // 160 ms were handed over in 50 ms, and 50 of them heard; the other 150 come again.
    expect(events).toEqual(['50 paused', '500 resumed']);
    expect(played[0]).toMatch(/^0-50: 1[46]0$/u);
    expect(played[1]).toMatch(/: 150$/u);
    expect([subscribed, completedAt! >= 500]).toEqual([1, true]);
  });

  it('should wait while it is held from the beginning, and report no pause', () => {
    const { events, played, subscribed } = run({
      held$: concat(of(true), timer(300).pipe(map(() => false))),
    });
    expect([events, subscribed]).toEqual([[], 1]);
    expect(played).toEqual(['300-380: 200']);
  });

  it('should be silent at once and for as long as it is held', () => {
    const { events, played, completedAt, alive, leftTimers } = run({ held$: heldFrom(50), until: 60_000 });
    expect([events, played.length, completedAt]).toEqual([['50 paused'], 1, undefined]);
    expect([alive, leftTimers]).toEqual([0, 0]);
  });

  it('should not report a hold that is repeated', () => {
    const held$ = concat(
      of(false, false),
      timer(50).pipe(map(() => true)),
      of(true),
      timer(50).pipe(map(() => false)),
      of(false),
    );
    expect(run({ held$ }).events).toEqual(['50 paused', '100 resumed']);
  });

  it.each<[string, Observable<AudioFrame>, Output | undefined, string]>([
    [
      'the voice',
      concat(
        of(silence(20)),
        throwError(() => new StageFailure('tts', 'gone')),
      ),
      undefined,
      'tts',
    ],
    ['the output', tenFrames$, () => throwError(() => new Error('gone')), 'output'],
    [
      'an output that throws',
      tenFrames$,
      () => {
        throw new Error('gone');
      },
      'output',
    ],
  ])('should fail with %s, and unsubscribe everything', (_, speech$, output, stage) => {
    const { failed, alive, leftTimers } = run({ speech$, ...(output && { output }) });
    expect(failed?.error).toMatchObject({ stage });
    expect([alive, leftTimers]).toEqual([0, 0]);
  });

  it('should fail when it goes on where the voice failed while it was held', () => {
    const speech$ = concat(
      of(silence(20)),
      timer(80).pipe(
        map(() => {
          throw new StageFailure('tts', 'gone');
        }),
      ),
    );
    const { failed, events } = run({ speech$, held$: heldFrom(50, 200) });
    expect(events).toEqual(['50 paused', '200 resumed']);
    expect(failed).toMatchObject({ at: 200, error: { stage: 'tts' } });
  });

  it('should unsubscribe output and speech when it is unsubscribed', () => {
    const { played, alive, leftTimers } = run({ until: 50 });
    expect([played.length, alive, leftTimers]).toEqual([1, 0, 0]);
  });

  it('should be held by a command in answer to its own event', () => {
    const held$ = new Subject<boolean>();
    const log: string[] = [];
    virtualTime(() => {
      const ledger = new SpeechLedger();
      ledger.begin('Ten frames.');
      const output: Output = rest$ => rest$.pipe(ignoreElements());
      timer(30).subscribe(() => held$.next(true));
      timer(60).subscribe(() => held$.next(false));
      return play(tenFrames$.pipe(handOver(ledger, 100)), output, concat(of(false), held$), ledger).pipe(
        tap(({ type }) => {
          log.push(`${asyncScheduler.now()} ${type}`);
          if (type === 'resumed') held$.next(true);
        }),
        take(3),
      );
    });
    expect(log).toEqual(['30 paused', '60 resumed', '60 paused']);
  });

  it.each<[string, (ms: number) => number]>([
    ['NaN', () => NaN],
    ['less than nothing', ms => -ms],
    ['infinitely much', () => Infinity],
    ['more than it was handed', ms => ms * 50],
  ])('should never take %s for what was heard', (_, reports) => {
    const { ledger, played } = run({ reports, held$: heldFrom(50, 500) });
    const handed = ledger.playhead.handedMs;
    expect(ledger.heardMs).toBeGreaterThanOrEqual(0);
    expect(ledger.heardMs).toBeLessThanOrEqual(handed);
    expect(played.length).toBe(2);
  });

  it('should not let a report of less than nothing take back what was heard before a pause', () => {
    const { played } = run({ reports: () => -10, held$: heldFrom(50, 500) });
    expect(played[1]).toMatch(/: 150$/u);
  });
});
