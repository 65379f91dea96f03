import { concat, concatMap, delay, from, map, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type Command, conversation, type ConversationEvent, remember } from '../../../lib/index.ts';
import { stages, compacting, trimmed } from '../../../lib/operators.ts';
import type { Llm, LlmEvent, Message } from '../../../lib/llm/message.ts';
import type { Tool } from '../../../lib/llm/tool.ts';
import {
  scriptedLlm,
  type ScriptedSpeech,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../../lib/testing/index.ts';
import { type Call, figuresOf, run } from '../call.ts';

/** The user asks until 1,500 ms; the turn is committed at 1,800, and the bot heard from 2,120 to 2,600 ("Not much."). */
const question: ScriptedSpeech = { from: 500, to: 1_500, text: 'What is new?' };
const call = (options: Partial<Call>) => {
  const result = run({ says: [], lasts: 9_000, llm: scriptedLlm('Not much.'), ...options });
  return { ...result, outline: outlineOf(result.values) };
};
const shown = ['user.said', 'bot.filler', 'bot.speaking', 'bot.spoke', 'bot.interrupted', 'call.ended'];
const outlineOf = (values: ReturnType<typeof run>['values']): string[] =>
  values
    .filter(({ value }) => shown.includes(value.type))
    .map(({ at, value }) => {
      const of = 'turn' in value ? `${value.turn} ` : '';
      const what =
        'text' in value
          ? `: ${value.text.trim().replace('\n', ' ')}`
          : 'reason' in value
            ? `: ${value.reason}`
            : '';
      return `${at} ${of}${value.type}${what}`;
    });
const history = (events: readonly ConversationEvent[]) => events.reduce<readonly Message[]>(remember, []);

it('should be a call without a limit, and a bot that never prompts, if the program says so', async () => {
  const events: string[] = [];
  const call$ = conversation({
    stt: scriptedStt([]),
    llm: scriptedLlm('Not much.'),
    tts: scriptedTts(),
    idle: { afterMs: Infinity },
    maxCall: { ms: 2 ** 31 },
  })(NEVER, { write: () => undefined });
  // In real time: virtual time knows no longest timer.
  const call = call$.subscribe(({ type }) => events.push(type));
  await new Promise(resolve => setTimeout(resolve, 50));
  call.unsubscribe();
  expect(events).toEqual(['call.ready']);
});

describe('a greeting', () => {
  it('should be the first thing that is heard, and in the history', () => {
    const { outline, asked } = call({
      greeting: 'Hello there.',
      says: [{ ...question, from: 3_000, to: 4_000 }],
    });
    expect(outline.slice(0, 3)).toEqual([
      '100 0 bot.speaking: Hello there.',
      '820 0 bot.spoke: Hello there.',
      '4300 1 user.said: What is new?',
    ]);
    expect(asked[0]?.slice(1)).toEqual([
      { role: 'assistant', content: 'Hello there.' },
      { role: 'user', content: 'What is new?' },
    ]);
  });

  it('should be interrupted by a user who does not wait, unless it is not interruptible', () => {
    const says = [{ from: 200, to: 600, text: 'What is new?' }];
    expect(call({ greeting: 'Hello there.', says }).outline.slice(0, 3)).toEqual([
      '100 0 bot.speaking: Hello there.',
      '340 0 bot.interrupted: Hello there.',
      '900 1 user.said: What is new?',
    ]);
    const greeting = { text: 'This call is recorded.', interruptible: false };
    expect(call({ greeting, says }).outline.slice(0, 4)).toEqual([
      '100 0 bot.speaking: This call is recorded.',
      '1420 0 bot.spoke: This call is recorded.',
      '1420 1 user.said: What is new?', // and then answered
      '1740 1 bot.speaking: Not much.',
    ]);
  });

  it('should not be counted among the turns', () => {
    const { values } = call({ greeting: 'Hello there.', says: [{ ...question, from: 3_000, to: 4_000 }] });
    expect(figuresOf(values).map(({ turn, llm }) => [turn, llm])).toEqual([[1, 200]]);
  });
});

describe('a user who says nothing', () => {
  const idle = { afterMs: 2_000, prompts: ['Hello?', 'Anybody?'], hangUp: { goodbye: 'Bye.' } };

  it('should be asked, and asked again, and then be left alone', () => {
    const { outline, completedAt, alive } = call({ idle, lasts: 30_000 });
    expect(outline).toEqual([
      '2100 0 bot.speaking: Hello?',
      '2460 0 bot.spoke: Hello?',
      '4560 0 bot.speaking: Anybody?',
      '5040 0 bot.spoke: Anybody?',
      '7140 0 bot.speaking: Bye.',
      '7380 0 bot.spoke: Bye.',
      '7380 call.ended: idle',
    ]);
    expect([completedAt, alive]).toEqual([7_380, 0]);
  });

  it('should be given the time again after every turn and every noise', () => {
    const says = [question, { from: 4_000, to: 4_200, text: '' }];
    const { outline } = call({ idle: { afterMs: 2_000, prompts: ['Hello?'] }, says });
    expect(outline.slice(2)).toEqual([
      '2660 1 bot.spoke: Not much.',
      '6600 0 bot.speaking: Hello?', // the noise was over at 4,500
      '6960 0 bot.spoke: Hello?',
    ]);
  });

  it('should be answered when they speak after all, even into the goodbye’s silence', () => {
    const says = [{ from: 6_000, to: 6_500, text: 'I am here.' }];
    const { outline } = call({ idle, says, lasts: 8_000 });
    expect(outline.slice(4)).toEqual([
      '6800 1 user.said: I am here.',
      '7120 1 bot.speaking: Not much.',
      '7660 1 bot.spoke: Not much.',
    ]);
  });
});

describe('a user who begins to speak when the bot has given up on them', () => {
  const idle = { afterMs: 2_000, prompts: ['Hello?', 'Anybody?'], hangUp: { goodbye: 'Bye.' } };

  it.each([0, 300])('should be heard and answered, whenever that is (noticed after %i ms)', noticedMs => {
    // Prompts from 2,100 and 4,560 ms on, the goodbye from 7,140 to 7,380 ms.
    for (let from = 1_800; from + noticedMs < 7_380; from += 60) {
      const says = [{ from, to: from + 700, text: 'I am here.', noticedMs }];
      const { outline } = call({ idle, says, lasts: 10_000 });
      const said = outline.findIndex(line => line.includes('user.said'));
      const before = outline.slice(0, said).filter(line => line.includes('call.ended'));
      expect([from, said >= 0, before]).toEqual([from, true, []]);
      expect([from, outline[said + 1]]).toEqual([from, expect.stringContaining('1 bot.speaking: Not much.')]);
    }
  });

  it('should not be hung up on while they speak on', () => {
    for (const from of [2_150, 4_600, 6_900, 7_200, 7_300]) {
      const says = [{ from, to: from + 9_000, text: 'I was away and I am here again.', noticedMs: 0 }];
      const { outline } = call({ idle, says, lasts: 20_000 });
      const ended = outline.findIndex(line => line.includes('call.ended'));
      const said = outline.findIndex(line => line.includes('user.said'));
      expect([from, said >= 0 && (ended === -1 || ended > said)]).toEqual([from, true]);
    }
  });
});

describe('a call with a time limit', () => {
  it('should end with a goodbye that nothing interrupts', () => {
    const { outline, completedAt, alive } = call({
      maxCall: { ms: 2_300, goodbye: 'Our time is up.' },
      says: [question, { from: 2_400, to: 2_800, text: 'Wait!' }],
    });
    expect(outline.slice(2)).toEqual([
      '2300 1 bot.interrupted: Not much.',
      '2400 0 bot.speaking: Our time is up.',
      '3300 0 bot.spoke: Our time is up.',
      '3300 call.ended: tooLong',
    ]);
    expect([completedAt, alive]).toEqual([3_300, 0]);
  });
});

describe('a program', () => {
  const told = (...commands: [number, Command][]) =>
    concat(from(commands).pipe(mergeMap(([at, command]) => timer(at).pipe(map(() => command)))), NEVER);

  it('should have something said at once when all is silent', () => {
    const { outline, events } = call({ commands$: told([1_000, { type: 'say', text: 'News!' }]) });
    expect(outline).toEqual(['1100 0 bot.speaking: News!', '1400 0 bot.spoke: News!']);
    expect(history(events)).toEqual([{ role: 'assistant', content: 'News!' }]);
  });

  it('should have it said after the reply that is being spoken, or instead of it', () => {
    const says = [question];
    const after = call({ says, commands$: told([2_200, { type: 'say', text: 'News!' }]) });
    expect(after.outline.slice(1)).toEqual([
      '2120 1 bot.speaking: Not much.',
      '2660 1 bot.spoke: Not much.',
      '2760 0 bot.speaking: News!',
      '3060 0 bot.spoke: News!',
    ]);
    const now = call({ says, commands$: told([2_200, { type: 'say', text: 'News!', now: true }]) });
    expect(now.outline.slice(1, 4)).toEqual([
      '2120 1 bot.speaking: Not much.',
      '2200 1 bot.interrupted: Not much.',
      '2300 0 bot.speaking: News!',
    ]);
  });

  it('should not have it said into what the user says', () => {
    const { outline } = call({
      says: [question],
      commands$: told([1_000, { type: 'say', text: 'News!' }], [1_100, { type: 'say', text: 'More!' }]),
    });
    expect(outline.map(line => line.replace(/^\d+ /u, ''))).toEqual([
      '1 user.said: What is new?',
      '1 bot.speaking: Not much.',
      '1 bot.spoke: Not much.',
      '0 bot.speaking: News!',
      '0 bot.spoke: News!',
      '0 bot.speaking: More!',
      '0 bot.spoke: More!',
    ]);
  });

  it('should silence the bot, and hang up', () => {
    const { outline, completedAt } = call({
      says: [question],
      commands$: told([2_200, { type: 'interrupt' }], [4_000, { type: 'hangUp', goodbye: 'Bye.' }]),
    });
    expect(outline.slice(2)).toEqual([
      '2200 1 bot.interrupted: Not much.',
      '4100 0 bot.speaking: Bye.',
      '4340 0 bot.spoke: Bye.',
      '4340 call.ended: command',
    ]);
    expect(completedAt).toBe(4_340);
  });
});

describe('a slow model, or a slow tool', () => {
  const filler = { afterMs: 1_000, texts: ['One moment.', 'Still looking.'] };

  it('should be covered up by something to say', () => {
    const { outline, values, events } = call({
      says: [question],
      filler,
      llm: scriptedLlm('Not much.', { firstTokenMs: 3_000 }),
    });
    expect(outline).toEqual([
      '1800 1 user.said: What is new?',
      '2800 1 bot.filler: One moment.',
      '2900 1 bot.speaking: One moment.',
      '4920 1 bot.speaking: Not much.',
      '5460 1 bot.spoke: One moment. Not much.',
    ]);
    // the wait the user feels ends with the filler, and its parts add up
    expect(stages.map(stage => figuresOf(values)[0]?.[stage])).toEqual([300, 1_000, 0, 100, 0]);
    expect(history(events).at(-1)).toEqual({ role: 'assistant', content: 'One moment.\nNot much.' });
  });

  it('should not be covered up where it is quick', () => {
    const { outline } = call({ says: [question], filler });
    expect(outline.map(line => line.split(' ')[2])).not.toContain('bot.filler:');
  });

  it('should be covered up from the call of the tool on', () => {
    const archive: Tool = {
      name: 'archive',
      description: 'Old news.',
      parameters: {},
      call: () => of('nothing').pipe(delay(2_000)),
    };
    const llm: Llm = messages =>
      messages.at(-1)?.role === 'tool'
        ? scriptedLlm('Not much.')(messages)
        : from<LlmEvent[]>([
            { type: 'token', text: 'Let me see. ' },
            { type: 'toolCall', id: '1', name: 'archive', arguments: '{}' },
          ]);
    const { outline } = call({ says: [question], filler, llm, tools: [archive] });
    expect(outline.slice(1, 4)).toEqual([
      '1900 1 bot.speaking: Let me see.',
      '2800 1 bot.filler: One moment.',
      '2900 1 bot.speaking: One moment.',
    ]);
  });

  it('should not be covered up before the turn of the answer is committed', () => {
    const { outline } = call({
      says: [{ ...question, endpointingMs: 2_000 }],
      filler,
      speculation: true,
      llm: scriptedLlm('Not much.', { firstTokenMs: 5_000 }),
    });
    expect(outline.slice(0, 2)).toEqual(['3500 1 user.said: What is new?', '4500 1 bot.filler: One moment.']);
  });
});

describe('a long call', () => {
  const user = (content: string): Message => ({ role: 'user', content });
  const bot = (content: string): Message => ({ role: 'assistant', content });
  const withTool: Message[] = [
    user('one'),
    bot('1'),
    user('two'),
    { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'look', arguments: '{}' }] },
    { role: 'tool', content: 'found', toolCallId: 'a' },
    bot('2'),
    user('three'),
  ];

  it('should be cut at the front, never between a call of a tool and its result', () => {
    expect(trimmed(withTool, { maxMessages: 5 })).toEqual(withTool.slice(2));
    for (const maxMessages of [4, 3, 2, 1])
      expect(trimmed(withTool, { maxMessages })).toEqual(withTool.slice(6));
    expect(trimmed(withTool, { maxCharacters: 16 })).toEqual(withTool.slice(2));
    expect(trimmed(withTool, {})).toBe(withTool);
  });

  it('should keep a summary at the front, and the last exchange however long', () => {
    const summary: Message = { role: 'system', content: 'What was said before: a lot' };
    expect(trimmed([summary, ...withTool], { maxMessages: 2 })).toEqual([summary, user('three')]);
  });

  it('should be given to the model as far as it may', () => {
    const says = [0, 1, 2].map(index => ({
      from: index * 4_000 + 500,
      to: index * 4_000 + 1_500,
      text: `This is ${index}.`,
    }));
    const { asked } = call({ says, lasts: 14_000, context: { maxMessages: 3 } });
    expect(
      asked
        .at(-1)
        ?.slice(1)
        .map(({ content }) => content),
    ).toEqual(['This is 1.', 'Not much.', 'This is 2.']);
  });

  it('should be summarised while the user is silent, and go on with the summary', () => {
    const says = [0, 1, 2].map(index => ({
      from: index * 4_000 + 500,
      to: index * 4_000 + 1_500,
      text: `This is ${index}.`,
    }));
    const summarise = compacting(scriptedLlm('They count.'), { over: 3, keep: 2 });
    const { asked, events } = call({ says, lasts: 14_000, context: { compact: summarise } });
    expect(asked.at(-1)?.slice(1)).toEqual([
      { role: 'system', content: 'Summary of the conversation so far: They count.' },
      user('This is 1.'),
      bot('Not much.'),
      user('This is 2.'),
    ]);
    expect(events.filter(({ type }) => type === 'call.compacted')).toHaveLength(2);
  });

  it('should not wait with its prompts for a summary that does not come', () => {
    const { outline } = call({
      lasts: 6_000,
      context: { compact: () => NEVER },
      idle: { afterMs: 2_000, prompts: ['Still there?'] },
    });
    expect(outline[0]).toBe('2100 0 bot.speaking: Still there?');
  });

  it('should not be what it was before the bot spoke again, when a summary comes late', () => {
    const { events } = call({
      lasts: 6_000,
      context: { compact: () => timer(3_000).pipe(map(() => [])) },
      idle: { afterMs: 2_000, prompts: ['Still there?'] },
    });
    expect(history(events)).toEqual([bot('Still there?')]);
  });

  it('should go on as it was when it cannot be summarised', () => {
    const failing: Llm = () => throwError(() => new Error('no'));
    const { values, completedAt } = virtualTime(() => compacting(failing, { over: 3, keep: 2 })(withTool));
    expect([values, completedAt]).toEqual([[], 0]);
    const told: string[] = [];
    const listening: Llm = messages => {
      told.push(messages[1]!.content);
      return of({ type: 'token', text: 'ok' }).pipe(concatMap(event => of(event as LlmEvent)));
    };
    const { values: summaries } = virtualTime(() => compacting(listening, { over: 3, keep: 2 })(withTool));
    expect(told).toEqual(['user: one\nassistant: 1']); // the call of the tool stays with its result
    expect(summaries[0]?.value.slice(1)).toEqual(withTool.slice(2));
  });
});
