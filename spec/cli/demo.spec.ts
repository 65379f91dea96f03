import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordErrors } from '../../bench/wordErrors.js';
import { script } from '../../cli/demo/script.ts';
import { frameMs, level, reframe } from '../../lib/audio/index.ts';
import type { AudioFrame, ConversationEvent } from '../../lib/index.ts';
import { localStt } from '../../lib/providers/local/index.ts';
import { type Run, rxvoice } from './built.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxvoice-demo-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the demo', () => {
  type Line = ConversationEvent & { readonly at: number };
  let run: Run;
  let lines: Line[];
  let sides: { readonly user: AudioFrame; readonly bot: AudioFrame };
  const only = <Type extends Line['type']>(type: Type) =>
    lines.filter((line): line is Extract<Line, { readonly type: Type }> => line.type === type);

  beforeAll(async () => {
    run = await rxvoice(['demo', '--json', '--output', inFolder('demo.wav')]);
    lines = run.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Line);
    const bytes = readFileSync(inFolder('demo.wav'));
    const both = new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytes.byteLength - 44) >> 1);
    const side = (channel: number): AudioFrame => ({
      pcm: both.filter((_, index) => index % 2 === channel),
      sampleRate: 16_000,
    });
    sides = { user: side(0), bot: side(1) };
  }, 400_000);

  it('should be a conversation: all that was said is understood, and every turn ends once', () => {
    expect(run.code).toBe(0);
    const said = only('user.said');
    const { errors, words } = wordErrors(
      script.map(({ text }) => text).join(' '),
      said.map(({ text }) => text).join(' '),
    );
    expect(errors / words).toBeLessThan(0.15);
    const ends = lines.filter(({ type }) => ['bot.spoke', 'bot.interrupted', 'turn.failed'].includes(type));
    expect(ends.map(line => (line as { turn: number }).turn)).toEqual(said.map(({ turn }) => turn));
    expect(only('turn.failed')).toEqual([]);
  });

  it('should have one interruption, after which the bot is silent', () => {
    const [cut, ...more] = only('bot.interrupted');
    expect(more).toEqual([]);
    expect(cut!.heard.length).toBeGreaterThan(10);
    expect(cut!.text.startsWith(cut!.heard)).toBe(true);
    const [, , , , interrupting] = script;
    // In the recording: the voices overlap once, and the bot is quiet long before the caller is.
    const overlap = overlaps(sides.user, sides.bot);
    expect(overlap).toHaveLength(1);
    expect(overlap[0]).toBeLessThan(frameMs(interrupting!.clip()) / 2);
  });

  it('should give figures that add up, and a summary', () => {
    const turns = lines.filter(
      line => (line as { type: string }).type === 'turn.metrics',
    ) as unknown as Record<string, number>[];
    expect(turns.length).toBe(only('user.said').length);
    for (const { endpointing, llm, sentence, tts, output, total } of turns)
      expect(endpointing! + llm! + sentence! + tts! + output!).toBeCloseTo(total!, 6);
    expect((lines.at(-1) as { type: string }).type).toBe('summary');
  });

  it('should be heard in the recording as it was printed', async () => {
    const heard = await lastValueFrom(of(sides.bot).pipe(reframe(), localStt(), toArray()));
    const text = heard.flatMap(part => (part.type === 'final' ? [part.text] : [])).join(' ');
    const printed = lines
      .flatMap(line =>
        line.type === 'bot.spoke' ? [line.text] : line.type === 'bot.interrupted' ? [line.heard] : [],
      )
      .join(' ');
    const { errors, words } = wordErrors(printed, text);
    expect(errors / words).toBeLessThan(0.25);
  }, 120_000);
});

/** How long both sides are heard at once, each time, ms. */
function overlaps(user: AudioFrame, bot: AudioFrame): number[] {
  const window = 160;
  const loud = ({ pcm }: AudioFrame, index: number): boolean =>
    level({ pcm: pcm.subarray(index * window, (index + 1) * window), sampleRate: 16_000 }) > 0.005;
  const spans: { from: number; to: number }[] = [];
  for (let index = 0; index < Math.min(user.pcm.length, bot.pcm.length) / window; index++) {
    if (!loud(user, index) || !loud(bot, index)) continue;
    const last = spans.at(-1);
    if (last && index - last.to < 50) last.to = index;
    else spans.push({ from: index, to: index });
  }
  return spans.map(({ from, to }) => (to - from + 1) * 10);
}
