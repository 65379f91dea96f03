import type { Command } from 'commander';
import { tap } from 'rxjs';
import { utterances, wavInput } from '../../lib/index.ts';
import { localStt } from '../../lib/providers/local/index.ts';
import { type EngineOptions, sttModelOption } from '../engines.ts';
import { readable } from '../usageError.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { whileLoading } from '../whileLoading.ts';

/** `rxvoice transcribe`: what is said in a recording, an utterance a line, as fast as it can be told. */
export const transcribe = (program: Command): Command =>
  program
    .command('transcribe')
    .description('write down what is said in a recording')
    .argument('<wav>', 'a WAV file of any rate, mono or stereo')
    .addOption(sttModelOption())
    .option('--json', 'one utterance a line, with the time it ends at, ms')
    .action(async (path: string, { sttModel, json }: EngineOptions & { readonly json?: boolean }) => {
      readable(path);
      const stt = localStt({ model: sttModel === 'base' ? 'base' : 'tiny' });
      const said$ = wavInput(path, { realTime: false }).pipe(
        stt,
        utterances({ maxMs: Infinity }),
        tap(({ content, end }) =>
          process.stdout.write(
            json ? `${JSON.stringify({ text: content, end: Math.round(end) })}\n` : `${content}\n`,
          ),
        ),
      );
      process.exitCode = await untilInterrupted(whileLoading(stt, said$));
    });
