import { resolve } from 'node:path';
import type { Command } from 'commander';
import { configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { nothingHeard } from '../nothingHeard.ts';
import { noSpeaker } from '../noSpeaker.ts';
import { tapeOption } from '../onTape.ts';
import { placeCall } from '../placeCall.ts';
import { soundInput } from '../soundInput.ts';
import { nameOf, readSound, writable } from '../files.ts';
import { UsageError } from '../usageError.ts';
import { chooseView } from '../view/chooseView.ts';
import { Meters } from '../view/meters.ts';

interface FileOptions extends Options {
  readonly output?: string;
  readonly tape?: string;
  readonly tapeWords?: boolean;
  readonly json?: boolean;
}

/** `rxvoice file`: the user's own recording talks with the bot, in real time. */
export const file = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts', 'realtime')
    .argument('<wav>', 'what the user says: a WAV file of any rate, mono or stereo; - reads it from stdin')
    .option('-o, --output <wav>', 'where the recording of both goes: left the user, right the bot')
    .option(
      '--tape <jsonl>',
      'where the tape of the call goes, for rxvoice replay; what was said is left out',
    )
    .option('--tape-words', 'leave what was said on the tape')
    .option('--json', 'one event a line, for programs')
    .action(async (path: string, options: FileOptions) => {
      const { output: record } = options;
      const sound = await readSound(path);
      if (record !== undefined) {
        writable(record);
        if (resolve(record) === resolve(path))
          throw new UsageError(
            `--output ${record}: this would replace what the user says. Name another file.`,
          );
      }
      const tape = tapeOption(options);
      const { voice, config, about } = await configure(options);
      const meters = new Meters();
      const view = chooseView(options, { meters });
      view.note(`${about}\n`);
      process.exitCode = await placeCall({
        voice,
        input$: soundInput(sound),
        output: noSpeaker,
        view,
        meters,
        tape: tape && { ...tape, config },
        record: record === undefined ? undefined : { path: record, sides: 'left the user, right the bot' },
        ifSilent: () => nothingHeard(nameOf(path), sound, 'realtime' in config ? undefined : config.stt),
      });
    });
