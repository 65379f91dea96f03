#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import chalk, { chalkStderr } from 'chalk';
import { Command, CommanderError } from 'commander';
import { RxvoiceError } from '../lib/index.ts';
import { demo } from './commands/demo.ts';
import { devices } from './commands/devices.ts';
import { doctor } from './commands/doctor.ts';
import { emulate } from './commands/emulate.ts';
import { file } from './commands/file.ts';
import { help } from './commands/help.ts';
import { init } from './commands/init.ts';
import { models } from './commands/models.ts';
import { replay } from './commands/replay.ts';
import { say } from './commands/say.ts';
import { serve } from './commands/serve.ts';
import { talk } from './commands/talk.ts';
import { test } from './commands/test.ts';
import { transcribe } from './commands/transcribe.ts';
import { UsageError } from './usageError.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('rxvoice')
  .description(
    'Turns a chat bot into a voice bot. It runs on this machine alone, unless an engine of a service is chosen (--stt, --llm, --tts, or a key or address of OpenAI in the environment).',
  )
  .version(version)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error:/u, chalkStderr.red('rxvoice:'))),
  })
  .addHelpText(
    'after',
    `
Examples:
  $ rxvoice talk                                      talk with the bot yourself
  $ rxvoice demo                                      a spoken conversation, about a minute
  $ rxvoice file question.wav --output call.wav       the same with your own recording
  $ rxvoice serve                                     a page to talk with the bot
  $ rxvoice transcribe meeting.wav                    what was said, an utterance a line
  $ rxvoice say "Hello there." --output hello.wav     a text as speech
  $ rxvoice test examples/scenarios/*.json            callers talk with the bot: does it do what it should?
  $ rxvoice replay call.jsonl                         a taped call again, at once (demo --tape call.jsonl)
  $ rxvoice init my-bot                               a bot project to begin with
  $ rxvoice doctor                                    does this machine have what a call needs?
  $ rxvoice emulate                                   Deepgram and OpenAI without keys, to test against
  $ rxvoice demo --json | jq 'select(.type == "turn.metrics") | .total'

Exit codes: 0 done, 1 the run failed (or nothing was heard, or no turn answered), 2 wrong usage or configuration, 130 ended with Ctrl-C.`,
  );
const commands = [
  talk,
  demo,
  file,
  serve,
  transcribe,
  say,
  replay,
  test,
  models,
  devices,
  doctor,
  init,
  emulate,
  help,
];
for (const add of commands) {
  const command = add(program);
  command.showHelpAfterError(`(rxvoice ${command.name()} --help tells how it is used)`);
}
program.showHelpAfterError('(rxvoice --help lists the commands)');

// chalk itself knows FORCE_COLOR only (https://no-color.org).
if (process.env['NO_COLOR'] && process.env['FORCE_COLOR'] === undefined) chalk.level = chalkStderr.level = 0;

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}

/** Says on stderr what went wrong, and gives the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has said so itself
  const wrongUsage = error instanceof UsageError || (RxvoiceError.is(error) && error.stage === undefined);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${chalkStderr.red('rxvoice:')} ${message}\n`);
  if (process.env['RXVOICE_DEBUG'] !== undefined) process.stderr.write(`${(error as Error).stack ?? ''}\n`);
  return wrongUsage ? 2 : 1;
}
