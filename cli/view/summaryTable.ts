import chalk from 'chalk';
import { figures, stages, type Summary } from '../../lib/operators.ts';
import { looks } from './waterfall.ts';

const meanings: Readonly<Record<(typeof figures)[number], string>> = {
  endpointing: 'voice ended → turn committed',
  llm: 'committed → first token',
  sentence: 'first token → first sentence',
  tts: 'first sentence → its first audio',
  output: 'first audio → output',
  total: 'voice ended → first audio out',
  stt: 'voice ended → final transcript',
  llmTotal: 'request → last token',
  bargeIn: 'user speaks → bot silent',
};

/** The least columns in which every row can show its meaning. */
const wide = 72;

/** The figures of a call as a table, ms, with each stage's sign in the waterfall; those that no turn has are left out. */
export function summaryTable(summary: Summary, columns: number = wide): string {
  const rows = figures.flatMap(name => {
    const figure = summary[name];
    if (figure === undefined) return [];
    const cells = [figure.count, figure.p50, figure.p95, figure.p99].map(value =>
      String(Math.round(value)).padStart(6),
    );
    const meaning = columns < wide ? '' : `   ${chalk.dim(meanings[name])}`;
    const row = `${name.padEnd(12)}${sign(name)}${cells.join('')}`;
    return [`${name === 'total' ? chalk.bold(row) : row}${meaning}`];
  });
  const heading = `${'ms'.padEnd(13)}${['turns', 'p50', 'p95', 'p99'].map(name => name.padStart(6)).join('')}`;
  return [chalk.dim(heading), ...rows].join('\n');
}

const sign = (name: (typeof figures)[number]): string => {
  const stage = stages.find(candidate => candidate === name);
  return stage === undefined ? ' ' : looks[stage].colour(looks[stage].block);
};
