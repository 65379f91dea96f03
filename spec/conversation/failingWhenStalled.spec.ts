import {
  concat,
  concatMap,
  EMPTY,
  from,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import type { BotEvent } from '../../lib/conversation/events.ts';
import { failingWhenStalled } from '../../lib/conversation/failingWhenStalled.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { SpeechLedger } from '../../lib/tts/speechLedger.ts';

const turn = 1;
const event = {
  token: { type: 'bot.token', turn, text: 'Hi.' },
  answered: { type: 'bot.answered', turn, text: 'Hi.' },
  sentence: { type: 'bot.sentence', turn, sentence: 0, text: 'Hi.' },
  audio: { type: 'bot.audio', turn, sentence: 0 },
  tool: { type: 'bot.tool', turn, id: 'a', name: 'weather', arguments: '{}' },
  result: { type: 'bot.toolResult', turn, id: 'a', name: 'weather', content: 'sun' },
} as const satisfies Record<string, BotEvent>;

type Step = readonly [number, keyof typeof event];

/** Emits these events, each after its delay in ms, and never completes. */
const reply = (steps: readonly Step[]): Observable<BotEvent> =>
  concat(
    from(steps).pipe(concatMap(([afterMs, name]) => timer(afterMs).pipe(map(() => event[name])))),
    NEVER,
  );

const stalled = (
  steps: readonly Step[],
  {
    ledger = new SpeechLedger(),
    inputOver$ = NEVER,
    until = 100_000,
    stallMs = 1_000,
  }: {
    readonly ledger?: SpeechLedger;
    readonly inputOver$?: Observable<unknown>;
    readonly until?: number;
    readonly stallMs?: number;
  } = {},
): string => {
  const { failed, leftTimers } = virtualTime(
    () => reply(steps).pipe(failingWhenStalled({ stallMs, ledger, inputOver$ })),
    { until },
  );
  expect(leftTimers).toBe(0);
  return failed === undefined ? 'goes on' : `${failed.at} ${(failed.error as { stage: string }).stage}`;
};

describe('failingWhenStalled', () => {
  it.each<[string, readonly Step[], string]>([
    ['nothing comes', [], '1000 llm'],
    ['the model breaks off', [[100, 'token']], '2000 llm'],
    [
      'the voice gives no audio',
      [
        [100, 'token'],
        [0, 'sentence'],
      ],
      '2000 tts',
    ],
    [
      'the voice gives no audio for all of it',
      [
        [100, 'sentence'],
        [0, 'answered'],
      ],
      '2000 tts',
    ],
    [
      'the voice gives no audio for the second sentence',
      [
        [100, 'sentence'],
        [0, 'audio'],
        [0, 'sentence'],
        [0, 'answered'],
      ],
      '2000 tts',
    ],
    [
      'the model breaks off after a sentence',
      [
        [100, 'sentence'],
        [0, 'audio'],
      ],
      '2000 llm',
    ],
    [
      'the output never ends',
      [
        [100, 'sentence'],
        [0, 'audio'],
        [0, 'answered'],
      ],
      '2000 output',
    ],
    ['a tool runs', [[100, 'tool']], 'goes on'],
    [
      'nothing comes after a tool',
      [
        [100, 'tool'],
        [5_000, 'result'],
      ],
      '7000 llm',
    ],
    [
      'events come, each in time',
      [
        [900, 'token'],
        [900, 'token'],
        [900, 'token'],
      ],
      '4000 llm',
    ],
  ])('should judge a reply in which %s', (_, steps, expected) => {
    expect(stalled(steps)).toBe(expected);
  });

  it('should wait as long as a reply is held or sounds', () => {
    const held = new SpeechLedger();
    held.hold();
    expect(stalled([[0, 'token']], { ledger: held })).toBe('goes on');
    const sounding = new SpeechLedger();
    sounding.begin('A long sentence.');
    sounding.playhead.hand(5_500, 0);
    sounding.hand(silence(20));
    expect(
      stalled(
        [
          [0, 'sentence'],
          [0, 'audio'],
          [0, 'answered'],
        ],
        { ledger: sounding },
      ),
    ).toBe('6000 output');
  });

  it('should not wait for a tool when nothing more comes from the user', () => {
    const inputOver$ = timer(3_500);
    expect(stalled([[100, 'tool']], { inputOver$ })).toBe('4000 llm');
    expect(
      stalled([], { inputOver$: throwError(() => Object.assign(new Error('gone'), { stage: 'input' })) }),
    ).toBe('0 input');
  });

  it('should wait indefinitely where the program asks for it', () => {
    expect(stalled([], { stallMs: Infinity, until: 10 ** 9 })).toBe('goes on');
  });

  it('should name the time and the fix in its error', () => {
    const { failed } = virtualTime(() =>
      NEVER.pipe(failingWhenStalled({ stallMs: 50, ledger: new SpeechLedger(), inputOver$: NEVER })),
    );
    expect(String((failed?.error as Error).cause)).toMatch(/50 ms.*stallMs/u);
  });

  it('should pass events, the end and an error on at once', () => {
    const options = { ledger: new SpeechLedger(), inputOver$: NEVER };
    const passed = virtualTime(() => of(event.token).pipe(failingWhenStalled(options)));
    expect([passed.values.map(({ value }) => value), passed.completedAt]).toEqual([[event.token], 0]);
    expect(virtualTime(() => EMPTY.pipe(failingWhenStalled(options))).completedAt).toBe(0);
    const broken$ = concat(
      timer(5).pipe(ignoreElements()),
      throwError(() => new Error('gone')),
    );
    expect(virtualTime(() => broken$.pipe(failingWhenStalled(options)))).toMatchObject({
      failed: { at: 5 },
      leftTimers: 0,
    });
  });
});
