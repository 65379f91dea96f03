import { from, map, NEVER, of, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silence } from '../../../lib/audio/frame.ts';
import type { Llm, LlmEvent } from '../../../lib/llm/message.ts';
import { tool } from '../../../lib/llm/tool.ts';
import { adaptivePatience } from '../../../lib/operators.ts';
import { energyStt, scriptedLlm } from '../../../lib/testing/index.ts';
import { type Call, figuresOf, outline, run } from '../call.ts';
import { engine } from './engine.ts';

/** The turns that were committed, and how replies went: `[ms, what]`. */
const story = (call: Call): [number, string][] =>
  outline(run(call).values).filter(([, what]) =>
    /said|ignored|ended|bot\.(speaking|spoke|paused|resumed|interrupted)/u.test(what),
  );

/** A tool that runs silently from 2,600 to 10,600 ms, after "Let me check." was heard. */
const slow = tool({
  name: 'look',
  description: '',
  parameters: z.object({}),
  run: () => timer(8_000).pipe(map(() => 'sunny')),
});
const checking: Llm = messages => {
  const isAnswered = messages.some(({ role, content }) => role === 'tool' || content.includes('Forget'));
  const events: LlmEvent[] = [
    { type: 'token', text: 'Let me check.' },
    { type: 'toolCall', id: 't', name: 'look', arguments: '{}' },
  ];
  return isAnswered ? of({ type: 'token', text: 'Fine.' }) : from(events);
};
const question = { from: 500, to: 1_500, text: 'What is the weather?' };
/** Said while the tool runs. */
const more = { from: 5_000, to: 6_000, text: 'Forget it please.' };

describe('while a tool runs and nothing sounds', () => {
  it('should the user be heard with half duplex', () => {
    const loud = { pcm: new Int16Array(320).fill(9_000), sampleRate: 16_000 };
    const input$ = timer(0, 20).pipe(
      take(600),
      map(frame => ((frame >= 25 && frame < 75) || (frame >= 250 && frame < 300) ? loud : silence(20))),
    );
    const said = (halfDuplex: boolean) =>
      run({
        says: [],
        lasts: 12_000,
        input: input$,
        stt: energyStt(['What is the weather?', 'Forget it please.']),
        llm: checking,
        tools: [slow],
        halfDuplex,
      }).events.flatMap(event => (event.type === 'user.said' ? [event.text] : []));
    expect(said(true)).toEqual(said(false));
    expect(said(true)).toEqual(['What is the weather?', 'Forget it please.']);
  });

  it.each<[string, Call['bargeIn'], boolean]>([
    ['the rules of a bot that thinks', { thinking: { minWords: 1 }, speaking: { minWords: 9 } }, true],
    ['not those of one that speaks', { thinking: { minWords: 9 }, speaking: { minWords: 1 } }, false],
    ['no protection of a sentence that was heard', { protect: () => true }, true],
  ])('should apply %s', (_, bargeIn, interrupts) => {
    const { events } = run({
      says: [question, more],
      lasts: 14_000,
      llm: checking,
      tools: [slow],
      ...(bargeIn && { bargeIn }),
    });
    const said = events.flatMap(event =>
      event.type === 'user.said' || event.type === 'user.ignored' ? [event.type] : [],
    );
    expect(said).toEqual(['user.said', interrupts ? 'user.said' : 'user.ignored']);
  });
});

describe('a protected sentence that arrives while a voice without words holds the reply', () => {
  it.each([400, 900, 2_600])('should be spoken, and the call go on, after a voice of %d ms', length => {
    const call: Call = {
      says: [
        { from: 200, to: 500, text: 'Hello.' },
        { from: 900, to: 900 + length, text: '' },
        { from: 10_000, to: 11_000, text: 'Are you there?' },
      ],
      lasts: 16_000,
      llm: scriptedLlm('This call is recorded. How can I help?'),
      bargeIn: { protect: sentence => sentence.includes('recorded') },
    };
    const { completedAt } = run(call);
    expect(completedAt).toBeLessThan(20_000);
    expect(
      story(call)
        .map(([, what]) => what)
        .filter(what => /said|spoke$/u.test(what)),
    ).toEqual(['1 user.said', '1 bot.spoke', '2 user.said', '2 bot.spoke']);
  });
});

describe('a user who begins to speak under the last idle prompt', () => {
  const idle = { afterMs: 2_000, prompts: ['Are you still there?'], hangUp: { goodbye: 'Bye.' } };

  it.each([
    ['with words', 'Yes, I am here, and I would like to go on with this.', 9_000],
    ['with words that come late', 'Yes.', 9_000],
  ])('should not be hung up on: %s', (_, text, to) => {
    const { events } = run({ says: [{ from: 2_500, to, text }], lasts: 12_000, idle });
    const what = events.flatMap(event =>
      event.type === 'user.said' || event.type === 'call.ended' ? [event.type] : [],
    );
    expect(what[0]).toBe('user.said');
  });

  it('should be given the time from the end of a noise', () => {
    const ended = run({ says: [{ from: 2_500, to: 5_000, text: '' }], lasts: 30_000, idle }).values.find(
      ({ value }) => value.type === 'call.ended',
    );
    expect(ended?.at).toBeGreaterThan(5_000 + idle.afterMs);
  });
});

describe('the fewest words that interrupt', () => {
  it.each([
    ['en', 'Change my hotel booking'],
    ['zh', '我想更改我的酒店预订'],
    ['ja', 'ホテルの予約を変更したいです'],
    ['th', 'อยากเปลี่ยนการจองโรงแรม'],
    ['ko', '호텔 예약을 바꿔 주세요'],
    ['ar', 'أريد تغيير حجز الفندق'],
  ])('should be counted in any script: %s', (language, text) => {
    const said = (minWords: number, text: string) =>
      run({
        says: [question, { from: 4_000, to: 6_000, text }],
        lasts: 12_000,
        llm: scriptedLlm(
          'Once upon a time there was a king who had a very large castle and three daughters.',
        ),
        bargeIn: { minWords, language },
      }).events.filter(({ type }) => type === 'user.said').length;
    expect([said(3, text), said(30, text)]).toEqual([2, 1]);
  });

  it.each([
    ['zh', '请停一下', undefined],
    ['ko', '잠깐만요', undefined],
    ['ko', '상담원이요', ['상담원']],
    ['tr', 'dursana', undefined],
    ['ja', '待ってよ', undefined],
  ])('should not matter for stop words: %s, %s', (language, text, always) => {
    const { events } = run({
      says: [question, { from: 4_000, to: 4_600, text }],
      lasts: 12_000,
      llm: scriptedLlm('Once upon a time there was a king who had a very large castle and three daughters.'),
      bargeIn: { minWords: 5, language, ...(always && { always }) },
    });
    expect(events.filter(({ type }) => type === 'user.said')).toHaveLength(2);
  });
});

describe('the figures of a turn', () => {
  it('should begin in that turn, also where the engine reports no end of it', () => {
    const stt = engine([
      [1_000, { type: 'speechStart', at: 950 }],
      [1_500, { type: 'final', text: 'Hello.', end: 1_400 }],
      [2_000, { type: 'utteranceEnd', end: 1_400 }],
      [30_000, { type: 'speechStart', at: 29_950 }],
      [31_000, { type: 'interim', text: 'Are you there?' }],
    ]);
    const { values } = run({ says: [], stt, lasts: 40_000 });
    for (const { endpointing } of figuresOf(values)) {
      expect(endpointing).toBeGreaterThanOrEqual(0);
      expect(endpointing).toBeLessThanOrEqual(5_000);
    }
    expect(figuresOf(values)).toHaveLength(2);
  });

  it('should not change by a final that the engine repeats', () => {
    const told = [
      [1_000, { type: 'speechStart', at: 950 }],
      [1_500, { type: 'final', text: 'Hello.', end: 1_400 }],
      [2_000, { type: 'utteranceEnd', end: 1_400 }],
    ] as const;
    const again = [...told, [5_000, { type: 'final', text: 'Hello.', end: 1_400 }]] as const;
    const metrics = (script: Parameters<typeof engine>[0]) =>
      figuresOf(run({ says: [], stt: engine(script), lasts: 20_000 }).values);
    expect(metrics(again)).toEqual(metrics(told));
  });
});

describe('patience that adapts', () => {
  it('should not grow by back-channels under the voice of the bot', () => {
    const hums = Array.from({ length: 6 }, (_, index) => ({
      from: 4_000 + index * 1_200,
      to: 4_300 + index * 1_200,
      text: 'uh-huh',
    }));
    const endpointing = (says: typeof hums) =>
      figuresOf(
        run({
          says: [question, ...says, { from: 30_000, to: 31_000, text: 'That is all.' }],
          lasts: 36_000,
          llm: scriptedLlm('Once upon a time there was a king. '.repeat(8)),
          turns: { silenceMs: adaptivePatience() },
        }).values,
      ).at(-1)?.endpointing;
    expect(endpointing(hums)).toBe(endpointing([]));
  });
});

describe('a turn that a detector ends', () => {
  it('should be answered whole where the engine corrects it and has more', () => {
    const stt = engine([
      [600, { type: 'speechStart', at: 500 }],
      [1_400, { type: 'interim', text: 'book a cable' }],
      [1_500, { type: 'speechEnd', at: 1_500 }],
      [2_400, { type: 'final', text: 'Book a table, please.', end: 2_300 }],
      [2_500, { type: 'utteranceEnd', end: 2_300 }],
    ]);
    const { asked } = run({
      says: [],
      stt,
      lasts: 6_000,
      turns: { finalMs: 300 },
      llm: () => NEVER,
      until: 6_000,
    });
    // No reply was heard between them, so they are one message.
    expect(asked.at(-1)?.at(-1)).toEqual({
      role: 'user',
      content: 'book a cable Book a table, please.',
    });
  });
});
