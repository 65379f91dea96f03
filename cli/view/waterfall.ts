import chalk, { type ChalkInstance } from 'chalk';
import { stages, type TurnMetrics } from '../../lib/index.ts';

const looks: Readonly<
  Record<(typeof stages)[number], { short: string; block: string; colour: ChalkInstance }>
> = {
  endpointing: { short: 'end', block: '█', colour: chalk.blue },
  llm: { short: 'llm', block: '▓', colour: chalk.magenta },
  sentence: { short: 'sen', block: '▒', colour: chalk.yellow },
  tts: { short: 'tts', block: '░', colour: chalk.green },
  output: { short: 'out', block: '·', colour: chalk.cyan },
};

/** The least columns for stages with their whole names. */
const wide = 92;

/**
 * One line that shows where the time of a turn went: a bar in proportion, and the stages that add up to the total.
 * Short names and no bar where there is little room; what has not happened is left out.
 */
export function waterfall(turn: TurnMetrics, columns: number): string {
  const parts = stages.flatMap(stage => {
    const ms = turn[stage];
    return ms === undefined ? [] : [{ ms, ...looks[stage], stage }];
  });
  const known = parts.reduce((sum, { ms }) => sum + ms, 0);
  const total = turn.total === undefined ? '' : ` = ${round(turn.total)} ms`;
  const labels = parts.map(({ ms, short, stage, colour }) => ({
    text: `${columns >= wide ? stage : short} ${round(ms)}`,
    colour,
  }));
  const legendLength = labels.map(({ text }) => text).join(' + ').length + total.length;
  const legend = labels.map(({ text, colour }) => colour(text)).join(chalk.dim(' + ')) + chalk.bold(total);
  const room = Math.min(32, columns - legendLength - 2);
  if (room < 8 || known === 0) return legend;
  const bar = parts
    .map(({ ms, block, colour }) => colour(block.repeat(Math.round((ms / known) * room))))
    .join('');
  return `${bar}  ${legend}`;
}

/** The three figures of a turn (transcript, complete answer, first sound) and, if it was cut, how soon it was silent. */
export const figuresLine = ({ stt, llmTotal, total, bargeIn }: TurnMetrics): string =>
  [
    figure('stt', stt),
    figure('llmTotal', llmTotal),
    figure('total', total),
    ...(bargeIn === undefined ? [] : [figure('bargeIn', bargeIn)]),
  ].join(chalk.dim(' · ')) + ' ms';

const figure = (name: string, ms: number | undefined): string =>
  `${chalk.dim(name)} ${ms === undefined ? '–' : round(ms)}`;

const round = (ms: number): string => String(Math.round(ms));
