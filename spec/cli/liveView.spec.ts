import { stripVTControlCharacters } from 'node:util';
import { interval, merge, share, takeUntil, tap } from 'rxjs';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { noSpeaker } from '../../cli/noSpeaker.ts';
import { liveView } from '../../cli/view/liveView.ts';
import { meter, share as filled } from '../../cli/view/meter.ts';
import { Meters } from '../../cli/view/meters.ts';
import type { MicrophoneState } from '../../cli/view/statusLines.ts';
import type { Terminal } from '../../cli/view/terminal.ts';
import { type ConversationEvent, setup, turnMetrics, type Voice } from '../../lib/index.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';

const story = 'Once upon a time there was a king. He had a daughter. She had a frog.';

const storyteller = (then = 'Stop.'): Voice =>
  setup({
    stt: scriptedStt([
      { from: 500, to: 1_500, text: 'Tell me a story.' },
      { from: 4_000, to: 4_600, text: then },
    ]),
    llm: scriptedLlm(messages => (messages.at(-1)?.content === 'Stop.' ? 'As you wish.' : story)),
    tts: scriptedTts(),
  });

/** A call in virtual time on a screen of a given width, columns: the region, 20 times a second, and the lines that stay. */
function shown({
  columns = 60,
  rows = 24,
  listening = 'on',
  keys = '',
  then = 'Stop.',
}: {
  then?: string;
  columns?: number;
  rows?: number;
  listening?: MicrophoneState;
  keys?: string;
} = {}) {
  const pictures: { readonly at: number; readonly lines: readonly string[]; readonly raw: string }[] = [];
  const lines: string[] = [];
  const meters = new Meters();
  let at = 0;
  const terminal: Terminal = {
    isLive: true,
    columns,
    rows,
    line: text => lines.push(...stripVTControlCharacters(text).split('\n')),
    live: region =>
      pictures.push({
        at,
        lines: region.map(line => stripVTControlCharacters(line)),
        raw: region.join('\n'),
      }),
    clear: () => undefined,
    progress: () => undefined,
  };
  const view = liveView(terminal, { meters, listening: () => listening, keys });
  virtualTime(() => {
    const call$ = storyteller(then)
      .conversation$(meters.input(scriptedInput(9_000)), meters.output(noSpeaker))
      .pipe(share());
    const over$ = interval(9_500);
    return merge(
      interval(50).pipe(
        tap(tick => ((at = (tick + 1) * 50), view.draw?.())),
        takeUntil(over$),
      ),
      call$.pipe(tap((event: ConversationEvent) => view.event(event, 0))),
      call$.pipe(
        turnMetrics(),
        tap(metrics => view.turn(metrics)),
      ),
    );
  });
  const picture = (time: number) => pictures.findLast(({ at }) => at <= time)!;
  return { pictures, picture, lines };
}

describe('the live view', () => {
  it('should show words as they form, and what was said once it is sure', () => {
    const { picture, lines } = shown();
    expect(picture(400).lines.at(-1)).toMatch(/^○ you ·+ {2}○ bot ·+ {2}listening +0:0\d$/u);
    expect(picture(1_100).lines[0]).toBe('You    Tell me …');
    expect(picture(1_100).lines.at(-1)).toMatch(/^● you .* you speak /u);
    expect(picture(1_900).lines.at(-1)).toMatch(/ thinking /u);
    expect(lines[0]).toBe('You    Tell me a story.');
  });

  it('should show the reply as it is heard, with the rest dimmed', () => {
    const { picture } = shown();
    // The first sentence is 34 characters of 60 ms each; its first sound is heard at 2,280.
    const reply = picture(3_300);
    expect(reply.lines.slice(0, 2).join(' ')).toMatch(
      /^Bot {4}Once upon a time there was a king\. He had a/u,
    );
    expect(reply.lines.find(line => line.startsWith('●') || line.includes('● bot'))).toMatch(
      /○ you .* ● bot [█▏▎▍▌▋▊▉]+·* {2}bot speaks/u,
    );
    const { heardAt } = words();
    expect(heardAt(2_900)).toBeLessThan(heardAt(3_300));
    expect(heardAt(3_300)).toBeLessThan(heardAt(3_900));
  });

  it('should mark the cut, and keep the figures of the last turn until the next one pushes them up', () => {
    const { picture, lines } = shown({ columns: 80 });
    expect(lines).toContain('You    Tell me a story.');
    expect(lines.find(line => line.includes('✂'))).toMatch(/^Bot {4}Once upon a time .* ✂ /u);
    const afterCut = picture(4_750).lines;
    expect(afterCut.find(line => line.includes('bargeIn'))).toMatch(/total 7\d\d · bargeIn 80 ms$/u);
    expect(afterCut.at(-1)).toMatch(/^total p50 7\d\d · p95 7\d\d ms, 1 turn · bargeIn p50 80 ms$/u);
    const next = lines.indexOf('You    Stop.');
    expect(lines.slice(next - 3, next)).toEqual([
      expect.stringMatching(/^ {7}stt /u),
      expect.stringMatching(/^ {7}█/u),
      '',
    ]);
  });

  it('should show a bot that waits for words, and goes on where it was when there are none', () => {
    const { picture, lines } = shown({ then: '' });
    expect(picture(4_250).lines.at(-1)).toMatch(/^● you .* you speak /u);
    expect(picture(4_250).lines.join(' ')).toContain('Once upon a time');
    const { heardAt } = words('');
    expect(heardAt(4_250)).toBe(heardAt(4_900));
    expect(heardAt(7_800)).toBeGreaterThan(heardAt(4_900));
    expect(lines.filter(line => line.startsWith('Bot'))).toEqual([expect.not.stringContaining('✂')]);
  });

  it('should show what was said and was no interruption', () => {
    expect(shown({ then: 'Uh-huh.' }).lines).toContain('You    (Uh-huh.)');
  });

  it('should stay within the columns and rows there are, from 40 columns on', () => {
    for (const [columns, rows] of [
      [40, 24],
      [60, 10],
      [100, 8],
    ] as const) {
      const { pictures, lines } = shown({ columns, rows, keys: 'm mute · i interrupt · q hang up' });
      for (const { lines: region } of pictures) {
        expect(Math.max(...region.map(line => stringWidth(line)))).toBeLessThan(columns);
        expect(region.length).toBeLessThan(rows);
      }
      expect(Math.max(...lines.map(line => stringWidth(line)))).toBeLessThan(columns);
    }
  });

  it('should show that the microphone is off', () => {
    expect(shown({ listening: 'muted' }).picture(300).lines.at(-1)).toMatch(/^⊘ you muted /u);
    expect(shown({ listening: 'closed' }).picture(300).lines.at(-1)).toMatch(/^⊘ you mic off /u);
    expect(shown({ keys: 'q hang up' }).picture(300).lines.at(-1)).toBe('q hang up');
  });
});

describe('a meter', () => {
  it('should be filled in eighths of a column', () => {
    expect([0, 0.5, 0.53125, 1, 2].map(share => meter(share, 4))).toEqual([
      '    ',
      '██  ',
      '██▏ ',
      '████',
      '████',
    ]);
  });

  it('should rise with perceived loudness', () => {
    expect(filled(0)).toBe(0);
    expect(filled(1)).toBe(1);
    expect(filled(0.1) - filled(0.05)).toBeCloseTo(filled(0.05) - filled(0.025), 6);
  });
});

/** How many words of the reply had been heard at a time, by the meters themselves. */
function words(then?: string) {
  const meters = new Meters();
  const heard: { readonly at: number; readonly words: number }[] = [];
  virtualTime(() =>
    merge(
      interval(50).pipe(
        tap(tick => heard.push({ at: (tick + 1) * 50, words: meters.heardWords })),
        takeUntil(interval(9_500)),
      ),
      storyteller(then)
        .conversation$(meters.input(scriptedInput(9_000)), meters.output(noSpeaker))
        .pipe(tap(event => meters.see(event))),
    ),
  );
  return { heardAt: (time: number) => heard.findLast(({ at }) => at <= time)!.words };
}
