import { concat, map, type Observable, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type FillerOptions, withFiller } from '../../lib/conversation/filler.ts';
import type { Llm, LlmEvent } from '../../lib/llm/message.ts';
import { tool } from '../../lib/llm/tool.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { run } from './call.ts';

const token = (text: string): LlmEvent => ({ type: 'token', text });
const call: LlmEvent = { type: 'toolCall', id: '1', name: 'look', arguments: '{}' };
const resultOf = (id: string): LlmEvent => ({ type: 'toolResult', id, name: 'look', content: 'found' });
const result = resultOf('1');
const cost: LlmEvent = { type: 'usage', promptTokens: 1, completionTokens: 1 };

/** Values, each after its delay in ms. */
const after = <Value = LlmEvent>(...steps: readonly (readonly [number, Value])[]): Observable<Value> =>
  concat(...steps.map(([ms, value]) => (ms === 0 ? of(value) : timer(ms).pipe(map(() => value)))));

/** When fillers come, with 1,000 ms before each. */
const filled = (
  event$: Observable<LlmEvent>,
  {
    started$,
    quiet$,
    ...options
  }: FillerOptions & { started$?: Observable<unknown>; quiet$?: Observable<boolean> } = {},
): number[] =>
  virtualTime(() => event$.pipe(withFiller({ afterMs: 1_000, ...options }, started$, quiet$)))
    .values.filter(({ value }) => value.type === 'filler')
    .map(({ at }) => at);

describe('withFiller', () => {
  it.each<[string, Observable<string>, [number, string][]]>([
    ['none', of(), [[1_100, 'One moment.']]],
    ['one before the filler', after([500, 'Reading.']), [[1_100, 'Reading.']]],
    ['several: the last one', after([500, 'Reading.'], [200, 'Counting.']), [[1_100, 'Counting.']]],
    [
      'one after the filler',
      after([1_500, 'Counting.']),
      [
        [1_100, 'One moment.'],
        [2_500, 'Counting.'],
      ],
    ],
    [
      'no end of them: as many fillers as it may say',
      timer(0, 50).pipe(map(step => `Step ${step}.`)),
      [
        [1_100, 'Step 22.'],
        [2_150, 'Step 43.'],
      ],
    ],
    ['one that comes too late', after([6_000, 'Done.']), [[1_100, 'One moment.']]],
  ])('should say what a tool reports: %s', (_, progress$, fillers) => {
    const event$ = after([100, call], [5_000, result], [0, token('Yes.')], [3_000, token(' Yes.')]);
    const { values } = virtualTime(() =>
      event$.pipe(withFiller({ afterMs: 1_000, texts: ['One moment.'] }, undefined, undefined, progress$)),
    );
    expect(values.flatMap(({ at, value }) => (value.type === 'filler' ? [[at, value.text]] : []))).toEqual(
      fillers,
    );
  });

  it('should say in a call what its tool reports', () => {
    const look = tool({
      name: 'look',
      description: '',
      parameters: z.object({}),
      run: (_, { call }) => {
        call?.progress?.('Reading the list.');
        return timer(2_000).pipe(map(() => 'found'));
      },
    });
    const asks: Llm = messages =>
      messages.at(-1)!.role === 'tool' ? of(token('Found it.')) : of<LlmEvent[]>(call);
    const events = run({
      says: [{ from: 200, to: 800, text: 'Look.' }],
      lasts: 5_000,
      llm: asks,
      tools: [look],
      filler: { afterMs: 500 },
    });
    expect(JSON.stringify(events)).toContain('"bot.filler","turn":1,"text":"Reading the list."');
  });

  it.each<[string, Observable<LlmEvent>, number[]]>([
    ['before a slow first word', after([1_500, token('Yes.')]), [1_000]],
    ['not before a quick one', after([900, token('Yes.')]), []],
    ['not inside an answer', after([100, token('Yes')], [5_000, token(' I do.')]), []],
    [
      'while a tool runs',
      after([100, token('So.')], [0, call], [3_000, result], [100, token('Yes.')]),
      [1_100],
    ],
    ['between the rounds of a slow model', after([0, call], [500, result], [3_000, token('Yes.')]), [1_000]],
    [
      'not inside what is said after a call',
      after([0, call], [100, token('Let me')], [3_000, token(' see.')]),
      [],
    ],
    [
      'for each call once',
      after([0, call], [1_500, result], [0, call], [2_500, result], [0, token('Yes.')]),
      [1_000, 2_500],
    ],
    ['though empty words came', after([0, token('')], [0, token(' ')], [3_000, token('Yes.')]), [1_000]],
    ['though the usage came', after([0, cost], [3_000, token('Yes.')]), [1_000]],
    ['not after the end', after([0, call], [500, result]), []],
  ])('should fill a silence %s', (_, event$, expected) => {
    expect(filled(event$)).toEqual(expected);
  });

  it('should come no more often than it may', () => {
    const calls$ = after([0, call], [1_500, call], [1_500, call], [1_500, token('Yes.')]);
    expect([1, 2, 0, 9].map(max => filled(calls$, { max }))).toEqual([
      [1_000],
      [1_000, 2_500],
      [],
      [1_000, 2_500, 4_000],
    ]);
  });

  it('should count from when the user waits, and not then where words had come before', () => {
    const started$ = timer(2_000);
    expect(filled(after([4_000, token('Yes.')]), { started$ })).toEqual([3_000]);
    expect(filled(after([100, token('Yes')], [5_000, token(' sir.')]), { started$ })).toEqual([]);
    expect(filled(after([100, token('So.')], [100, call], [5_000, token('Yes.')]), { started$ })).toEqual([
      3_000,
    ]);
  });

  it('should restart the wait when the reply goes on or the user falls silent, and not say it again', () => {
    const quiet$ = after([500, true], [2_000, false]);
    expect(filled(after([6_000, token('Yes.')]), { quiet$ })).toEqual([3_500]);
    expect(filled(after([6_000, token('Yes.')]), { quiet$: after([1_500, true], [500, false]) })).toEqual([
      1_000,
    ]);
    expect(filled(after([6_000, token('Yes.')]), { quiet$: of(true) })).toEqual([]);
  });
});

describe('a filler in a conversation', () => {
  const question = { from: 500, to: 1_500, text: 'What is it?' };
  const filler = { afterMs: 1_000, texts: ['One moment.'] };
  const halting: Llm = () => after([100, token('The answer is')], [3_000, token(' forty two.')]);
  const look = tool({
    name: 'look',
    description: '',
    parameters: z.object({}),
    run: () => timer(3_000).pipe(map(() => 'found')),
  });
  const looking: Llm = messages =>
    messages.at(-1)?.role === 'tool'
      ? after([100, token('Found it.')])
      : after([100, token('So. ')], [0, call]);
  const fillers = (options: Partial<Parameters<typeof run>[0]>): number[] =>
    run({ says: [question], lasts: 9_000, filler, ...options }).values.flatMap(({ at, value }) =>
      value.type === 'bot.filler' ? [at] : [],
    );

  it.each([false, true, { tts: true }])(
    'should stand before an answer, never in it (speculation: %j)',
    speculation => {
      expect(fillers({ llm: halting, speculation })).toEqual([]);
      expect(fillers({ llm: () => after([2_500, token('Yes.')]), speculation })).toEqual([2_800]);
    },
  );

  it.each<['pause' | 'wait', number[]]>([
    ['pause', [4_400]],
    ['wait', [4_400]],
  ])('should not be said while the user is heard (a voice: %s)', (onVoice, expected) => {
    const noise = { from: 2_400, to: 3_100, text: '' };
    expect(fillers({ says: [question, noise], llm: looking, tools: [look], bargeIn: { onVoice } })).toEqual(
      expected,
    );
  });

  it('should not be said after the end of the reply', () => {
    const stop = { from: 2_000, to: 2_500, text: 'Stop it.' };
    expect(fillers({ says: [question, stop], llm: looking, tools: [look], until: 3_500 })).toEqual([]);
  });
});
