import type { Command } from 'commander';
import { tap } from 'rxjs';
import { utterances } from '../../lib/operators.ts';
import { printable, printableJson } from '../../lib/text/printable.ts';
import { configureStages, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { hasReaderLeft } from '../standardStreams.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { nothingHeard } from '../nothingHeard.ts';
import { soundInput } from '../soundInput.ts';
import { nameOf, readSound } from '../files.ts';
import { whileLoading } from '../whileLoading.ts';

/** `rxvoice transcribe`: the words of a recording, an utterance a line, as fast as the engine emits them. */
export const transcribe = (command: Command): Command =>
  withSettings(command, 'stt')
    .argument('<wav>', 'a WAV file of any rate, mono or stereo; - reads it from stdin')
    .option('--json', 'one utterance a line, with the time it ends at, ms')
    .addHelpText('after', '\nExit codes: 0 something was heard, 1 nothing was.')
    .action(async (path: string, options: Options & { readonly json?: boolean }) => {
      const sound = await readSound(path);
      const {
        voice: { stt },
        config,
      } = await configureStages(options, ['stt']);
      let heard = 0;
      const said$ = soundInput(sound, { realTime: false }).pipe(
        stt,
        utterances({ maxMs: Infinity }),
        tap(({ content, end }) => {
          heard += 1;
          process.stdout.write(
            options.json
              ? `${printableJson({ text: content, end: Math.round(end) })}\n`
              : `${printable(content)}\n`,
          );
        }),
      );
      process.exitCode = await untilInterrupted(whileLoading(stt, said$));
      if (process.exitCode === 0 && heard === 0 && !hasReaderLeft())
        throw new Error(nothingHeard(nameOf(path), sound, config.stt));
    });
