import type { Command } from 'commander';

/** Reports a subcommand that does not exist. */
export function unknownCommand(parent: Command, name: string): never {
  const names = parent.commands.map(command => command.name());
  return parent.error(
    `error: unknown command '${parent.name()} ${name}'. There are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}.`,
  );
}
