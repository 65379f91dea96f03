import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { concatMap, of, tap, toArray } from 'rxjs';
import { concatFrames, resampleFrame, sentences, speakable, type Tts, writeWav } from '../../lib/index.ts';
import { localTts, type LocalTtsOptions } from '../../lib/providers/local/index.ts';
import { UsageError, writable } from '../usageError.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { whileLoading } from '../whileLoading.ts';

interface SayOptions {
  readonly output?: string;
  readonly voice: string;
  readonly speed: string;
}

/** `rxvoice say`: a text as speech. */
export const say = (program: Command): Command =>
  program
    .command('say')
    .description('speak a text into a WAV file')
    .argument('<text>', 'what to say; markdown is cleaned up first')
    .option('-o, --output <wav>', 'where the speech goes; default stdout, unless it is a terminal')
    .option('--voice <name>', 'rms, slt, awb or kal16', 'rms')
    .option('--speed <factor>', 'from 0.5 to 2', '1')
    .action(async (text: string, { output, voice, speed }: SayOptions) => {
      if (output === undefined && process.stdout.isTTY)
        throw new UsageError(
          'A terminal can show no sound: give --output speech.wav, or send it to another program.',
        );
      if (output !== undefined) writable(output);
      const tts = voiceOf(voice, Number(speed));
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

/** A voice, or what is wrong with its name or speed. */
function voiceOf(voice: string, speed: number): Tts {
  try {
    return localTts({ voice: voice as NonNullable<LocalTtsOptions['voice']>, speed });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
