import { asyncScheduler, concat, defer, map, NEVER, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ConversationEvent, remember } from '../../../lib/index.ts';
import { type SpeculationOptions, stages } from '../../../lib/operators.ts';
import type { Llm, LlmEvent, Message } from '../../../lib/llm/message.ts';
import type { Tool } from '../../../lib/llm/tool.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { scriptedLlm, scriptedTts } from '../../../lib/testing/index.ts';
import { type Call, figuresOf, run } from '../call.ts';
import { engine, voices } from './engine.ts';

/**
 * In every scenario the user's voice ends at 1,500 ms, the engine sets the final words at 1,600 and the end of the turn
 * at 2,100; the model takes 200 ms to its first word, the voice 100 ms to its first sound.
 */
const question: (readonly [number, SttEvent])[] = [
  [600, { type: 'speechStart', at: 500 }],
  [900, { type: 'interim', text: 'what is' }],
  [1_200, { type: 'interim', text: 'what is new' }],
  [1_600, { type: 'final', text: 'What is new?', end: 1_500 }],
];
const end = (at: number): readonly [number, SttEvent] => [at, { type: 'utteranceEnd', end: 1_500 }];
const asked = [...question, end(2_100)];

const call = (script: (readonly [number, SttEvent])[], options: Partial<Call> = {}) =>
  run({ says: [], lasts: 9_000, stt: engine(script), llm: scriptedLlm('Not much.'), ...options });
const only = <Type extends ConversationEvent['type']>(events: readonly ConversationEvent[], type: Type) =>
  events.filter((event): event is Extract<ConversationEvent, { type: Type }> => event.type === type);
const started = (values: ReturnType<typeof run>['values']) =>
  values.filter(({ value }) => value.type === 'bot.speculated').map(({ at, value }) => [at, value]);

describe('an answer that is begun before the turn is over', () => {
  it('should be there when it is', () => {
    const off = call(asked);
    const on = call(asked, { speculation: true });
    const both = call(asked, { speculation: { tts: true } });
    // 200 ms to the first word, 20 to the full stop, 100 to the first sound
    expect([off.at('bot.speaking'), on.at('bot.speaking'), both.at('bot.speaking')]).toEqual([
      2_420, 2_200, 2_100,
    ]);
    expect(started(on.values)).toEqual([
      [
        2_100,
        {
          type: 'bot.speculated',
          turn: 1,
          kept: true,
          aheadMs: 500,
          savedMs: 200,
          tokens: 2,
          answeredMs: 220,
        },
      ],
    ]);
    expect(started(both.values)[0]?.[1]).toMatchObject({ kept: true, aheadMs: 500, savedMs: 320 });
  });

  it('should be begun by final words, by an engine’s eager end, by words that stand, or by a silence', () => {
    const from = (script: (readonly [number, SttEvent])[], options: Partial<Call> = {}) =>
      started(call(script, { speculation: true, ...options }).values).map(
        ([at, event]) => Number(at) - (event as { aheadMs: number }).aheadMs,
      );
    expect(from(asked)).toEqual([1_600]);
    expect(from(asked, { speculation: { stableMs: 350 } })).toEqual([1_550]); // the words stand since 1,200
    const flux = [
      ...question.slice(0, 3),
      [1_300, { type: 'eagerEnd', text: 'What is new?' }],
    ] as typeof asked;
    expect(from([...flux, ...question.slice(3), end(2_100)])).toEqual([1_300]);
    const voice = voices([
      [560, { type: 'speechStart', at: 500 }],
      [1_300, { type: 'speechEnd', at: 1_200 }],
    ]);
    expect(from(asked, { vad: voice })).toEqual([1_300]);
  });

  it('should not be taken for the answer to the same words in another turn', () => {
    const says = [
      { from: 200, to: 600, text: 'Next one.' },
      { from: 1_000, to: 1_500, text: 'Next one.' },
    ];
    const bargeIn = { protect: () => true };
    const { events } = run({
      says,
      lasts: 9_000,
      bargeIn,
      speculation: true,
      llm: scriptedLlm('Fine, yes.'),
    });
    expect(only(events, 'user.said').map(({ turn }) => turn)).toEqual([1, 2]);
    expect(only(events, 'bot.spoke').map(({ turn }) => turn)).toEqual([1, 2]);
  });

  it('should be reported in figures that add up', () => {
    const [turn] = figuresOf(call(asked, { speculation: { tts: true } }).values);
    expect(stages.map(stage => turn?.[stage])).toEqual([600, 0, 0, 0, 0]);
    expect(turn?.total).toBe(600);
    expect(turn?.speculation).toEqual({ kept: true, savedMs: 320, discarded: 0, discardedTokens: 0 });
    expect(turn?.llmTotal).toBe(220); // from the request to the last token, not to the commit
  });

  it('should still be on its way when the turn is over sooner', () => {
    const { values } = call([...question, end(1_700)], { speculation: { tts: true } });
    const [turn] = figuresOf(values);
    // begun at 1,600; the first word at 1,800, the sentence at 1,820, its sound at 1,920
    expect(stages.map(stage => turn?.[stage])).toEqual([200, 100, 20, 100, 0]);
  });

  it('should be in the history like any other', () => {
    const next: (readonly [number, SttEvent])[] = [
      [4_100, { type: 'speechStart', at: 4_000 }],
      [4_600, { type: 'final', text: 'And now?', end: 4_500 }],
      [4_800, { type: 'utteranceEnd', end: 4_500 }],
    ];
    const { asked: requests, events } = call([...asked, ...next], { speculation: true });
    const history: Message[] = [
      { role: 'user', content: 'What is new?' },
      { role: 'assistant', content: 'Not much.' },
      { role: 'user', content: 'And now?' },
    ];
    expect(requests.at(-1)?.slice(1)).toEqual(history);
    expect(events.reduce<readonly Message[]>(remember, []).slice(0, 3)).toEqual(history);
    expect(requests).toHaveLength(2);
  });

  it('should be kept however the engine sets case and marks in the end', () => {
    const flux: (readonly [number, SttEvent])[] = [
      [600, { type: 'speechStart', at: 500 }],
      [1_300, { type: 'eagerEnd', text: 'whats new' }],
      [1_600, { type: 'final', text: 'What’s new?', end: 1_500 }],
      end(1_600),
    ];
    // "whats" is another word than "what's"
    expect(started(call(flux, { speculation: true }).values)[0]).toMatchObject([1_600, { kept: false }]);
    const same = flux.map(([at, heard]) =>
      heard.type === 'eagerEnd' ? ([at, { ...heard, text: 'what’s  NEW' }] as const) : ([at, heard] as const),
    );
    expect(started(call(same, { speculation: true }).values)).toMatchObject([[1_600, { kept: true }]]);
  });
});

describe('nothing of it should escape', () => {
  const beforeCommit = (options: Partial<Call>) => {
    const { values } = call(asked, options);
    return values.filter(({ at, value }) => at < 2_100 && !/^(user|call)\./u.test(value.type));
  };

  it('should be no event', () => {
    expect(beforeCommit({ speculation: true })).toEqual([]);
    expect(beforeCommit({ speculation: { tts: true } })).toEqual([]);
  });

  it('should be no audio, and not even a voice at the output', () => {
    const opened: number[] = [];
    let frames = 0;
    call([...question, end(8_000)], {
      speculation: { tts: true },
      lasts: 5_000,
      until: 4_900,
      output: speech$ => {
        opened.push(1);
        return speech$.pipe(map(() => ({ playedMs: (frames += 20) })));
      },
    });
    expect([opened, frames]).toEqual([[], 0]);
  });

  it.each([false, true])('should be no call of a tool, for the answer may be discarded (tts: %s)', tts => {
    const ran: number[] = [];
    const door: Tool = {
      name: 'open_door',
      description: 'Opens the door.',
      parameters: {},
      call: () => defer(() => of(`opened ${ran.push(asyncScheduler.now())}`)),
    };
    const llm: Llm = messages =>
      messages.at(-1)?.role === 'tool'
        ? scriptedLlm('It is open.')(messages)
        : timer(100).pipe(
            map(() => ({ type: 'toolCall', id: '1', name: 'open_door', arguments: '{}' }) as const),
          );
    const { events } = call(asked, { llm, tools: [door], speculation: { tts } });
    expect(ran).toEqual([2_100]);
    expect(only(events, 'bot.spoke')).toMatchObject([{ text: 'It is open.' }]);
    const discarded = call([...question, [2_000, { type: 'interim', text: 'no' }]], {
      llm,
      tools: [door],
      speculation: { tts },
      until: 2_500,
    });
    expect([ran.length, discarded.asked.length]).toEqual([1, 1]);
  });

  it('should be emitted after the user’s own words when it is committed', () => {
    const types = call(asked, { speculation: { tts: true } }).values.filter(({ at }) => at === 2_100);
    expect(types.map(({ value }) => value.type)).toEqual([
      'user.said',
      'bot.speculated',
      'bot.token',
      'bot.token',
      'bot.sentence',
      'bot.answered',
      'bot.audio',
      'bot.speaking',
    ]);
  });
});

describe('a guess that was wrong', () => {
  const goesOn: (readonly [number, SttEvent])[] = [
    ...question,
    [2_000, { type: 'interim', text: 'in' }],
    [2_300, { type: 'interim', text: 'in Rome' }],
    [2_500, { type: 'final', text: 'in Rome?', end: 2_400 }],
    [2_800, { type: 'utteranceEnd', end: 2_400 }],
  ];

  it('should be discarded with the first word more, and all be answered that was said', () => {
    const { values, asked: requests, alive, events } = call(goesOn, { speculation: true });
    expect(started(values)).toMatchObject([
      [2_000, { kept: false, aheadMs: 400, savedMs: 0, tokens: 2 }],
      [2_800, { kept: true, tokens: 2 }],
    ]);
    expect(requests.map(messages => messages.at(-1)?.content)).toEqual([
      'What is new?',
      'What is new? in Rome?',
    ]);
    expect(only(events, 'bot.spoke')).toHaveLength(1);
    expect(alive).toBe(0);
  });

  it('should be unsubscribed: its request, its synthesis, all of it', () => {
    const { alive } = call(goesOn, {
      speculation: { tts: true },
      until: 2_010,
      llm: messages => concat(scriptedLlm('Not much. Really. Not much.')(messages), NEVER),
    });
    expect(alive).toBe(0); // the call was hung up, and nothing had stayed behind
    const { values } = call(goesOn, { speculation: { tts: true, perTurn: 1 }, until: 2_200 });
    expect(started(values)).toMatchObject([[2_000, { kept: false }]]);
  });

  it('should be discarded when the engine says that the user goes on', () => {
    const flux: (readonly [number, SttEvent])[] = [
      [600, { type: 'speechStart', at: 500 }],
      [1_300, { type: 'eagerEnd', text: 'What is new' }],
      [1_700, { type: 'resumed' }],
      [2_600, { type: 'final', text: 'What is new in Rome?', end: 2_500 }],
      [2_600, { type: 'utteranceEnd', end: 2_500 }],
    ];
    const { values } = call(flux, { speculation: true });
    expect(started(values)[0]).toMatchObject([1_700, { kept: false, tokens: 2 }]);
    expect(figuresOf(values)[0]?.speculation).toMatchObject({ discarded: 1, discardedTokens: 2 });
  });

  it('should cost no more than the budget', () => {
    const words = 'one two three four five six seven eight'.split(' ');
    const slow: (readonly [number, SttEvent])[] = words.map((_, index) => [
      1_000 + index * 500,
      { type: 'interim', text: words.slice(0, index + 1).join(' ') },
    ]);
    const requests = (speculation: SpeculationOptions) =>
      call(slow, { speculation, until: 5_500 }).asked.length;
    expect(requests({ stableMs: 250 })).toBe(3);
    expect(requests({ stableMs: 250, perTurn: 5 })).toBe(5);
    expect(requests({ stableMs: 250, perTurn: 5, perMinute: 2 })).toBe(2);
    expect(requests({ stableMs: 600, perTurn: 9 })).toBe(1);
  });
});

describe('a guess that fails', () => {
  it('should not fail the turn when the model refused it at once', () => {
    let requests = 0;
    const llm: Llm = messages =>
      requests++ === 0
        ? timer(50).pipe(
            map(() => {
              throw new Error('busy');
            }),
          )
        : scriptedLlm('Not much.')(messages);
    const { events } = call(asked, { speculation: true, llm });
    expect(only(events, 'turn.failed')).toEqual([]);
    expect(only(events, 'bot.spoke')).toMatchObject([{ text: 'Not much.' }]);
  });

  it('should fail the turn as any answer would when it broke off', () => {
    const llm: Llm = () =>
      concat(
        of<LlmEvent>({ type: 'token', text: 'Not much.' }),
        throwError(() => new Error('cut')),
      );
    const { events } = call(asked, { speculation: { tts: true }, llm, tts: scriptedTts() });
    expect(only(events, 'turn.failed')).toMatchObject([{ stage: 'llm', heard: 'Not much.' }]);
  });
});

describe('the silence that a policy waits for', () => {
  it('should be used for the answer', () => {
    const script: (readonly [number, SttEvent])[] = [
      [600, { type: 'speechStart', at: 500 }],
      [1_600, { type: 'final', text: 'I would like a pizza and', end: 1_500 }],
      end(1_600),
    ];
    const { values, at } = call(script, { speculation: true });
    expect(at('user.said')).toBe(2_700);
    expect(figuresOf(values)[0]).toMatchObject({ endpointing: 1_200, llm: 0, speculation: { kept: true } });
  });
});

describe('without speculation', () => {
  it('should ask once the turn is over, however eager the engine is', () => {
    const flux = [...question, [1_700, { type: 'eagerEnd', text: '' }], end(2_100)] as typeof asked;
    const { asked: requests, values } = call(flux);
    expect(requests).toHaveLength(1);
    expect(figuresOf(values)[0]?.speculation.kept).toBe(false);
  });
});
