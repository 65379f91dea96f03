import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import chalk, { chalkStderr } from 'chalk';
import { Command, CommanderError } from 'commander';
import { printable } from '../lib/text/printable.ts';
import { commandList } from './commandList.ts';
import { packageRoot } from './packageRoot.ts';
import { unknownCommand } from './unknownCommand.ts';
import { UsageError } from './usageError.ts';

/**
 * Runs a command line to its end, and leaves its exit code in `process.exitCode`. Everything that goes wrong is
 * explained on stderr. Only the command that runs is imported.
 *
 * @param args the arguments after the program's name.
 */
export async function rxvoice(args: readonly string[]): Promise<void> {
  // chalk itself knows FORCE_COLOR only (https://no-color.org).
  if (process.env['NO_COLOR'] && process.env['FORCE_COLOR'] === undefined)
    chalk.level = chalkStderr.level = 0;
  try {
    const program = await programFor(args);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = await explain(error);
  }
}

/** The program, with the command of these arguments loaded, and the others by name. */
async function programFor(args: readonly string[]): Promise<Command> {
  const named = args.filter(arg => !arg.startsWith('-'));
  const wanted = named[0] === 'help' ? named[1] : named[0];
  const program = emptyProgram();
  for (const { name, usage, description, load } of commandList) {
    const command = program.command(name).description(description).usage(usage);
    command.showHelpAfterError(`(run rxvoice ${name} --help for its options)`);
    if (name === wanted) (await load())(command.usage(''));
  }
  addHelp(program);
  return program;
}

const emptyProgram = (): Command => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return new Command('rxvoice')
    .description(
      'Turns a chat bot into a voice bot. It runs on this machine alone, unless an engine of a service is chosen (--stt, --llm, --tts, or a key or address of OpenAI in the environment).',
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(printable(text).replace(/^error:/u, chalkStderr.red('rxvoice:'))),
    })
    .configureHelp({
      subcommandTerm: command => [command.name(), command.usage()].filter(Boolean).join(' '),
    })
    .showHelpAfterError('(run rxvoice --help for the commands)')
    .addHelpText('after', examples);
};

const examples = `
Examples:
  $ rxvoice talk                                      talk with the bot yourself
  $ rxvoice demo                                      a spoken conversation, about a minute
  $ rxvoice file question.wav --output call.wav       the same with your own recording
  $ rxvoice serve                                     a page to talk with the bot
  $ rxvoice transcribe meeting.wav                    what was said, an utterance a line
  $ rxvoice say "Hello there." --output hello.wav     a text as speech
  $ rxvoice test examples/scenarios/*.json            simulated callers, with expectations
  $ rxvoice replay call.jsonl                         a taped call again, at once (demo --tape call.jsonl)
  $ rxvoice init my-bot                               a bot project to begin with
  $ rxvoice doctor                                    does this machine have what a call needs?
  $ rxvoice emulate                                   Deepgram and OpenAI without keys, to test against
  $ rxvoice demo --json | jq 'select(.type == "turn.metrics") | .total'

Exit codes: 0 done, 1 the run failed (or nothing was heard, or no turn answered, or a file could not be written),
2 wrong usage or configuration, 130 ended with Ctrl-C.`;

/** `rxvoice help`: the help of a command, or the list of commands. */
const addHelp = (program: Command): Command =>
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
        // As a command it is unknown, too; commander then suggests similar ones.
        if (found === undefined) await program.parseAsync([name], { from: 'user' });
        else command = found;
      }
      command.outputHelp();
    });

/** Prints the error on stderr, and returns the exit code. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said so itself
  const wrongUsage = error instanceof UsageError || (await isSetupError(error));
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${chalkStderr.red('rxvoice:')} ${printable(message)}\n`);
  if (process.env['RXVOICE_DEBUG'] !== undefined)
    process.stderr.write(`${printable((error as Error).stack ?? '')}\n`);
  return wrongUsage ? 2 : 1;
}

/** Whether it is an error of the configuration rather than of a stage of a call. */
async function isSetupError(error: unknown): Promise<boolean> {
  const { RxvoiceError } = await import('../lib/index.ts');
  return RxvoiceError.is(error) && error.stage === undefined;
}
