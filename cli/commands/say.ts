import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { concatMap, of, tap, toArray } from 'rxjs';
import { concatFrames, resampleFrame, sentences, speakable, writeWav } from '../../lib/index.ts';
import { configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { writable } from '../files.ts';
import { UsageError } from '../usageError.ts';
import { whileLoading } from '../whileLoading.ts';

/** `rxvoice say`: a text as speech. */
export const say = (command: Command): Command =>
  withSettings(command, 'tts')
    .argument('<text>', 'what to say; markdown is cleaned up first')
    .option('-o, --output <wav>', 'where the speech goes; default stdout, unless it is a terminal')
    .action(async (text: string, options: Options & { readonly output?: string }) => {
      const { output } = options;
      if (output === undefined && process.stdout.isTTY)
        throw new UsageError(
          'A terminal can show no sound: give --output speech.wav, or send it to another program.',
        );
      if (output !== undefined) writable(output);
      const {
        voice: { tts },
      } = await configure(options, ['tts']);
      const frame$ = of(text).pipe(speakable(), sentences(), concatMap(tts));
      const spoken$ = frame$.pipe(
        toArray(),
        tap(frames => {
          if (frames.length === 0) throw new UsageError('There is nothing to say in this text.');
          const wav = writeWav(resampleFrame(concatFrames(frames), 16_000));
          if (output === undefined) process.stdout.write(wav);
          else writeFileSync(output, wav);
        }),
      );
      process.exitCode = await untilInterrupted(whileLoading(tts, spoken$));
    });
