import chalk from 'chalk';
import type { ConversationEvent } from '../../lib/index.ts';
import { printable } from '../../lib/text/printable.ts';
import { type Part, paragraph, plain } from './paragraph.ts';
import { wrap } from './wrap.ts';

/** The user's words, in lines of `columns` columns. */
export const you = (columns: number, ...parts: Part[]): string[] =>
  paragraph('You', chalk.cyan.bold, parts, columns);

/** The bot's words. */
export const bot = (columns: number, ...parts: Part[]): string[] =>
  paragraph('Bot', chalk.green.bold, parts, columns);

/** A remark under the words. */
export const aside = (columns: number, ...parts: Part[]): string[] => paragraph('', plain, parts, columns);

/** The lines that stay of an event of a call; none for most events. */
export function transcript(event: ConversationEvent, columns: number): string[] {
  switch (event.type) {
    case 'call.warning':
      return aside(columns, [event.message, chalk.yellow]);
    case 'user.said':
      return you(columns, [event.text, plain]);
    case 'call.ended':
      return aside(columns, [ends[event.reason], chalk.dim]);
    case 'call.compacted':
      return aside(columns, ['The earlier conversation was summarised for the model.', chalk.dim]);
    case 'bot.tool':
      return aside(columns, [`⚙ ${event.name} ${short(event.arguments)}`, chalk.magenta]);
    case 'bot.toolResult':
      return aside(columns, [`→ ${short(event.content)}`, chalk.dim]);
    case 'user.ignored':
      return you(columns, [`(${event.text})`, chalk.dim]);
    case 'bot.spoke':
      return event.text === '' ? [] : bot(columns, [event.text, plain]);
    case 'bot.interrupted': {
      // A comma that follows the last word stays with it.
      const rest = event.text.slice(event.heard.length);
      const [mark] = event.heard === '' ? [''] : /^\p{P}*/u.exec(rest)!;
      return bot(
        columns,
        [event.heard + mark, plain],
        // The cut stands where it was: without colours, too, the words after it count as not heard.
        ['✂', chalk.yellow],
        [rest.slice(mark.length), chalk.dim.strikethrough],
      );
    }
    case 'turn.failed':
      return bot(
        columns,
        [event.heard, plain],
        [`✗ ${event.stage} failed: ${messageOf(event.cause)}`, chalk.red],
      );
    default:
      return [];
  }
}

/** The part of a reply that the user had heard when the call was hung up. */
export function unfinished(reply: string, heardWords: number, columns: number): string[] {
  const words = reply.split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [];
  return bot(
    columns,
    [words.slice(0, heardWords).join(' '), plain],
    ['✂', chalk.yellow],
    [words.slice(heardWords).join(' '), chalk.dim.strikethrough],
  );
}

/** Why a call ended by itself. */
const ends: Readonly<Record<Extract<ConversationEvent, { readonly type: 'call.ended' }>['reason'], string>> =
  {
    idle: 'Nothing was said for too long; the bot hung up.',
    tooLong: 'Call time limit reached; the bot hung up.',
    command: 'The bot hung up.',
  };

/** The beginning of a possibly long text, in one line. */
const short = (text: string): string => {
  const line = text.replace(/\s+/gu, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
};

/** A remark, in lines of `columns` columns; further lines are indented to its beginning. */
export const remark = (text: string, columns: number): string[] =>
  printable(text)
    .split('\n')
    .flatMap(line => {
      const margin = /^ */u.exec(line)![0];
      const lines = wrap(line, columns - margin.length);
      return (lines.length === 0 ? [''] : lines).map(part => chalk.dim(margin + part));
    });

/** The error, in a line. */
export const messageOf = (cause: unknown): string =>
  printable(cause instanceof Error ? cause.message : String(cause));
