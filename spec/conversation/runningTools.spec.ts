import { concat, defer, EMPTY, finalize, map, mergeMap, NEVER, type Observable, of, Subject } from 'rxjs';
import { asyncScheduler, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silence } from '../../lib/audio/frame.ts';
import type { Command } from '../../lib/conversation/command.ts';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import { type Tool, tool } from '../../lib/llm/tool.ts';
import { stillRunning } from '../../lib/llm/toolResults.ts';
import { type Call, run } from './call.ts';

/** Committed at 1,300. */
const question = { from: 200, to: 1_000, text: 'Book a table.' };
/** Noticed at 3,100, its first word is there at 3,340; committed at 4,300. */
const more = { from: 3_000, to: 4_000, text: 'For two please.' };
const noise = { from: 3_000, to: 3_200, text: '' };

const words = (text: string): LlmEvent => ({ type: 'token', text });
const call = (name: string, id = name): LlmEvent => ({ type: 'toolCall', id, name, arguments: '{}' });
const said = (...[commands, at]: [readonly Command[], number]): Observable<Command> =>
  timer(at).pipe(mergeMap(() => commands));

/** A tool that records its runs. */
function noting(takes: number, onInterrupt?: 'finish' | 'cancel', name = 'book') {
  const notes: [number, string][] = [];
  const note = (what: string): unknown => notes.push([asyncScheduler.now(), what]);
  const run = (): Observable<string> =>
    defer(() => {
      note('begun');
      return (takes === Infinity ? NEVER : timer(takes)).pipe(
        map(() => {
          note('done');
          return `${name} done`;
        }),
        finalize(() => note('over')),
      );
    });
  const options = { ...(onInterrupt && { onInterrupt }), timeoutMs: 60_000 };
  return { notes, tool: tool({ name, description: '', parameters: z.object({}), run, ...options }) };
}

/**
 * A model that calls, after a delay in ms, each tool without a result; as models do, it calls again after an error.
 */
const calling =
  (name = 'book', afterMs = 200): Llm =>
  messages => {
    const last = messages.findLast(({ role }) => role === 'tool');
    const again = last === undefined || last.content.includes('error');
    return timer(afterMs).pipe(map(() => (again ? call(name) : words('It is done.'))));
  };

const talk = (tools: readonly Tool[], call: Partial<Call> = {}) =>
  run({ says: [question, more], lasts: 8_000, llm: calling(), ...call, tools });
const history = (events: readonly ConversationEvent[]) => events.reduce<readonly Message[]>(remember, []);
const results = (messages: readonly Message[] = []): string[] =>
  messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
const told = (values: ReturnType<typeof run>['values']): [number, string][] =>
  values.flatMap(({ at, value }) => (value.type === 'bot.toolResult' ? [[at, value.content]] : []));

describe('a tool that runs when its reply is cut', () => {
  it('should finish, once, and its result be in the history of the next request', () => {
    const { tool, notes } = noting(2_500);
    const { values, asked, events, alive } = talk([tool], {
      says: [question, more, { from: 6_000, to: 6_500, text: 'Thanks.' }],
    });
    expect(notes).toEqual([
      [1_500, 'begun'],
      [4_000, 'done'],
      [4_000, 'over'],
    ]);
    expect(told(values)).toEqual([[4_000, 'book done']]);
    expect(asked.map(results)).toEqual([[], ['book done'], ['book done']]);
    expect(history(events).map(({ role }) => role)).toEqual([
      ...['user', 'assistant', 'tool', 'user', 'assistant', 'user', 'assistant'],
    ]);
    expect(alive).toBe(0);
  });

  it('should read as running for the model, and have its result in the request after that if it is late', () => {
    const { tool, notes } = noting(4_000);
    const { asked, events } = talk([tool], {
      says: [question, more, { from: 6_000, to: 6_500, text: 'Thanks.' }],
    });
    expect(asked.map(results)).toEqual([[], [stillRunning], ['book done']]);
    expect(notes.map(([, what]) => what)).toEqual(['begun', 'done', 'over']);
    expect(results(history(events))).toEqual(['book done']);
  });

  it('should have the model asked again where its result comes before a word of the next answer', () => {
    const { tool } = noting(2_900);
    const { asked, events, at } = talk([tool], { llm: calling('book', 300) });
    expect(at('bot.toolResult')).toBe(4_500);
    expect(asked.map(results)).toEqual([[], [stillRunning], ['book done']]);
    expect(at('bot.token')).toBe(4_800);
    expect(events.filter(({ type }) => type === 'bot.spoke')).toHaveLength(1);
  });

  it('should abort the request that is asked again', () => {
    const { tool } = noting(2_900);
    const model = calling('book', 300);
    let open = 0;
    const atMost: number[] = [];
    talk([tool], {
      llm: (messages, request) =>
        defer(() => {
          atMost.push((open += 1));
          return model(messages, request).pipe(finalize(() => (open -= 1)));
        }),
    });
    expect(atMost).toEqual([1, 1, 1]);
    expect(open).toBe(0);
  });

  it('should have a result where it is unknown and the voice fails within the request', () => {
    const { values, events } = talk([noting(100).tool], {
      says: [question],
      filler: { max: 0 },
      llm: () => of(call('other'), words('Let me see.')),
      tts: () => throwError(() => new Error('no voice')),
    });
    expect(told(values)).toEqual([[1_300, expect.stringContaining('error')]]);
    expect(results(history(events))).toEqual([expect.stringContaining('error')]);
  });

  it('should have a result for each call where the answer breaks off and the voice fails with it', () => {
    let requests = 0;
    const { values, events } = talk([noting(0).tool], {
      says: [question],
      llm: () =>
        defer(() =>
          requests++ === 0
            ? of(words('Let me see. '), call('book', 'a'))
            : concat(
                of(call('book', 'b'), call('book', 'c'), words('And so on.')),
                throwError(() => new Error('broke off')),
              ),
        ),
      tts: text => (text.startsWith('Let') ? of(silence(20)) : throwError(() => new Error('no voice'))),
      speech: { ahead: 1, leadMs: 200 },
    });
    expect(told(values)).toHaveLength(3);
    expect(results(history(events))).not.toContain(stillRunning);
  });

  it('should be aborted where it may be cancelled, and its call say so', () => {
    const { tool, notes } = noting(2_500, 'cancel');
    const { values, events } = talk([tool], {
      llm: messages => (results(messages).length > 0 ? of(words('Gone.')) : calling()(messages)),
    });
    expect(notes).toEqual([
      [1_500, 'begun'],
      [3_340, 'over'],
    ]);
    expect(told(values)).toEqual([[3_340, expect.stringContaining('Cancelled')]]);
    expect(results(history(events))).toEqual([expect.stringContaining('Cancelled')]);
  });

  it.each<[string, readonly Command[]]>([
    ['interrupt', [{ type: 'interrupt' }]],
    ['say now', [{ type: 'say', text: 'News.', now: true }]],
  ])('should be the same where a program cuts it (%s)', (_, commands) => {
    for (const onInterrupt of ['finish', 'cancel'] as const) {
      const { tool, notes } = noting(2_500, onInterrupt);
      const { events } = talk([tool], { says: [question], commands$: said(commands, 2_000) });
      expect(notes.at(-1)).toEqual(onInterrupt === 'finish' ? [4_000, 'over'] : [2_000, 'over']);
      expect(results(history(events))).toEqual([
        onInterrupt === 'finish' ? 'book done' : expect.stringContaining('Cancelled'),
      ]);
    }
  });

  it('should finish also where the voice or the output fails', () => {
    const { tool, notes } = noting(2_500);
    const llm: Llm = messages =>
      messages.at(-1)?.role === 'tool' ? of(words('Done.')) : of(words('Let me see. '), call('book'));
    const tts = () => timer(400).pipe(mergeMap(() => throwError(() => new Error('no voice'))));
    const { at, events } = talk([tool], { says: [question], llm, tts });
    expect([at('turn.failed'), at('bot.toolResult')]).toEqual([1_700, 3_800]);
    expect(notes.map(([, what]) => what)).toEqual(['begun', 'done', 'over']);
    expect(results(history(events))).toEqual(['book done']);
  });

  it('should keep its id to itself: a call of a later reply has another', () => {
    const { tool } = noting(4_000);
    const { events } = talk([tool], {
      llm: () => timer(200).pipe(map(() => call('book', 'same'))),
      lasts: 6_000,
    });
    const ids = events.flatMap(event => (event.type === 'bot.tool' ? [event.id] : []));
    expect(ids.slice(0, 2)).toEqual(['same', 'same_1']);
    expect(results(history(events)).slice(0, 2)).toEqual(['book done', 'book done']);
  });

  it('should not outlive the call: not a hang-up, and at most 10 s where the input ends', () => {
    for (const { until, commands$, overAt } of [
      { until: 4_100, overAt: 4_100 },
      { commands$: said([{ type: 'hangUp' }], 4_200), overAt: 4_200 },
      { commands$: said([{ type: 'hangUp', goodbye: 'Bye.' }], 4_200), overAt: 4_540 },
      { overAt: 18_000 },
    ]) {
      const { tool, notes } = noting(Infinity);
      const { events } = talk([tool], {
        ...(until !== undefined && { until }),
        ...(commands$ && { commands$ }),
      });
      expect(notes).toEqual([
        [1_500, 'begun'],
        [overAt, 'over'],
      ]);
      if (until === undefined)
        expect(results(history(events))).toEqual([expect.stringContaining('Cancelled')]);
      if (commands$) expect(events.at(-1)?.type).toBe('call.ended');
    }
  });

  it('should be waited for where the input ends, if its result is to come in time', () => {
    const { tool } = noting(9_000);
    const { completedAt, at } = talk([tool]);
    expect([at('bot.toolResult'), completedAt]).toEqual([10_500, 10_500]);
  });

  it('should not be believed to run in a call that goes on with the history', () => {
    const { asked } = talk([], {
      says: [question],
      llm: () => of(words('Yes.')),
      history: [
        { role: 'user', content: 'Hi.' },
        { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'book', arguments: '{}' }] },
        { role: 'tool', content: stillRunning, toolCallId: '1' },
      ],
    });
    expect(asked.map(results)).toEqual([[expect.stringContaining('Cancelled')]]);
  });
});

describe('a tool that is called while the user speaks over the reply', () => {
  const slow = calling('book', 2_000); // called at 3,300

  it('should begin when the reply goes on', () => {
    const { tool, notes } = noting(100);
    const { at } = talk([tool], { says: [question, noise], llm: slow });
    expect([at('bot.paused'), at('bot.tool'), at('bot.resumed')]).toEqual([3_100, 3_300, 3_500]);
    expect(notes[0]).toEqual([3_500, 'begun']);
  });

  it('should not run if the reply is cut, and its call say so', () => {
    const { tool, notes } = noting(100);
    const { values, asked } = talk([tool], { llm: slow, until: 5_000 });
    expect(notes).toEqual([]);
    expect(told(values)).toEqual([[3_340, expect.stringContaining('Not run')]]);
    expect(asked.map(results)).toEqual([[], [expect.stringContaining('Not run')]]);
  });

  it('should go on where it has begun, while the next one of the reply waits', () => {
    const [first, second] = [noting(1_700, 'finish', 'first'), noting(100, 'finish', 'second')];
    const llm: Llm = messages => {
      const done = results(messages).length;
      return timer(100).pipe(map(() => [call('first'), call('second'), words('Done.')][done]!));
    };
    const { at } = talk([first.tool, second.tool], { says: [question, noise], llm });
    expect(at('bot.resumed')).toBe(3_500);
    expect(first.notes[1]).toEqual([3_100, 'done']);
    expect(second.notes[0]).toEqual([3_500, 'begun']);
  });

  it.each<[string, readonly Command[]]>([
    ['interrupt', [{ type: 'interrupt' }]],
    ['say now', [{ type: 'say', text: 'News.', now: true }]],
    ['hangUp', [{ type: 'hangUp', goodbye: 'Bye.' }]],
  ])('should not run where a program cuts the reply (%s)', (_, commands) => {
    const { tool, notes } = noting(100);
    talk([tool], { says: [question, noise], llm: slow, commands$: said(commands, 3_400) });
    expect(notes).toEqual([]);
  });

  it('should not hang up on a user who speaks', () => {
    const commands$ = new Subject<Command>();
    const end = tool({
      name: 'end',
      description: '',
      parameters: z.object({}),
      run: () => {
        commands$.next({ type: 'hangUp' });
        return 'ended';
      },
    });
    const { at } = talk([end], { llm: calling('end', 2_000), commands$ });
    expect([at('user.said', 2), at('call.ended')]).toEqual([4_300, 6_300]);
  });
});

describe('a tool of a guess', () => {
  it.each([false, true])('should run once where the guess broke after its call (tts: %s)', tts => {
    for (const before$ of [EMPTY, of(words('Let me see. '))]) {
      const { tool, notes } = noting(100);
      let requests = 0;
      const llm: Llm = messages =>
        messages.at(-1)?.role === 'tool'
          ? of(words('Done.'))
          : requests++ === 0
            ? concat(
                before$,
                of(call('book', 'a')),
                timer(10).pipe(mergeMap(() => throwError(() => new Error('lost')))),
              )
            : of(call('book', 'b'));
      const { events } = talk([tool], { says: [question], llm, speculation: { tts } });
      // words that are already synthesised can't be taken back: the turn fails, as one that breaks off does
      const failed = tts && before$ !== EMPTY;
      expect(notes.filter(([, what]) => what === 'begun')).toHaveLength(failed ? 0 : 1);
      expect(events.filter(({ type }) => type === 'turn.failed')).toHaveLength(failed ? 1 : 0);
      const calls = events.flatMap(event => (event.type === 'bot.tool' ? [event.id] : []));
      expect(calls).toEqual([failed ? 'a' : 'b']);
    }
  });

  it.each([false, true])('should not run where the guess is discarded (tts: %s)', tts => {
    const { tool, notes } = noting(100);
    const { asked, events } = talk([tool], {
      says: [
        { from: 200, to: 1_000, text: 'Book a table' },
        { from: 1_200, to: 1_800, text: 'for two.' },
      ],
      llm: calling('book', 0),
      speculation: { tts },
    });
    expect(asked.length).toBeGreaterThan(2);
    expect(notes.filter(([, what]) => what === 'begun')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'bot.tool')).toHaveLength(1);
  });
});

describe('an answer that breaks off after its calls', () => {
  it('should run none of them, and each say so', () => {
    const { tool, notes } = noting(100);
    const llm: Llm = () =>
      concat(
        of(words('Well. '), call('book', 'a'), call('book', 'b')),
        throwError(() => new Error('lost')),
      );
    const { values, events } = talk([tool], { says: [question], llm });
    expect(notes).toEqual([]);
    expect(told(values).map(([, content]) => content)).toEqual([
      expect.stringContaining('Not run'),
      expect.stringContaining('Not run'),
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'turn.failed', heard: 'Well.' });
  });

  it('should run none of them where the voice failed in the same moment', () => {
    const { tool, notes } = noting(100);
    const tts = Object.assign(() => EMPTY, {
      stream: () => {
        throw new Error('no voice');
      },
    });
    for (const before of [[], [words('Well. ')]]) {
      const llm: Llm = () => of(...before, call('book'));
      const { events } = talk([tool], { says: [question], llm, session: { tts } });
      expect(events.filter(({ type }) => type === 'turn.failed')).toHaveLength(1);
    }
    expect(notes).toEqual([]);
  });
});
