import { ignoreElements, map, merge, Subject, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { caller } from '../../cli/demo/caller.ts';
import { type ScriptLine, script } from '../../cli/demo/script.ts';
import { level, silence } from '../../lib/audio/index.ts';
import type { ConversationEvent } from '../../lib/index.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const loud = { ...silence(100), pcm: silence(100).pcm.fill(5_000) };
const line = (text: string, cue: ScriptLine['cue'] = 'turn'): ScriptLine => ({
  text,
  speaker: 'synthetic voice',
  cue,
  clip: () => loud,
});
const spoke = (turn: number): ConversationEvent => ({ type: 'bot.spoke', turn, text: 'Yes.', audioMs: 500 });
const speaking = (sentence: number): ConversationEvent => ({
  type: 'bot.speaking',
  turn: 1,
  sentence,
  text: 'Well.',
});

/** When the caller speaks, given when the bot does what. */
const speaks = (lines: ScriptLine[], bot: [number, ConversationEvent][]) => {
  const run = virtualTime(() => {
    const event$ = new Subject<ConversationEvent>();
    const bot$ = merge(...bot.map(([at, event]) => timer(at).pipe(map(() => event))));
    const events$ = bot$.pipe(
      tap(event => event$.next(event)),
      ignoreElements(),
    );
    return merge(caller(lines, event$), events$);
  });
  const voiced = run.values.filter(({ value }) => level(value) > 0).map(({ at }) => at);
  return {
    starts: voiced.filter((at, index) => index === 0 || at - voiced[index - 1]! > 40),
    completedAt: run.completedAt,
  };
};

describe('the caller of the demo', () => {
  it('should speak after a moment, and then whenever the bot has finished and a breath was taken', () => {
    const { starts, completedAt } = speaks(
      [line('One.'), line('Two.')],
      [
        [2_000, spoke(1)],
        [5_000, spoke(2)],
      ],
    );
    expect(starts).toEqual([500, 2_700]);
    expect(completedAt).toBe(5_700);
  });

  it('should interrupt the second sentence', () => {
    const bot: [number, ConversationEvent][] = [
      [1_500, speaking(0)],
      [3_000, speaking(1)],
      [4_500, spoke(2)],
    ];
    expect(speaks([line('Explain.'), line('Wait!', 'interrupt')], bot).starts).toEqual([500, 3_900]);
  });

  it('should not wait forever for a silent bot', () => {
    const { starts } = speaks([line('One.'), line('Two.')], []);
    expect(starts).toHaveLength(2);
  });

  it('should hear out a bot that talks for longer than it would wait', () => {
    const bot: [number, ConversationEvent][] = [
      [2_000, speaking(0)],
      [15_000, speaking(1)],
      [28_000, spoke(1)],
      [29_000, spoke(2)],
    ];
    expect(speaks([line('One.'), line('Two.')], bot).starts).toEqual([500, 28_700]);
  });

  it('should have a clip for every line, people and synthetic voices', () => {
    for (const { clip } of script) expect(Math.max(...clip().pcm)).toBeGreaterThan(2_000);
    expect(new Set(script.map(({ speaker }) => speaker))).toEqual(
      new Set(['a real person', 'synthetic voice']),
    );
    expect(script.filter(({ cue }) => cue === 'interrupt')).toHaveLength(1);
  });
});
