import { defer, EMPTY, merge, NEVER, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type ConversationEvent, remember } from '../../../lib/index.ts';
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
