import type { Command } from 'commander';
import { EMPTY, map, merge, type Observable } from 'rxjs';
import { AudioBackendError, microphone, speaker } from '../../lib/devices/index.ts';
import { type AudioFrame, setup, wrap } from '../../lib/index.ts';
import { type Config, configure, type Options } from '../configuration/configure.ts';
import { withSettings } from '../configuration/settings.ts';
import type { TalkOptions } from '../configuration/talkOptions.ts';
import { tapeOption } from '../onTape.ts';
import { placeCall } from '../placeCall.ts';
import { controls } from '../talk/controls.ts';
import { keyPresses } from '../talk/keyPresses.ts';
import { silencedWhile } from '../talk/silencedWhile.ts';
import { writable } from '../files.ts';
import { chooseView } from '../view/chooseView.ts';
import { Meters } from '../view/meters.ts';

interface TalkCommandOptions extends Options {
  readonly record?: string;
  readonly tape?: string;
  readonly tapeWords?: boolean;
  readonly json?: boolean;
}

/** How long the bot may be heard after its audio was handed over: the loudspeaker's delay of 110 ms, and the room's 200. */
const echoTailMs = 310;

/** A warning or hint about echo: the bot hearing itself through the microphone. */
const echoNotes: Readonly<Record<NonNullable<TalkOptions['echo']>, string>> = {
  headphones:
    'Wear headphones, or the bot hears itself (--echo half-duplex listens only while it is silent).',
  'half-duplex': 'While the bot speaks it does not listen: press i to interrupt it.',
  system: 'The sound system is trusted to cancel the echo.',
};

/** `rxvoice talk`: a call at the microphone and the loudspeaker of this machine. */
export const talk = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts', 'realtime', 'talk')
    .option('--record <wav>', 'record the call: left you, right the bot')
    .option(
      '--tape <jsonl>',
      'where the tape of the call goes, for rxvoice replay; what was said is left out',
    )
    .option('--tape-words', 'leave what was said on the tape')
    .option('--json', 'one event a line, for programs')
    .addHelpText(
      'after',
      `
Keys: m mutes the microphone, i interrupts the bot, q or Ctrl-C hangs up. With --push-to-talk the space bar opens the
microphone: held, until it is released; pressed once, until it is pressed again.`,
    )
    .action(async (options: TalkCommandOptions) => {
      const { record } = options;
      if (record !== undefined) writable(record, '--record');
      const tape = tapeOption(options);
      const {
        config: configured,
        talk: { inputDevice, outputDevice, echo = 'headphones', pushToTalk = false },
        about,
      } = await configure(options, ['stt', 'llm', 'tts', 'realtime', 'talk']);

      const { followed$, listening, interrupt$, endTurn$, hangUp$, keys } = controls(keyPresses(), {
        spaceBar: pushToTalk,
      });
      const config = {
        ...configured,
        ...(echo === 'half-duplex' && { halfDuplex: { tailMs: echoTailMs } }),
        commands$: merge(
          configured.commands$ ?? EMPTY,
          interrupt$.pipe(map(() => ({ type: 'interrupt' }) as const)),
          // Others are still writing the last words when the key is released: their own silence ends the turn.
          endsTurns(configured) ? endTurn$.pipe(map(() => ({ type: 'endTurn' }) as const)) : EMPTY,
        ),
      };
      const microphone$ = microphone({ device: inputDevice });
      const muted = (): boolean => listening() !== 'on';

      const meters = new Meters();
      const view = chooseView(options, { meters, listening, keys: process.stdin.isTTY ? keys : '' });
      view.note(`${about}\n${echoNotes[echo]}\n`);
      const keyboard = followed$.subscribe();
      try {
        process.exitCode = await placeCall({
          voice: setup(config),
          input$: wrap<Observable<AudioFrame>>(microphone$, frame$ => frame$.pipe(silencedWhile(muted))),
          output: speaker({ device: outputDevice }),
          view,
          meters,
          record: record === undefined ? undefined : { path: record, sides: 'left you, right the bot' },
          tape: tape && { ...tape, config },
          hangUp$,
        });
      } catch (error) {
        throw withoutSoundCard(error);
      } finally {
        keyboard.unsubscribe();
        // A driver may hold on to the process, but the call is over.
        setTimeout(() => process.exit(), 1_000).unref();
      }
    });

/** Whether an engine ends a turn on request, with all of its words. */
function endsTurns(config: Config): boolean {
  if ('realtime' in config)
    return typeof config.realtime !== 'function' || config.realtime().stt.endTurn !== undefined;
  const { stt } = config;
  return typeof stt === 'function' ? stt.endTurn !== undefined : stt.engine !== 'local';
}

/** Alternatives for a machine without a sound card, added to an error of its devices. */
const withoutSoundCard = (error: unknown): unknown =>
  error instanceof AudioBackendError
    ? new Error(
        `${error.message}\nWithout a sound card: rxvoice serve (on a web page), rxvoice demo (a recorded caller) or rxvoice file question.wav.`,
        { cause: error },
      )
    : error;
