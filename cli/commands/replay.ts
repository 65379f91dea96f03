import { readFileSync } from 'node:fs';
import { chalkStderr } from 'chalk';
import type { Command } from 'commander';
import { from, map, tap } from 'rxjs';
import { type TurnMetrics, turnMetrics } from '../../lib/index.ts';
import { summarise } from '../../lib/operators.ts';
import { replay as replayed } from '../../lib/testing/index.ts';
import { printableJson } from '../../lib/text/printable.ts';
import { UsageError } from '../usageError.ts';
import { chooseView } from '../view/chooseView.ts';
import { Meters } from '../view/meters.ts';
import { fileError } from '../fileError.ts';

/** `rxvoice replay`: has a taped call again, at once, through the pipeline as it is now. */
export const replay = (command: Command): Command =>
  command
    .argument('<tape>', 'a tape: rxvoice demo --tape call.jsonl')
    .option('--json', 'one event a line, for programs; at last how it differs from then')
    .action((path: string, options: { readonly json?: boolean }) => {
      const { values, recorded, differences, offMs, cutOff } = read(path);
      if (cutOff)
        process.stderr.write(
          `${chalkStderr.yellow('rxvoice:')} ${path} ends early, after ${seconds(recorded.at(-1)?.at)}: it is still being written, or its program stopped. Its completed turns are replayed.\n`,
        );
      const view = chooseView(options, { meters: new Meters() });
      const turns: TurnMetrics[] = [];
      let now = 0;
      from(values)
        .pipe(
          tap(({ at, value }) => {
            now = at;
            view.event(value, at);
          }),
          map(({ value }) => value),
          turnMetrics({ clock: { now: () => now } }),
        )
        .subscribe(turn => {
          turns.push(turn);
          view.turn(turn);
        });
      view.end(summarise(turns));
      if (differences.length > 0) process.exitCode = 1;
      if (options.json) {
        process.stdout.write(`${printableJson({ type: 'replay', cutOff, offMs, differences })}\n`);
        return;
      }
      view.note(
        differences.length === 0
          ? cutOff
            ? `\nThe turns that were over went as they did then, no event more than ${offMs} ms off.`
            : `\nIt went as it did then: the same ${values.length} events, none more than ${offMs} ms off.`
          : `\nIt went another way than then, ${differences.length} events differ:\n` +
              differences.slice(0, 5).join('\n'),
      );
    });

const seconds = (ms = 0): string => `${(ms / 1000).toFixed(1)} s`;

function read(path: string): ReturnType<typeof replayed> {
  try {
    return replayed(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof TypeError)) throw error;
    throw new UsageError(
      `${path}: ${code === undefined ? (error as Error).message : `it can't be read${fileError(error)}`}`,
    );
  }
}
