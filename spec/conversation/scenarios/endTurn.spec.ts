import { ignoreElements, merge, Subject, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../../lib/conversation/command.ts';
import { conversation } from '../../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../../lib/conversation/conversationOptions.ts';
import type { Stt, SttEvent } from '../../../lib/stt/stt.ts';
import { scriptedInput, scriptedLlm, scriptedTts, virtualTime } from '../../../lib/testing/index.ts';
import { engine } from './engine.ts';

type Timed = readonly [at: number, event: SttEvent];

/** A call in which the program ends the turn at these times. */
function pressed(
  events: readonly Timed[],
  at: readonly number[],
  more: Partial<ConversationOptions> & { asked?: Subject<number> } = {},
) {
  const { asked, ...options } = more;
  const commands$ = new Subject<Command>();
  const script: Stt = engine(events);
  const { values, leftTimers } = virtualTime(() =>
    merge(
      conversation({
        stt:
          asked === undefined
            ? script
            : (Object.assign((frame$: Parameters<Stt>[0]) => script(frame$), {
                endTurn: () => asked.next(0),
              }) as Stt),
        llm: scriptedLlm('All right.'),
        tts: scriptedTts(),
        commands$,
        ...options,
      })(scriptedInput(9_000), { write: () => undefined }),
      merge(
        ...at.map(ms =>
          timer(ms).pipe(
            tap(() => commands$.next({ type: 'endTurn' })),
            ignoreElements(),
          ),
        ),
      ),
    ),
  );
  return {
    said: values.flatMap(({ at, value }) =>
      value.type === 'user.said' ? [[at, value.text, value.silenceMs]] : [],
    ),
    spoken: values.filter(({ value }) => value.type === 'bot.spoke').length,
    noises: values.filter(({ value }) => value.type === 'user.noise').length,
    leftTimers,
  };
}

const speech: readonly Timed[] = [
  [600, { type: 'speechStart', at: 500 }],
  [1_000, { type: 'interim', text: 'book a' }],
  [1_400, { type: 'interim', text: 'book a table' }],
];

describe('a command that ends the turn', () => {
  it('should commit the words so far at once, whatever the policy waits for', () => {
    for (const turns of [{}, { silenceMs: 3_000 }, { completeness: () => 0 }])
      expect(pressed(speech, [1_500], { turns })).toMatchObject({
        said: [[1_500, 'book a table', 0]],
        spoken: 1,
        leftTimers: 0,
      });
  });

  it('should have each word said once, whatever the engine reports later', () => {
    const late: readonly Timed[] = [
      ...speech,
      [1_700, { type: 'final', text: 'Book a table.', end: 1_450 }],
      [1_800, { type: 'utteranceEnd', end: 1_450 }],
    ];
    expect(pressed(late, [1_500, 1_600]).said).toEqual([[1_500, 'book a table', 0]]);
    const longer: readonly Timed[] = [
      ...speech,
      [1_700, { type: 'final', text: 'Book a table, please.', end: 1_480 }],
      [1_800, { type: 'utteranceEnd', end: 1_480 }],
    ];
    expect(pressed(longer, [1_500]).said.map(([, text]) => text)).toEqual(['book a table', 'please.']);
  });

  it('should do nothing where nothing was said, before the call, and after its end', () => {
    expect(pressed([], [0, 10, 2_000, 8_999])).toEqual({ said: [], spoken: 0, noises: 0, leftTimers: 0 });
    // A voice whose words are still to come is left to the engine.
    const slow: readonly Timed[] = [
      [600, { type: 'speechStart', at: 500 }],
      [1_700, { type: 'final', text: 'Hello.', end: 1_000 }],
      [1_800, { type: 'utteranceEnd', end: 1_000 }],
    ];
    expect(pressed(slow, [1_100])).toMatchObject({ said: [[1_800, 'Hello.', 800]], noises: 0 });
  });

  it('should be passed to an engine that ends turns itself, which gives the words', () => {
    const asked$ = new Subject<number>();
    let times = 0;
    asked$.subscribe(() => times++);
    // One that does not answer is not waited for.
    expect(pressed(speech.slice(0, 2), [1_100, 1_200], { asked: asked$ }).said).toEqual([
      [1_900, 'book a', 700],
    ]);
    expect(times).toBe(2);
    const answers: readonly Timed[] = [
      ...speech,
      [1_600, { type: 'final', text: 'Book a table.', end: 1_450 }],
      [1_620, { type: 'utteranceEnd', end: 1_450, decided: true }],
    ];
    expect(pressed(answers, [1_500], { asked: asked$ }).said).toEqual([[1_620, 'Book a table.', 160]]);
  });

  it('should end a turn over a reply as any other', () => {
    const events: readonly Timed[] = [
      [600, { type: 'final', text: 'Hello.', end: 500 }],
      [700, { type: 'utteranceEnd', end: 500 }],
      [1_200, { type: 'speechStart', at: 1_100 }],
      [1_400, { type: 'interim', text: 'no wait' }],
    ];
    expect(pressed(events, [1_500]).said.map(([, text]) => text)).toEqual(['Hello.', 'no wait']);
  });

  it('should take the first of many', () => {
    expect(
      pressed(
        speech,
        Array.from({ length: 30 }, (_, index) => 1_450 + index),
      ).said,
    ).toHaveLength(1);
  });
});
