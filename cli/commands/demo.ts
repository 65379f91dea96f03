import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Subject, tap } from 'rxjs';
import { type ConversationEvent, recording } from '../../lib/index.ts';
import { caller } from '../demo/caller.ts';
import { script } from '../demo/script.ts';
import { configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { noSpeaker } from '../noSpeaker.ts';
import { runCall } from '../runCall.ts';
import { writable } from '../usageError.ts';
import { chooseView } from '../view/chooseView.ts';

interface DemoOptions extends Options {
  readonly output: string;
  readonly json?: boolean;
}

/** `rxvoice demo`: a recorded caller talks with the bot, in real time. */
export const demo = (program: Command): Command =>
  withSettings(program.command('demo'), 'stt', 'llm', 'tts')
    .description('have a spoken conversation with a recorded caller, about a minute, nothing needed')
    .option(
      '-o, --output <wav>',
      'where the recording goes: left the caller, right the bot',
      'rxvoice-demo.wav',
    )
    .option('--json', 'one event a line, for programs')
    .action(async (options: DemoOptions) => {
      writable(options.output);
      const { voice, about } = await configure(options);
      const view = chooseView(options);
      const tape = recording();
      const event$ = new Subject<ConversationEvent>();
      view.note(
        `A recorded caller talks with the bot in real time. No sound card is used: the recording goes to ${options.output}.\n` +
          `${about}\n`,
      );
      const said$ = caller(script, event$, ({ text, speaker }) =>
        view.note(`       ♪ ${speaker}: “${text}”`),
      );
      const call$ = voice
        .conversation$(tape.input(said$), tape.output(noSpeaker))
        .pipe(tap({ next: event => event$.next(event) }));
      try {
        process.exitCode = await runCall(call$, view);
      } finally {
        writeFileSync(options.output, tape.wav());
      }
      view.note(
        `\nThe recording: ${options.output} (left the caller, right the bot). Any audio player plays it.`,
      );
    });
