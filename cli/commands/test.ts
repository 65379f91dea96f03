import { readFileSync } from 'node:fs';
import chalk from 'chalk';
import type { Command } from 'commander';
import { lastValueFrom, timestamp, toArray } from 'rxjs';
import { RxvoiceError, setup, type Voice, type VoiceConfig } from '../../lib/index.ts';
import {
  exchangesOf,
  judge,
  readScenario,
  type Scenario,
  scriptedTts,
  simulate,
  type SimulationEvent,
  virtualTime,
} from '../../lib/testing/index.ts';
import { printable, printableJson } from '../../lib/text/printable.ts';
import { configureStages, type Options } from '../configuration/configure.ts';
import { promptOf } from '../configuration/promptOf.ts';
import { withSettings } from '../configuration/settings.ts';
import { parseJson } from '../parseJson.ts';
import { UsageError } from '../usageError.ts';
import { fileError } from '../fileError.ts';

interface TestOptions extends Options {
  readonly audio?: boolean;
  readonly json?: boolean;
}

type Timed = readonly { readonly at: number; readonly value: SimulationEvent }[];

/** `rxvoice test`: a scripted caller calls the bot, and a judge reports how the bot did. */
export const test = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts')
    .argument('<scenarios...>', 'JSON files: what a caller says or wants, and what is expected')
    .option('--audio', 'as sound, through speech-to-text and text-to-speech, in real time')
    .option('--json', 'one scenario a line, for programs')
    .action(async (paths: readonly string[], options: TestOptions) => {
      const scenarios = paths.map(read);
      const { voice, config, about } = await configureStages(options, options.audio ? undefined : ['llm']);
      // Without sound there is no speech to recognise or to synthesise.
      const who = options.audio ? about : about.slice(about.indexOf('The answers'));
      if (!options.json) process.stdout.write(`${chalk.dim(who)}\n\n`);
      let failed = 0;
      for (const [index, scenario] of scenarios.entries()) {
        const values = await had(scenario, voice, config, options.audio === true);
        const exchanges = exchangesOf(values);
        const complaints = judge(scenario, values);
        if (complaints.length > 0) failed += 1;
        const file = paths[index]!;
        process.stdout.write(
          options.json
            ? `${printableJson({ file, name: scenario.name, passed: complaints.length === 0, complaints, exchanges })}\n`
            : `${report(scenario, values)}\n`,
        );
      }
      if (!options.json)
        process.stdout.write(
          failed === 0
            ? chalk.green(`${scenarios.length} of ${scenarios.length} passed\n`)
            : chalk.red(`${failed} of ${scenarios.length} failed\n`),
        );
      process.exitCode = failed === 0 ? 0 : 1;
    });

function read(path: string): Scenario {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: it can't be read${fileError(error)}`);
  }
  const data = parseJson(path, text);
  try {
    return readScenario(data);
  } catch (error) {
    if (!RxvoiceError.is(error)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
}

/** The call: as text at once where the model is built in, in real time where another has to be waited for. */
async function had(scenario: Scenario, voice: Voice, config: VoiceConfig, audio: boolean): Promise<Timed> {
  const { llm } = voice;
  const call$ = simulate(
    scenario,
    audio
      ? { bot: () => voice.conversation$, voice: voice.tts, caller: llm }
      : {
          bot: stt =>
            setup({
              ...config,
              stt: stt!,
              llm,
              tts: scriptedTts(),
              ...promptOf(config),
            }).conversation$,
          caller: llm,
        },
  );
  const builtIn = typeof config.llm !== 'function' && config.llm.engine === 'builtin';
  if (!audio && builtIn) {
    const { values, failed } = virtualTime(() => call$);
    if (failed) throw failed.error;
    return values;
  }
  const startedAt = Date.now();
  const values = await lastValueFrom(call$.pipe(timestamp(), toArray()));
  return values.map(({ value, timestamp: at }) => ({ at: at - startedAt, value }));
}

/** A scenario as it went, for a person: in full where something was wrong. */
function report(scenario: Scenario, values: Timed): string {
  const complaints = judge(scenario, values);
  const exchanges = exchangesOf(values);
  const seconds = ((values.at(-1)?.at ?? 0) / 1000).toFixed(1);
  const about = chalk.dim(`${exchanges.length} exchanges, ${seconds} s`);
  if (complaints.length === 0) return `${chalk.green('✓')} ${printable(scenario.name)}  ${about}`;
  const wrong = (number: number): string[] =>
    complaints
      .filter(({ exchange }) => exchange === number)
      .map(({ text }) => `       ${chalk.red('✗')} ${printable(text)}`);
  return [
    `${chalk.red('✗')} ${printable(scenario.name)}  ${about}`,
    ...exchanges.flatMap(({ caller, bot, waitMs, interrupted }, index) => [
      `  ${chalk.cyan('You')}  ${printable(caller)}`,
      `  ${chalk.green('Bot')}  ${printable(bot)}${interrupted ? chalk.yellow(' ✂') : ''}` +
        chalk.dim(waitMs === undefined ? '' : `  ${Math.round(waitMs)} ms`),
      ...wrong(index + 1),
    ]),
    ...complaints
      .filter(({ exchange }) => exchange > exchanges.length)
      .map(({ text }) => `       ${chalk.red('✗')} ${printable(text)}`),
    ...wrong(0),
  ].join('\n');
}
