import chalk from 'chalk';
import type { ConversationEvent } from '../../lib/index.ts';
import { summaryTable } from './summaryTable.ts';
import type { Terminal } from './terminal.ts';
import type { View } from './view.ts';
import { figuresLine, waterfall } from './waterfall.ts';
import { wrap } from './wrap.ts';

/** Where text begins: after the name of who speaks. */
const indent = 7;

/**
 * A call as a conversation to read: what is being said forms in the last line, what was said stands above it, and
 * under each turn are its figures.
 */
export function transcriptView(terminal: Terminal): View {
  let reply = '';

  const paragraph = (
    name: string,
    ...parts: readonly (readonly [text: string, style: (text: string) => string])[]
  ): string => {
    // Wrapped without its colours, which have no width; then each word is coloured as its part is.
    const words = parts.flatMap(([text, style]) =>
      text
        .split(/\s+/u)
        .filter(Boolean)
        .map(word => ({ word, style })),
    );
    let next = 0;
    const lines = wrap(words.map(({ word }) => word).join(' '), terminal.columns - indent).map(line =>
      line
        .split(' ')
        .map(() => words[next++]!)
        .map(({ word, style }) => style(word))
        .join(' '),
    );
    return name.padEnd(indent) + lines.join(`\n${' '.repeat(indent)}`);
  };
  const coloured = (name: string, colour: (text: string) => string, text: string): string =>
    text.replace(name, colour(name));
  const you = (text: string, style = plain): string =>
    coloured('You', chalk.cyan.bold, paragraph('You', [text, style]));
  const bot = (
    ...parts: Parameters<typeof paragraph> extends [string, ...infer Rest] ? Rest : never
  ): string => coloured('Bot', chalk.green.bold, paragraph('Bot', ...parts));

  const show = (event: ConversationEvent): void => {
    switch (event.type) {
      case 'call.loading':
        return terminal.progress(event.engine, event.progress);
      case 'call.ready':
        return terminal.clear();
      case 'call.warning':
        return terminal.line(chalk.yellow(`${' '.repeat(indent)}${event.message}`));
      case 'user.speaking':
        return terminal.live(you('…', chalk.dim));
      case 'user.interim':
        return terminal.live(you(`${event.text} …`, chalk.dim));
      case 'user.silent':
        return terminal.clear();
      case 'user.said':
        reply = '';
        return terminal.line(you(event.text));
      case 'bot.speaking':
        reply = `${reply} ${event.text}`;
        return terminal.live(bot([reply, plain]));
      case 'bot.spoke':
        if (event.text !== '') terminal.line(bot([event.text, plain]));
        return;
      case 'bot.interrupted':
        return terminal.line(
          bot(
            [event.heard, plain],
            // The cut stands where it was: without colours, too, what comes after it was not heard.
            ['✂', chalk.yellow],
            [event.text.slice(event.heard.length), chalk.dim.strikethrough],
          ),
        );
      case 'turn.failed':
        return terminal.line(
          bot([event.heard, plain], [`✗ ${event.stage} failed: ${messageOf(event.cause)}`, chalk.red]),
        );
    }
  };

  return {
    event: show,
    turn: metrics => {
      const space = ' '.repeat(indent);
      terminal.line(`${space}${figuresLine(metrics)}`);
      terminal.line(`${space}${waterfall(metrics, terminal.columns - indent)}\n`);
    },
    note: text => {
      for (const line of text.split('\n')) terminal.line(chalk.dim(wrapped(line, terminal.columns)));
    },
    end: summary => {
      terminal.clear();
      if (summary.turns > 0) terminal.line(`\n${summaryTable(summary, terminal.columns)}`);
    },
  };
}

/** A line within so many columns; what follows stands under its beginning. */
function wrapped(line: string, columns: number): string {
  const margin = /^ */u.exec(line)![0];
  return wrap(line, columns - margin.length)
    .map(part => margin + part)
    .join('\n');
}

const plain = (text: string): string => text;

/** What went wrong, in a line. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
