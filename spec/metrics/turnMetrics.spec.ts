import { concat, concatMap, from, map, mergeMap, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { conversation } from '../../lib/conversation/conversation.ts';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { summarise, summary } from '../../lib/metrics/summary.ts';
import { type TurnMetrics, turnMetrics } from '../../lib/metrics/turnMetrics.ts';
import { thousandths } from '../../lib/text/thousandths.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';
import { run } from '../conversation/call.ts';

/** The figures of a run: its events, seen at their times. */
const measure = ({ values }: Pick<ReturnType<typeof run>, 'values'>): TurnMetrics[] =>
  virtualTime(() =>
    from(values).pipe(
      concatMap(({ at, value }, index) => timer(at - (values[index - 1]?.at ?? 0)).pipe(map(() => value))),
      turnMetrics(),
    ),
  ).values.map(({ value }) => value);

const question = { from: 500, to: 1_500, text: 'What is the weather?' };

describe('turnMetrics', () => {
  it('should show where the time of a turn went, and add up to the total', () => {
    const [turn] = measure(run({ says: [question], lasts: 6_000 }));
    expect(turn).toEqual({
      turn: 1,
      outcome: 'spoken',
      endpointing: 300,
      llm: 200,
      sentence: 20,
      tts: 100,
      output: 0,
      total: 620,
      stt: 100,
      llmTotal: 300,
      bargeIn: undefined,
      connections: {},
      speculation: { kept: false, savedMs: 0, discarded: 0, discardedTokens: 0 },
      reworded: 0,
      usage: { ttsCharacters: 28, botAudioMs: 1_620, promptTokens: 0, completionTokens: 0 },
    });
  });

  it('should report how long the bot went on after the user began to speak', () => {
    const turns = measure(
      run({
        says: [question, { from: 3_000, to: 3_800, text: 'Wait.' }],
        lasts: 12_000,
        llm: scriptedLlm('Once upon a time there was a king. He had a daughter.'),
      }),
    );
    expect(turns.map(({ outcome, bargeIn }) => [outcome, bargeIn])).toEqual([
      ['interrupted', 80], // noticed 100 ms after the voice began, in a frame that took 20 ms to record
      ['spoken', undefined],
    ]);
    expect(turns[0]?.usage.botAudioMs).toBe(860);
  });

  it('should know no such time when the program interrupts the bot, or nothing was said', () => {
    const { values } = virtualTime(() =>
      conversation({
        stt: scriptedStt([question, { from: 3_000, to: 3_200, text: '' }]),
        llm: scriptedLlm('Once upon a time there was a king. He had a daughter.'),
        tts: scriptedTts(),
        commands$: timer(4_500).pipe(map(() => ({ type: 'interrupt' }) as const)),
      })(scriptedInput(8_000), { write: () => undefined }),
    );
    expect(measure({ values }).map(({ outcome, bargeIn }) => [outcome, bargeIn])).toEqual([
      ['interrupted', undefined],
    ]);
  });

  it('should leave out what did not happen', () => {
    const [turn] = measure(
      run({ says: [question], lasts: 4_000, llm: () => throwError(() => new Error('503')) }),
    );
    expect(turn).toMatchObject({ outcome: 'failed', endpointing: 300, stt: 100 });
    expect([turn?.llm, turn?.total, turn?.llmTotal]).toEqual([undefined, undefined, undefined]);
  });

  it('should add up exactly on a clock of fractions', () => {
    let now = 0;
    const clock = { now: () => (now += 0.1 + 0.2) };
    const events: ConversationEvent[] = [
      { type: 'user.said', turn: 1, text: 'Hi', silenceMs: 100.7 },
      { type: 'bot.token', turn: 1, text: 'Hi.' },
      { type: 'bot.sentence', turn: 1, sentence: 0, text: 'Hi.' },
      { type: 'bot.audio', turn: 1, sentence: 0 },
      { type: 'bot.speaking', turn: 1, sentence: 0, text: 'Hi.' },
      { type: 'bot.answered', turn: 1, text: 'Hi.', promptTokens: 12, completionTokens: 2 },
      { type: 'bot.spoke', turn: 1, text: 'Hi.', audioMs: 400 },
    ];
    const [turn] = virtualTime(() => from(events).pipe(turnMetrics({ clock }))).values.map(
      ({ value }) => value,
    );
    const { endpointing, llm, sentence, tts, output, total } = turn!;
    expect(endpointing + llm! + sentence! + tts! + output!).toBe(total);
    expect(turn?.usage).toEqual({ ttsCharacters: 3, botAudioMs: 400, promptTokens: 12, completionTokens: 2 });
  });

  it('should have figures of a turn within which the call is hung up, and of none that is over', () => {
    const { values } = run({ says: [question], lasts: 6_000 });
    const upTo = (type: ConversationEvent['type']) => ({
      values: values.slice(0, values.findIndex(({ value }) => value.type === type) + 1),
    });
    expect(measure(upTo('bot.speaking'))).toMatchObject([{ turn: 1, outcome: 'interrupted', total: 620 }]);
    expect(measure(upTo('bot.token'))).toMatchObject([{ turn: 1, llm: 200, total: undefined }]);
    expect(measure(upTo('user.said'))).toMatchObject([{ turn: 1, endpointing: 300, llm: undefined }]);
    expect(measure(upTo('user.speaking'))).toEqual([]);
    expect(measure({ values })).toHaveLength(1);
  });

  it('should have figures of a turn within which the call fails, before the error', () => {
    const { values } = run({ says: [question], lasts: 6_000 });
    const begun = values.slice(0, values.findIndex(({ value }) => value.type === 'bot.speaking') + 1);
    const failing$ = concat(
      from(begun).pipe(mergeMap(({ at, value }) => timer(at).pipe(map(() => value)))),
      throwError(() => new Error('gone')),
    );
    const measured = virtualTime(() => failing$.pipe(turnMetrics()));
    expect(measured.values).toMatchObject([{ value: { turn: 1, outcome: 'interrupted', total: 620 } }]);
    expect(measured.failed?.error).toEqual(new Error('gone'));
  });

  it('should measure each turn from its own moments', () => {
    const turns = measure(
      run({
        says: [question, { from: 6_000, to: 7_000, text: 'And tomorrow?', endpointingMs: 500 }],
        lasts: 12_000,
      }),
    );
    expect(turns.map(({ turn, endpointing, total }) => [turn, endpointing, total])).toEqual([
      [1, 300, 620],
      [2, 500, 820],
    ]);
  });
});

describe('summary', () => {
  const turn = (total: number | undefined): TurnMetrics => ({
    turn: 1,
    outcome: 'spoken',
    endpointing: 100,
    llm: undefined,
    sentence: undefined,
    tts: undefined,
    output: undefined,
    total,
    stt: undefined,
    llmTotal: undefined,
    bargeIn: undefined,
    connections: {},
    speculation: { kept: false, savedMs: 0, discarded: 0, discardedTokens: 0 },
    reworded: 0,
    usage: { ttsCharacters: 0, botAudioMs: 0, promptTokens: 0, completionTokens: 0 },
  });

  it('should give the nearest-rank percentiles of the turns that have a figure', () => {
    const totals = Array.from({ length: 100 }, (_, index) => 1_000 - index * 10); // 1,000 … 10, not in order
    const result = summarise([...totals.map(turn), turn(undefined)]);
    expect(result.total).toEqual({ count: 100, p50: 500, p95: 950, p99: 990 });
    expect(result.turns).toBe(101);
    expect(result.llm).toBeUndefined();
  });

  it('should run along', () => {
    const runs = virtualTime(() => of(turn(300), turn(100)).pipe(summary())).values.map(
      ({ value }) => value.total,
    );
    expect(runs.map(total => [total?.count, total?.p50, total?.p99])).toEqual([
      [1, 300, 300],
      [2, 100, 300],
    ]);
  });

  it('should add up exactly also when each figure is printed with three decimals', () => {
    let now = 1_234.56789;
    const clock = { now: () => (now += 17.123456) };
    const event$ = of<ConversationEvent[]>(
      { type: 'user.speaking', turn: 1, sinceMs: 80 },
      { type: 'user.said', turn: 1, text: 'Hello.', silenceMs: 300 },
      { type: 'bot.token', turn: 1, text: 'Hi.' },
      { type: 'bot.sentence', turn: 1, sentence: 0, text: 'Hi.' },
      { type: 'bot.audio', turn: 1, sentence: 0 },
      { type: 'bot.speaking', turn: 1, sentence: 0, text: 'Hi.' },
      { type: 'bot.spoke', turn: 1, text: 'Hi.', audioMs: 100 },
    );
    const figures: TurnMetrics[] = [];
    event$.pipe(turnMetrics({ clock })).subscribe(metrics => figures.push(metrics));
    const { endpointing, llm, sentence, tts, output, total } = JSON.parse(
      JSON.stringify(figures[0], thousandths),
    ) as Record<string, number>;
    expect(endpointing! + llm! + sentence! + tts! + output!).toBeCloseTo(total!, 9);
    expect(total).toBe(368.494);
  });
});
