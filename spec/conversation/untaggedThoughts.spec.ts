import { concatMap, from, lastValueFrom, map, of, reduce, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { compacting } from '../../lib/conversation/context.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Llm, LlmEvent, Message } from '../../lib/llm/message.ts';
import { afterThoughts, thoughtsEnded, thoughtsOver } from '../../lib/llm/thoughts.ts';
import { outline, run } from './call.ts';

const question = { from: 500, to: 1_500, text: 'Are you open?' };

/** A model that emits these pieces at once after 200 ms, or one at a time. */
const writing =
  (pieces: readonly (string | LlmEvent)[], everyMs = 0): Llm =>
  () =>
    from(pieces).pipe(
      concatMap((piece, index) =>
        timer(index === 0 ? 200 : everyMs).pipe(
          map((): LlmEvent => (typeof piece === 'string' ? { type: 'token', text: piece } : piece)),
        ),
      ),
    );
const called = (llm: Llm, more: object = {}) => {
  const call = run({ says: [question], lasts: 14_000, llm, ...more });
  const ended = call.events.filter(({ type }) => /bot\.spoke|bot\.interrupted|turn\.failed/u.test(type));
  return { ...call, ended };
};
const spoken = (llm: Llm, more: object = {}): string[] =>
  called(llm, more).ended.map(event => (event.type === 'bot.spoke' ? event.text : event.type));

const thoughts = 'Okay, they ask about the hours. We open at nine. I should say so.';

describe('reasoning whose opening tag was left out', () => {
  it.each([
    '</think>',
    '</thinking>',
    '</reasoning>',
    '</thought>',
    '</seed:think>',
    '[/THINK]',
    '◁/think▷',
    '<|end_of_thought|>',
  ])('should not be spoken where nothing of it was heard: %s', tag => {
    const text = `${thoughts}${tag}\n\nYes, from nine.`;
    expect(spoken(writing([text]))).toEqual(['Yes, from nine.']);
    expect(spoken(writing(text.split('')))).toEqual(['Yes, from nine.']);
  });

  it('should be cut where it is heard already, and the answer follow at once', () => {
    const words = `${thoughts} ${thoughts} `.match(/\S+\s/gu)!;
    const { ended, events, at, values, alive } = called(
      writing([...words, '</think>', 'Yes, ', 'from nine.'], 100),
    );
    const [end] = ended;
    // 26 words of 100 ms after 200 ms: the tag comes 2,900 ms after the turn's commit at 1,800 ms.
    expect(at('bot.speaking')).toBeLessThan(4_600);
    expect(values.filter(({ value }) => value.type === 'bot.sentence').at(-1)).toMatchObject({
      value: { text: 'Yes, from nine.' },
    });
    expect(end).toMatchObject({
      type: 'bot.spoke',
      text: expect.stringMatching(/^Okay, they ask about the [\w .]*Yes, from nine\.$/u) as string,
    });
    expect(events.reduce<readonly Message[]>(remember, []).at(-1)?.content).not.toContain(
      'I should say so. Okay',
    );
    expect(alive).toBe(0);
  });

  it('should leave the words after it as exact as ever when they are interrupted', () => {
    const says = [question, { from: 5_500, to: 6_000, text: 'Stop it please.' }];
    const words = `${thoughts} `.match(/\S+\s/gu)!;
    const { events } = called(
      writing(
        [...words, '</think>', 'We are open from nine in the morning until ten at night, each day.'],
        100,
      ),
      { says },
    );
    const cut = events.find(event => event.type === 'bot.interrupted')!;
    // Heard: 140 ms of reasoning before the tag at 3,400 ms, then the answer from 3,500 ms on, 60 ms a character.
    expect(cut).toMatchObject({ heard: expect.stringMatching(/We are open from nine in the/u) as string });
    expect(cut).not.toMatchObject({ heard: expect.stringMatching(/until/u) as string });
  });

  it('should be dropped while the reply is held, which then goes on with the answer', () => {
    const says = [question, { from: 2_500, to: 4_500, text: '' }];
    const words = `${thoughts} `.match(/\S+\s/gu)!;
    const { ended, values } = called(writing([...words, '</think>', 'Yes, from nine.'], 100), { says });
    expect(outline(values).map(([, what]) => what)).toContain('1 bot.paused');
    expect(ended).toMatchObject([
      { type: 'bot.spoke', text: expect.stringMatching(/Yes, from nine\.$/u) as string },
    ]);
    expect(ended).not.toMatchObject([{ text: expect.stringMatching(/I should/u) as string }]);
  });

  it('should be an answer without a word where nothing follows', () => {
    expect(spoken(writing([`${thoughts}</think>`]))).toEqual(['turn.failed']);
  });

  it('should be found in each answer of a round of tools', () => {
    const call: LlmEvent = { type: 'toolCall', id: 'a', name: 'hours', arguments: '{}' };
    const result: LlmEvent = { type: 'toolResult', id: 'a', name: 'hours', content: 'nine' };
    expect(spoken(writing(['Hm.</think>', call, result, 'So nine.</think>', 'From nine.']))).toEqual([
      'From nine.',
    ]);
  });

  it.each([
    ['both tags', '<think>Hm.</think>Yes.', 'Yes.'],
    ['a second closing tag', '<think>Hm.</think>Yes.</think> Do come.', 'Yes. Do come.'],
    [
      'a tag that is mentioned as code',
      'It ends with `</think>`, you see.',
      'It ends with </think>, you see.',
    ],
    ['tags of another kind', 'It is </b>open.', 'It is open.'],
  ])('should not be found in %s', (_, text, expected) => {
    expect(spoken(writing([text]))).toEqual([expected]);
    expect(spoken(writing(text.split('')))).toEqual([expected]);
  });

  it('should be found however the text is cut, and no other text be held for long', () => {
    const text = `a <b [T ${thoughts}</think>Yes.`;
    const whole = afterThoughts(text);
    for (let at = 0; at <= text.length; at++) {
      const parts: unknown[] = [];
      from([text.slice(0, at), text.slice(at)])
        .pipe(
          map(piece => ({ type: 'token' as const, text: piece })),
          thoughtsOver(),
        )
        .subscribe(part => parts.push(part));
      const end = parts.lastIndexOf(thoughtsEnded);
      const after = parts.slice(end + 1).map(part => (part as { text: string }).text);
      expect(after.join('')).toBe(whole);
    }
    const seen: string[] = [];
    of('1 < 2 and [', 'so')
      .pipe(
        map(piece => ({ type: 'token' as const, text: piece })),
        thoughtsOver(),
      )
      .subscribe(part => seen.push((part as { text: string }).text));
    expect(seen).toEqual(['1 < 2 and ', '[so']);
  });

  it('should not be in the summary of a long call', async () => {
    const history = Array.from({ length: 60 }, (_, index): Message => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content: 'x',
    }));
    const summaryOf = (text: string) =>
      lastValueFrom(
        compacting(() => of({ type: 'token', text }))(history).pipe(
          reduce((_, messages) => messages[0]!.content, ''),
        ),
      );
    for (const before of ['<think>Hm.</think>', 'Hm.</think>'])
      expect(await summaryOf(`${before}They want a cake.`)).toBe(
        'Summary of the conversation so far: They want a cake.',
      );
  });
});
