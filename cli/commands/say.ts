import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { concatMap, lastValueFrom, of, toArray } from 'rxjs';
import { concatFrames, resampleFrame, sentences, speakable, type Tts, writeWav } from '../../lib/index.ts';
import { localTts, type LocalTtsOptions } from '../../lib/providers/local/index.ts';
import { UsageError } from '../usageError.ts';
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
      const tts = voiceOf(voice, Number(speed));
      const frame$ = of(text).pipe(speakable(), sentences(), concatMap(tts), toArray());
      const frames = await lastValueFrom(whileLoading(tts, frame$));
      if (frames.length === 0) throw new UsageError('There is nothing to say in this text.');
      const wav = writeWav(resampleFrame(concatFrames(frames), 16_000));
      if (output === undefined) process.stdout.write(wav);
      else writeFileSync(output, wav);
    });

/** A voice, or what is wrong with its name or speed. */
function voiceOf(voice: string, speed: number): Tts {
  try {
    return localTts({ voice: voice as NonNullable<LocalTtsOptions['voice']>, speed });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
