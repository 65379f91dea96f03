import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { jsonView } from '../../cli/view/jsonView.ts';
import { summaryTable } from '../../cli/view/summaryTable.ts';
import type { Terminal } from '../../cli/view/terminal.ts';
import { paragraph } from '../../cli/view/paragraph.ts';
import { plainView } from '../../cli/view/plainView.ts';
import { figuresLine, waterfall } from '../../cli/view/waterfall.ts';
import { wrap } from '../../cli/view/wrap.ts';
import type { TurnMetrics } from '../../lib/index.ts';
import { summarise } from '../../lib/operators.ts';

const turn: TurnMetrics = {
  turn: 1,
  outcome: 'spoken',
  endpointing: 500,
  llm: 250,
  sentence: 100,
  tts: 50,
  output: 0,
  total: 900,
  stt: 500.4,
  llmTotal: 800,
  bargeIn: undefined,
  connections: {},
  speculation: { kept: false, savedMs: 0, discarded: 0, discardedTokens: 0 },
  reworded: 0,
  usage: { ttsCharacters: 1, botAudioMs: 2, promptTokens: 3, completionTokens: 4 },
};
const plain = stripVTControlCharacters;

/** A file that remembers its writes. */
function paper(columns = 60) {
  const lines: string[] = [];
  const terminal: Terminal = {
    isLive: false,
    columns,
    rows: 24,
    line: text => lines.push(...plain(text).split('\n')),
    live: () => undefined,
    clear: () => undefined,
    progress: () => undefined,
  };
  return { lines, terminal };
}

describe('the waterfall', () => {
  it('should show the stages in proportion, and their sum, in one line', () => {
    const line = plain(waterfall(turn, 93));
    expect(line).toMatch(
      /^(█+)▓+▒+░ {2}endpointing 500 \+ llm 250 \+ sentence 100 \+ tts 50 \+ output 0 = 900 ms$/u,
    );
    const bar = line.split(' ')[0]!;
    expect(bar.lastIndexOf('█') / bar.length).toBeCloseTo(0.5, 1);
  });

  it('should fit into little room', () => {
    for (const columns of [40, 53, 60, 80, 120]) {
      const line = plain(waterfall(turn, columns));
      expect(line.length).toBeLessThanOrEqual(columns);
      expect(line).toMatch(/^█+▓+▒+░* /u);
      expect(line).toMatch(/900 ms$/u);
    }
  });

  it('should print stages that add up, as they do before they are rounded', () => {
    const uneven = {
      ...turn,
      endpointing: 528.6,
      llm: 126.6,
      sentence: 46.7,
      tts: 31.6,
      output: 0.6,
      total: 734.1,
    };
    for (const columns of [53, 73, 93]) {
      const [, ...figures] = plain(waterfall(uneven, columns)).match(/\d+/gu)!.map(Number).reverse();
      expect(figures.reduce((sum, figure) => sum + figure, 0)).toBe(734);
    }
  });

  it('should leave out what has not happened', () => {
    const failed = {
      ...turn,
      llm: undefined,
      sentence: undefined,
      tts: undefined,
      output: undefined,
      total: undefined,
    };
    expect(plain(waterfall(failed, 60))).toMatch(/end 500$/u);
  });

  it('should give the three figures by their names', () => {
    expect(plain(figuresLine(turn))).toBe('stt 500 · llmTotal 800 · total 900 ms');
    expect(plain(figuresLine({ ...turn, total: undefined, bargeIn: 180 }))).toBe(
      'stt 500 · llmTotal 800 · total – · bargeIn 180 ms',
    );
  });
});

describe('the summary table', () => {
  it('should have a row for every figure that was measured', () => {
    const table = plain(summaryTable(summarise([turn, { ...turn, total: 1_000 }]))).split('\n');
    expect(table[0]).toMatch(/turns +p50 +p95 +p99/u);
    expect(table.find(row => row.startsWith('total'))).toMatch(/^total +2 +900 +1000 +1000 +voice ended/u);
    expect(table.some(row => row.startsWith('bargeIn'))).toBe(false);
  });

  it('should stay within the columns there are, and name the signs of the waterfall', () => {
    for (const columns of [60, 72, 100]) {
      const table = plain(summaryTable(summarise([turn]), columns)).split('\n');
      expect(Math.max(...table.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      expect(table.find(row => row.startsWith('sentence'))).toMatch(/^sentence +▒ +1 +100/u);
    }
  });
});

describe('the transcript', () => {
  it('should hold what was said, what was not heard, and what failed', () => {
    const { lines, terminal } = paper();
    const view = plainView(terminal);
    view.event({ type: 'user.speaking', turn: 1, sinceMs: 0 }, 0);
    view.event({ type: 'user.interim', turn: 1, text: 'Tell me' }, 0);
    view.event({ type: 'user.said', turn: 1, text: 'Tell me a story.', silenceMs: 0 }, 0);
    view.event({ type: 'bot.speaking', turn: 1, sentence: 0, text: 'Once upon a time there was a king.' }, 0);
    view.event(
      {
        type: 'bot.interrupted',
        turn: 1,
        heard: 'Once upon',
        text: 'Once upon a time there was a king.',
        audioMs: 1,
      },
      0,
    );
    view.event({ type: 'call.warning', stage: 'stt', message: 'It was lost; reconnecting.' }, 0);
    view.event(
      { type: 'turn.failed', turn: 2, stage: 'llm', cause: new Error('no network'), heard: '', audioMs: 0 },
      0,
    );
    expect(lines).toEqual([
      'You    Tell me a story.',
      'Bot    Once upon ✂ a time there was a king.',
      '       It was lost; reconnecting.',
      'Bot    ✗ llm failed: no network',
    ]);
  });

  it('should leave a comma with the last word that was heard', () => {
    const { lines, terminal } = paper();
    const text = 'Once upon, a time';
    plainView(terminal).event({ type: 'bot.interrupted', turn: 1, heard: 'Once upon', text, audioMs: 1 }, 0);
    expect(lines).toEqual(['Bot    Once upon, ✂ a time']);
  });

  it('should stay within the columns there are', () => {
    const { lines, terminal } = paper(40);
    plainView(terminal).event({ type: 'bot.spoke', turn: 1, text: 'word '.repeat(40), audioMs: 0 }, 0);
    expect(lines.length).toBeGreaterThan(4);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
    expect(lines.slice(1).every(line => line.startsWith('       '))).toBe(true);
  });

  it('should wrap words, and cut those that are longer than a line', () => {
    expect(wrap('a bb ccc antidisestablish d', 6)).toEqual(['a bb', 'ccc', 'antidi', 'sestab', 'lish d']);
    // Text without spaces, two columns wide a character.
    expect(wrap('我们走吧。', 6)).toEqual(['我们走', '吧。']);
  });

  it('should style each word as its part is, also one that is cut', () => {
    const loud = (text: string): string => text.toUpperCase();
    expect(
      paragraph(
        'Me',
        plain,
        [
          ['so we', plain],
          ['incomprehensible', loud],
        ],
        15,
      ),
    ).toEqual(['Me     so we', '       INCOMPRE', '       HENSIBLE']);
  });
});

describe('the view for programs', () => {
  it('should write one object a line, errors as name and message', () => {
    let written = '';
    const view = jsonView(text => (written += text));
    view.note('not for programs');
    view.event({ type: 'call.ready' }, 12);
    view.event(
      { type: 'turn.failed', turn: 1, stage: 'tts', cause: new TypeError('no'), heard: '', audioMs: 0 },
      20,
    );
    view.turn(turn);
    view.end(summarise([turn]));
    const lines = written
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(['call.ready', 'turn.failed', 'turn.metrics', 'summary']);
    expect(lines[0]).toEqual({ at: 12, type: 'call.ready' });
    expect(lines[1]?.['cause']).toEqual({ name: 'TypeError', message: 'no' });
  });

  it('should write numbers as they were measured, without what is left of subtracting them', () => {
    let written = '';
    const view = jsonView(text => (written += text));
    view.event({ type: 'call.loading', engine: 'stt', progress: 1.1 - 1 }, 3);
    view.turn({ ...turn, llm: 400.3 - 150.2, total: 0.123456, stt: 1e-7 });
    expect(written).toContain('"progress":0.1}');
    expect(written).toContain('"llm":250.1,');
    expect(written).toContain('"total":0.123,');
    expect(written).toContain('"stt":0,');
  });
});
