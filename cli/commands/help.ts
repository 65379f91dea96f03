import type { Command } from 'commander';

/** `rxvoice help`: what a command can do, or what commands there are. */
export const help = (program: Command): Command =>
  program
    .helpCommand(false)
    .command('help')
    .description('what a command can do, or what commands there are')
    .argument('[command...]', 'default: all')
    .action(async (names: readonly string[]) => {
      let command = program;
      for (const name of names) {
        const found = command.commands.find(candidate => candidate.name() === name);
        if (found === undefined && command !== program) unknownCommand(command, name);
        // As a command it is unknown, too, and then it is said what may be meant.
        if (found === undefined) await program.parseAsync([name], { from: 'user' });
        else command = found;
      }
      command.outputHelp();
    });

/** Complains about a command of a command that there isn't. */
export function unknownCommand(parent: Command, name: string): never {
  const names = parent.commands.map(command => command.name());
  return parent.error(
    `error: unknown command '${parent.name()} ${name}'. There are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`,
  );
}
