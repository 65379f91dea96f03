import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { recording, wavInput } from '../../lib/index.ts';
import { configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { noSpeaker } from '../noSpeaker.ts';
import { readable, writable } from '../usageError.ts';
import { runCall } from '../runCall.ts';
import { chooseView } from '../view/chooseView.ts';

interface FileOptions extends Options {
  readonly output?: string;
  readonly json?: boolean;
}

/** `rxvoice file`: the user's own recording talks with the bot, in real time. */
export const file = (program: Command): Command =>
  withSettings(program.command('file'), 'stt', 'llm', 'tts')
    .description('have a conversation with a recording of your own, in real time')
    .argument('<wav>', 'what the user says: a WAV file of any rate, mono or stereo')
    .option('-o, --output <wav>', 'where the recording of both goes: left the user, right the bot')
    .option('--json', 'one event a line, for programs')
    .action(async (path: string, options: FileOptions) => {
      readable(path);
      if (options.output !== undefined) writable(options.output);
      const { voice, about } = await configure(options);
      const view = chooseView(options);
      view.note(`${about}\n`);
      const tape = recording();
      try {
        process.exitCode = await runCall(
          voice.conversation$(tape.input(wavInput(path)), tape.output(noSpeaker)),
          view,
        );
      } finally {
        if (options.output !== undefined) writeFileSync(options.output, tape.wav());
      }
      if (options.output !== undefined)
        view.note(`\nThe recording: ${options.output} (left the user, right the bot).`);
    });
