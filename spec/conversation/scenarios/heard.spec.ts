import { defer, EMPTY, from, ignoreElements, merge, NEVER, Subject, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ConversationEvent, remember, type TurnMetrics, turnMetrics } from '../../../lib/index.ts';
import type { Notice } from '../../../lib/engine.ts';
import type { Message } from '../../../lib/llm/message.ts';
import { scriptedLlm, scriptedTts } from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';
import { run } from '../call.ts';

/**
 * The bot is heard from 2,240 ms on: "Once upon a time there was a king." in 2,040 ms, and cut at 3,100, after 860 ms.
 */
const story = 'Once upon a time there was a king. He had a daughter.';
const says = [
  { from: 500, to: 1_500, text: 'Tell me a story.' },
  { from: 3_000, to: 3_500, text: 'Stop.' },
];
const cut = (tts: Tts) => {
  const { events, asked } = run({ says, lasts: 9_000, llm: scriptedLlm(story), session: { tts } });
  const interrupted = events.find(
    (event): event is Extract<ConversationEvent, { type: 'bot.interrupted' }> =>
      event.type === 'bot.interrupted',
  )!;
  return { events, interrupted, history: events.reduce<readonly Message[]>(remember, []), asked };
};

/** A voice that reports where its words end: all of them this long. */
const timing = (msPerWord: number): Tts => {
  const notice$ = new Subject<Notice>();
  const voice = scriptedTts();
  const tts: Tts = text =>
    defer(() => {
      const words = text.trim().replace(/[.]/u, '').split(' ');
      notice$.next({
        type: 'timed',
        text,
        words: words.map((word, index) => ({ word, endMs: (index + 1) * msPerWord })),
      });
      return voice(text);
    });
  return Object.assign(tts, { notice$: merge(notice$, NEVER) });
};

/** A voice that says a text in other words, and reports them when its audio comes. */
const rewording = (words: Readonly<Record<string, string>>): Tts => {
  const notice$ = new Subject<Notice>();
  const voice = scriptedTts();
  const tts: Tts = text =>
    defer(() => {
      const spoken = Object.entries(words).reduce((said, [from, to]) => said.replace(from, to), text);
      return merge(
        voice(spoken),
        timer(150).pipe(
          tap(() => {
            if (spoken !== text) notice$.next({ type: 'reworded', text, spoken });
          }),
          ignoreElements(),
        ),
      );
    });
  return Object.assign(tts, { notice$: merge(notice$, NEVER) });
};

describe('what was heard of a voice that says other words', () => {
  const words = { 'there was': 'there once was', 'He had': "He'd" };

  it('should be its words, in the end of the reply, the history and the figures', () => {
    const heard = "Once upon a time there once was a king. He'd a daughter.";
    const { events } = run({
      says: says.slice(0, 1),
      lasts: 9_000,
      llm: scriptedLlm(story),
      session: { tts: rewording(words) },
    });
    expect(events.filter(({ type }) => type === 'bot.reworded')).toEqual([
      {
        type: 'bot.reworded',
        turn: 1,
        text: 'Once upon a time there was a king.',
        spoken: 'Once upon a time there once was a king.',
      },
      { type: 'bot.reworded', turn: 1, text: ' He had a daughter.', spoken: " He'd a daughter." },
    ]);
    expect(events.find(({ type }) => type === 'bot.spoke')).toMatchObject({ text: heard });
    expect(events.reduce<readonly Message[]>(remember, []).at(-1)).toEqual({
      role: 'assistant',
      content: heard,
    });
    const figures: TurnMetrics[] = [];
    from(events)
      .pipe(turnMetrics())
      .subscribe(record => figures.push(record));
    expect(figures.map(({ reworded }) => reworded)).toEqual([2]);
  });

  it('should be the part of its words that was heard of a cut reply', () => {
    const { interrupted } = cut(rewording({ 'Once upon a time': 'Long ago' }));
    expect(interrupted.heard).toBe('Long ago there');
    expect(interrupted.text).toBe('Long ago there was a king.');
  });
});

describe('what was heard of a cut reply', () => {
  it('should be in proportion to the audio where nothing better is known, never half a word', () => {
    const { interrupted, history } = cut(scriptedTts());
    expect(interrupted.audioMs).toBe(860);
    expect(interrupted.heard).toBe('Once upon a');
    expect(history[1]).toEqual({ role: 'assistant', content: 'Once upon a' });
  });

  it('should be the words that were over if the voice reports their times', () => {
    expect(cut(timing(120)).interrupted.heard).toBe('Once upon a time there was a'); // seven of 120 ms
    expect(cut(timing(430)).interrupted.heard).toBe('Once upon');
    expect(cut(timing(107)).interrupted.heard).toBe('Once upon a time there was a king.');
  });

  it('should be nothing where no word was over, and then no message at all', () => {
    const { interrupted, asked } = cut(timing(900));
    expect(interrupted.heard).toBe('');
    expect(asked[1]?.slice(1)).toEqual([{ role: 'user', content: 'Tell me a story. Stop.' }]);
  });

  it('should not be what the voice had no audio for', () => {
    const silent = (text: string) => (text.includes('king') ? EMPTY : scriptedTts()(text));
    const { interrupted } = cut(silent);
    expect(interrupted.heard + interrupted.text).not.toContain('king');
    const { events } = run({ says: says.slice(0, 1), lasts: 9_000, llm: scriptedLlm(story), tts: silent });
    expect(events.find(({ type }) => type === 'bot.spoke')).toMatchObject({ text: 'He had a daughter.' });
  });

  it('should be nothing when the voice had no audio at all: the turn failed', () => {
    const { events } = run({
      says: says.slice(0, 1),
      lasts: 9_000,
      llm: scriptedLlm(story),
      tts: () => EMPTY,
    });
    expect(events.at(-1)).toMatchObject({ type: 'turn.failed', stage: 'tts', heard: '' });
    expect(events.some(({ type }) => type === 'bot.spoke')).toBe(false);
  });

  it('should come with the full text', () => {
    const { interrupted, events } = cut(timing(120));
    expect(interrupted.text).toBe('Once upon a time there was a king.');
    expect(events.find(({ type }) => type === 'bot.answered')).toMatchObject({ text: story });
  });
});
