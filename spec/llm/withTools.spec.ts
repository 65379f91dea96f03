import {
  concat,
  defer,
  finalize,
  map,
  NEVER,
  type Observable,
  of,
  shareReplay,
  switchMap,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Llm, LlmEvent, LlmRequest, Message } from '../../lib/llm/message.ts';
import { type Tool, tool } from '../../lib/llm/tool.ts';
import { withTools, type WithToolsOptions } from '../../lib/llm/withTools.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const token = (text: string): LlmEvent => ({ type: 'token', text });
const call = (id: string, name: string, json = '{}'): LlmEvent => ({
  type: 'toolCall',
  id,
  name,
  arguments: json,
});
const question: readonly Message[] = [{ role: 'user', content: 'How is Oslo?' }];

const parameters = z.object({});
const slow = (name: string, ms: number, content = `${name}!`): Tool =>
  tool({ name, description: '', parameters, run: () => timer(ms).pipe(map(() => content)) });

/** A model that answers its n-th request with the n-th of these, 10 ms later; the last repeats. */
function scripted(...rounds: (readonly LlmEvent[] | Observable<LlmEvent>)[]) {
  const asked: { messages: readonly Message[]; request: LlmRequest | undefined }[] = [];
  const llm: Llm = (messages, request) =>
    defer(() => {
      const answer = rounds[Math.min(asked.length, rounds.length - 1)]!;
      asked.push({ messages, request });
      return timer(10).pipe(switchMap(() => ('subscribe' in answer ? answer : of(...answer))));
    });
  return { llm, asked };
}

const run = (llm: Llm, tools: readonly Tool[], options?: WithToolsOptions, until?: number) => {
  const { values, ...rest } = virtualTime(
    () => withTools(llm, tools, options)(question),
    until === undefined ? {} : { until },
  );
  return {
    ...rest,
    events: values.map(({ at, value }) => [at, value] as const),
  };
};

describe('withTools', () => {
  it('should answer as the model does where it calls nothing, with the tools described', () => {
    const { llm, asked } = scripted([token('Fine.')]);
    expect(run(llm, [slow('weather', 0)]).events).toEqual([[10, token('Fine.')]]);
    expect(asked).toEqual([
      {
        messages: question,
        request: {
          tools: [
            {
              name: 'weather',
              description: '',
              parameters: { type: 'object', properties: {} },
            },
          ],
        },
      },
    ]);
  });

  it('should run what the model calls for, and ask again with the result', () => {
    const { llm, asked } = scripted([token('Let me see. '), call('1', 'weather')], [token('Fine.')]);
    expect(run(llm, [slow('weather', 100)]).events).toEqual([
      [10, token('Let me see. ')],
      [10, call('1', 'weather')],
      [110, { type: 'toolResult', id: '1', name: 'weather', content: 'weather!' }],
      [120, token('Fine.')],
    ]);
    expect(asked[1]?.messages).toEqual([
      ...question,
      {
        role: 'assistant',
        content: 'Let me see. ',
        toolCalls: [{ id: '1', name: 'weather', arguments: '{}' }],
      },
      { role: 'tool', content: 'weather!', toolCallId: '1' },
    ]);
  });

  it('should run the calls of a round in parallel, emit each result at once, and pass them on in order', () => {
    const { llm, asked } = scripted([call('1', 'a'), call('2', 'b')], [token('Both.')]);
    const { events } = run(llm, [slow('a', 300), slow('b', 100)]);
    expect(events.slice(2).map(([at, event]) => [at, 'id' in event ? event.id : event.type])).toEqual([
      [110, '2'],
      [310, '1'],
      [320, 'token'],
    ]);
    expect(asked[1]?.messages.slice(2).map(({ toolCallId }) => toolCallId)).toEqual(['1', '2']);
  });

  it('should report to the model a tool that does not exist, or that broke its promise not to fail', () => {
    const broken: Tool = {
      name: 'broken',
      description: '',
      parameters: {},
      call: () => throwError(() => new Error('no')),
    };
    const { llm, asked } = scripted([call('1', 'nosuch'), call('2', 'broken')], [token('Sorry.')]);
    run(llm, [slow('weather', 0), broken]);
    expect(asked[1]?.messages.slice(2).map(({ content }) => content)).toEqual([
      `{"error":"There is no tool 'nosuch', only: weather, broken."}`,
      '{"error":"Error: no"}',
    ]);
  });

  it('should let the model call again with its results, and in the end ask for words', () => {
    const { llm, asked } = scripted([call('1', 'weather')], [call('2', 'weather')], [token('Fine.')]);
    run(llm, [slow('weather', 5)], { maxRounds: 2 });
    expect(asked.map(({ request }) => request?.toolChoice)).toEqual([undefined, undefined, 'none']);
    expect(asked[2]?.messages).toHaveLength(5);
  });

  it('should fail where a model never answers', () => {
    const { llm, asked } = scripted([call('1', 'weather')]);
    const { failed } = run(llm, [slow('weather', 5)], { maxRounds: 3 });
    expect(String(failed?.error)).toMatch(/called tools 3 times/);
    expect(asked).toHaveLength(4);
  });

  it('should run no tool before it is allowed, and none at all if that never happens', () => {
    const model = () => scripted([call('1', 'weather')], [token('Fine.')]).llm;
    const tools = [slow('weather', 100)];
    expect(run(model(), tools, { allowed$: timer(500) }).events.map(([at]) => at)).toEqual([10, 610, 620]);
    const never = run(model(), tools, { allowed$: NEVER }, 20_000);
    expect(never.events.map(([, { type }]) => type)).toEqual(['toolCall']);
  });

  it('should run no tool for an answer that broke off', () => {
    let ran = 0;
    const counting = tool({ name: 'count', description: '', parameters, run: () => ++ran });
    const { llm } = scripted(
      concat(
        of(call('1', 'count')),
        throwError(() => new Error('cut')),
      ),
    );
    expect(run(llm, [counting]).failed?.error).toEqual(new Error('cut'));
    expect(ran).toBe(0);
  });

  it('should abort the request and every tool in the instant it is unsubscribed', () => {
    let alive = 0;
    const counted = <Value>(source$: Observable<Value>) =>
      defer(() => ((alive += 1), source$)).pipe(finalize(() => (alive -= 1)));
    const endless = (name: string) => tool({ name, description: '', parameters, run: () => counted(NEVER) });
    const { llm } = scripted([call('1', 'a'), call('2', 'b')]);
    let most = 0;
    const watched: Llm = (...asked) => counted(llm(...asked)).pipe(tap({ complete: () => (most = -1) }));
    const { leftTimers } = run(watched, [endless('a'), endless('b')], {}, 500);
    expect({ alive, most, leftTimers }).toEqual({ alive: 0, most: -1, leftTimers: 0 });
  });

  it.each<[string, boolean[], string[]]>([
    ['is not held', [], ['10 toolCall', '110 toolResult', '120 token']],
    ['is held for a while', [true, false], ['10 toolCall', '610 toolResult', '620 token']],
    ['is never released', [true], ['10 toolCall']],
  ])('should begin no tool while the answer %s', (_, states, expected) => {
    const held$ = concat(of(states[0] ?? false), timer(500).pipe(map(() => states[1] ?? true)), NEVER).pipe(
      shareReplay({ bufferSize: 1, refCount: false }),
    );
    const { llm } = scripted([call('1', 'weather')], [token('Fine.')]);
    const { events } = run(llm, [slow('weather', 100)], states.length > 0 ? { held$ } : {}, 5_000);
    expect(events.map(([at, { type }]) => `${at} ${type}`)).toEqual(expected);
  });

  it('should refuse two tools of one name', () => {
    expect(() => withTools(scripted([]).llm, [slow('a', 0), slow('a', 0)])).toThrow(/same name/);
  });

  it('should be an engine as the model is: with its warmth, its notices and a session of its own', () => {
    const warm$ = of({ engine: 'llm', progress: 1 });
    const inner: Llm = Object.assign(scripted([token('In a session.')]).llm, { warm$ });
    const llm = withTools(Object.assign(scripted([token('Outside.')]).llm, { session: () => inner }), []);
    expect(llm.warm$).toBeUndefined();
    const session = llm.session!();
    expect(session.warm$).toBe(warm$);
    expect(virtualTime(() => session(question)).values.at(-1)?.value).toEqual(token('In a session.'));
  });
});

describe('a model that runs its own tools', () => {
  const result = (id: string, name: string, content: string): LlmEvent => ({
    type: 'toolResult',
    id,
    name,
    content,
  });
  const counting = (name: string) => {
    let ran = 0;
    return {
      count: () => ran,
      tool: tool({ name, description: '', parameters, run: () => `ours ${++ran}` }),
    };
  };
  const a = call('1', 'a');
  const b = call('2', 'b');
  const [ra, rb] = [result('1', 'a', 'theirs'), result('2', 'b', 'theirs')];
  const fine = token('Fine.');

  it.each<[string, LlmEvent[], LlmEvent[]]>([
    ['the result after its call', [a, ra, fine], [a, ra, fine]],
    ['the result before its call', [ra, a, fine], [a, ra, fine]],
    ['the results in another order', [a, b, rb, ra, fine], [a, b, rb, ra, fine]],
    ['words between', [a, token('Let me see. '), ra, fine], [a, token('Let me see. '), ra, fine]],
    ['a result without a call', [ra, fine], [fine, a, ra]],
    ['no words after it', [a, ra], [a, ra]],
    [
      'two calls of one id',
      [a, a, ra, result('1', 'a', 'theirs, too'), fine],
      [a, { ...a, id: '1_2' } as LlmEvent, ra, result('1_2', 'a', 'theirs, too'), fine],
    ],
    [
      'a result that is replaced',
      [a, ra, result('1', 'a', 'better'), fine],
      [a, ra, result('1', 'a', 'better'), fine],
    ],
  ])('should be believed: %s', (_, written, expected) => {
    for (const tools of [[counting('a'), counting('b')], []]) {
      const { llm, asked } = scripted(written);
      const { events } = run(
        llm,
        tools.map(({ tool }) => tool),
      );
      expect(events.map(([, event]) => event)).toEqual(expected);
      expect(asked).toHaveLength(1);
      expect(tools.map(({ count }) => count())).toEqual(tools.map(() => 0));
    }
  });

  it('should have the others run by us, and be asked again with all results', () => {
    const [ourA, ourB] = [counting('a'), counting('b')];
    const { llm, asked } = scripted([token('So. '), a, ra, token('And. '), b, token('Wait. ')], [fine]);
    run(llm, [ourA.tool, ourB.tool]);
    expect([ourA.count(), ourB.count()]).toEqual([0, 1]);
    const bare = ({ type, ...call }: LlmEvent & { type: string }) => call;
    expect(asked[1]?.messages.slice(1)).toEqual([
      { role: 'assistant', content: 'So. ', toolCalls: [bare(a)] },
      { role: 'tool', content: 'theirs', toolCallId: '1' },
      { role: 'assistant', content: 'And. Wait. ', toolCalls: [bare(b)] },
      { role: 'tool', content: 'ours 1', toolCallId: '2' },
    ]);
  });

  it('should give a call without a tool a result, and not be asked again where there are no tools', () => {
    const { llm, asked } = scripted([a, fine]);
    expect(run(llm, []).events.at(-1)?.[1]).toMatchObject({
      id: '1',
      content: expect.stringContaining('Not run') as string,
    });
    expect(asked).toHaveLength(1);
  });
});
