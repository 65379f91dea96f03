import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { concatMap, of, tap, toArray } from 'rxjs';
import { concatFrames, resampleFrame, writeWav } from '../../lib/audio/index.ts';
import { sentences, speakable } from '../../lib/operators.ts';
import { configureStages, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { stdin, writable } from '../files.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { UsageError } from '../usageError.ts';
import { whileLoading } from '../whileLoading.ts';
import { fileError } from '../fileError.ts';

/** The longest text that is read from stdin, characters. */
const longestText = 1_000_000;

/** `rxvoice say`: a text as speech. */
export const say = (command: Command): Command =>
  withSettings(command, 'tts')
    .argument('<text>', 'what to say, cleaned of markdown; - reads it from stdin')
    .option('-o, --output <wav>', 'where the speech goes; - is stdout, the default unless it is a terminal')
    .action(async (given: string, options: Options & { readonly output?: string }) => {
      const output = ['-', '/dev/stdout'].includes(options.output ?? '-') ? undefined : options.output;
      if (output === undefined && process.stdout.isTTY)
        throw new UsageError(
          'A terminal can show no sound: give --output speech.wav, or send it to another program.',
        );
      if (output !== undefined) writable(output);
      const {
        voice: { tts },
      } = await configureStages(options, ['tts']);
      const text = given === '-' ? await textFromStdin() : given;
      const frame$ = of(text).pipe(speakable(), sentences(), concatMap(tts));
      const spoken$ = frame$.pipe(
        toArray(),
        tap(frames => {
          if (frames.length === 0) throw new UsageError('There is nothing to say in this text.');
          const wav = writeWav(resampleFrame(concatFrames(frames), 16_000));
          if (output === undefined) process.stdout.write(wav);
          else write(output, wav);
        }),
      );
      process.exitCode = await untilInterrupted(whileLoading(tts, spoken$));
    });

async function textFromStdin(): Promise<string> {
  let text = '';
  for await (const piece of stdin('a text').setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (text.length > longestText)
      throw new UsageError(`stdin: the text is longer than ${longestText} characters. Say it in parts.`);
  }
  return text;
}

function write(path: string, wav: Uint8Array): void {
  try {
    writeFileSync(path, wav);
  } catch (cause) {
    throw new Error(`${path}: the speech can't be written${fileError(cause)}`, { cause });
  }
}
