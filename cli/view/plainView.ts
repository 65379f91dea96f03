import type { ConversationEvent, TurnMetrics } from '../../lib/index.ts';
import { indent } from './paragraph.ts';
import { summaryTable } from './summaryTable.ts';
import type { Terminal } from './terminal.ts';
import { remark, transcript, unfinished } from './transcript.ts';
import type { View } from './view.ts';
import { figuresLine, waterfall } from './waterfall.ts';
import { wrap } from './wrap.ts';

/** A call as a conversation to read, in lines that stay: the transcript, and under each turn its figures. */
export function plainView(terminal: Terminal): View {
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) terminal.line(lines.join('\n'));
  };
  /** The sentences of a reply that have begun to sound; none when it is over. */
  let begun: string[] = [];
  const follow = (event: ConversationEvent): void => {
    if (event.type === 'bot.speaking') begun.push(event.text);
    if (['bot.spoke', 'bot.interrupted', 'turn.failed'].includes(event.type)) begun = [];
  };
  /** Prints the part that was said of a reply that the end of the call cut off. */
  const cutOff = (): void => {
    const words = begun.join(' ').split(/\s+/u).filter(Boolean);
    print(unfinished(words.join(' '), words.length, terminal.columns));
    begun = [];
  };
  return {
    event: event => {
      follow(event);
      if (event.type === 'call.loading') terminal.progress(event.engine, event.progress);
      else print(transcript(event, terminal.columns));
    },
    turn: metrics => {
      cutOff();
      print([...turnFigures(metrics, terminal.columns), '']);
    },
    note: text => print(remark(text, terminal.columns)),
    end: summary => {
      cutOff();
      if (summary.turns > 0) print(['', summaryTable(summary, terminal.columns)]);
    },
  };
}

/** The figures of a turn: the three of them, and where the time went. */
export const turnFigures = (metrics: TurnMetrics, columns: number): string[] => {
  const lines = [...wrap(figuresLine(metrics), columns - indent), waterfall(metrics, columns - indent)];
  return lines.map(line => ' '.repeat(indent) + line);
};
