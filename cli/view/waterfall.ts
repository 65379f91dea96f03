import chalk, { type ChalkInstance } from 'chalk';
import type { TurnMetrics } from '../../lib/index.ts';
import { stages } from '../../lib/operators.ts';

type Stage = (typeof stages)[number];

/** How each stage looks: its name where there is little room, its sign in the bar, its colour. */
export const looks: Readonly<Record<Stage, { short: string; block: string; colour: ChalkInstance }>> = {
  endpointing: { short: 'end', block: '█', colour: chalk.blue },
  llm: { short: 'llm', block: '▓', colour: chalk.magenta },
  sentence: { short: 'sen', block: '▒', colour: chalk.yellow },
  tts: { short: 'tts', block: '░', colour: chalk.green },
  output: { short: 'out', block: '·', colour: chalk.cyan },
};

/** The least columns for stages with their whole names. */
const wide = 92;

/** The least columns of a bar, and the most. */
const bar = { least: 8, most: 32 };

/**
 * One line that shows where the time of a turn went: a bar in proportion, and the stages that add up to the total, by
 * their names, or by their signs where there is little room; stages that did not happen are left out.
 */
export function waterfall(turn: TurnMetrics, columns: number): string {
  const known = stages.filter(stage => turn[stage] !== undefined);
  const values = known.map(stage => turn[stage] ?? 0);
  const figures = inWhole(values);
  const total = turn.total === undefined ? '' : ` = ${round(turn.total)} ms`;
  const legends = [
    { separator: ' + ', name: (stage: Stage) => `${columns >= wide ? stage : looks[stage].short} ` },
    { separator: ' ', name: (stage: Stage) => looks[stage].block },
  ].map(({ separator, name }) => {
    const texts = known.map((stage, index) => name(stage) + String(figures[index]));
    return {
      room: columns - texts.join(separator).length - total.length - 2,
      text:
        texts.map((text, index) => looks[known[index]!].colour(text)).join(chalk.dim(separator)) +
        chalk.bold(total),
    };
  });
  const { room, text } = legends.find(legend => legend.room >= bar.least) ?? legends.at(-1)!;
  const sum = values.reduce((all, ms) => all + ms, 0);
  if (room < bar.least || sum === 0) return text;
  const lengths = inWhole(values, Math.min(bar.most, room) / sum);
  const blocks = known.map((stage, index) => looks[stage].colour(looks[stage].block.repeat(lengths[index]!)));
  return `${blocks.join('')}  ${text}`;
}

/** Values as whole numbers whose sum is the whole number of the sum: each is a step between two rounded sums. */
function inWhole(values: readonly number[], scale = 1): number[] {
  let sum = 0;
  return values.map(value => {
    const before = Math.round(sum * scale);
    sum += value;
    return Math.round(sum * scale) - before;
  });
}

/** The three figures of a turn (transcript, complete answer, first sound) and, if it was cut, how soon it was silent. */
export const figuresLine = ({ stt, llmTotal, total, bargeIn }: TurnMetrics): string =>
  [
    figure('stt', stt),
    figure('llmTotal', llmTotal),
    figure('total', total),
    ...(bargeIn === undefined ? [] : [figure('bargeIn', bargeIn)]),
  ].join(` ${chalk.dim('·')} `) + ' ms';

const figure = (name: string, ms: number | undefined): string =>
  `${chalk.dim(name)} ${ms === undefined ? '–' : round(ms)}`;

const round = (ms: number): string => String(Math.round(ms));
