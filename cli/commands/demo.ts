import type { Command } from 'commander';
import { Subject } from 'rxjs';
import type { ConversationEvent } from '../../lib/index.ts';
import { configureStages, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import { caller } from '../demo/caller.ts';
import { script } from '../demo/script.ts';
import { noSpeaker } from '../noSpeaker.ts';
import { tapeOption } from '../onTape.ts';
import { placeCall } from '../placeCall.ts';
import { writable } from '../files.ts';
import { chooseView } from '../view/chooseView.ts';
import { Meters } from '../view/meters.ts';

interface DemoOptions extends Options {
  readonly output: string;
  readonly tape?: string;
  readonly tapeWords?: boolean;
  readonly json?: boolean;
}

/** `rxvoice demo`: a recorded caller talks with the bot, in real time. */
export const demo = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts')
    .option(
      '-o, --output <wav>',
      'where the recording goes: left the caller, right the bot',
      'rxvoice-demo.wav',
    )
    .option(
      '--tape <jsonl>',
      'where the tape of the call goes, for rxvoice replay; what was said is left out',
    )
    .option('--tape-words', 'leave what was said on the tape')
    .option('--json', 'one event a line, for programs')
    .action(async (options: DemoOptions) => {
      writable(options.output);
      const tape = tapeOption(options);
      const { voice, config, about } = await configureStages(options);
      const meters = new Meters();
      const view = chooseView(options, { meters });
      const event$ = new Subject<ConversationEvent>();
      view.note(
        `A recorded caller talks with the bot in real time. No sound card is used: the recording goes to ${options.output}.\n` +
          `${about}\n`,
      );
      process.exitCode = await placeCall({
        voice,
        input$: caller(script, event$, ({ text, speaker }) => view.note(`       ♪ ${speaker}: “${text}”`)),
        output: noSpeaker,
        view,
        meters,
        tape: tape && { ...tape, config },
        record: { path: options.output, sides: 'left the caller, right the bot' },
        ifSilent: () => `the bot heard nothing of the caller. Run rxvoice doctor to check the engines.`,
        onEvent: event => event$.next(event),
      });
    });
