import chalk from 'chalk';
import { figures, type Summary } from '../../lib/index.ts';

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

/** The figures of a call as a table, ms; those that no turn has are left out. */
export function summaryTable(summary: Summary): string {
  const rows = figures.flatMap(name => {
    const figure = summary[name];
    if (figure === undefined) return [];
    const cells = [figure.count, figure.p50, figure.p95, figure.p99].map(value =>
      String(Math.round(value)).padStart(6),
    );
    const row = `${name.padEnd(12)}${cells.join('')}   `;
    return [`${name === 'total' ? chalk.bold(row) : row}${chalk.dim(meanings[name])}`];
  });
  const heading = `${'ms'.padEnd(12)}${['turns', 'p50', 'p95', 'p99'].map(name => name.padStart(6)).join('')}`;
  return [chalk.dim(heading), ...rows].join('\n');
}
