import chalk from 'chalk';
import type { Command } from 'commander';
import { catchError, concat, defer, EMPTY, from, map, mergeMap, type Observable, of, tap } from 'rxjs';
import type { VoiceConfig } from '../../lib/index.ts';
import { printable, printableJson } from '../../lib/text/printable.ts';
import { configure, type Configured, type Options } from '../configuration/configure.ts';
import { readEnvironment } from '../configuration/readEnvironment.ts';
import { withSettings } from '../configuration/settings.ts';
import { audioChecks } from '../doctor/audioChecks.ts';
import { type Check, fail, ok } from '../doctor/check.ts';
import { keyChecks } from '../doctor/keyChecks.ts';
import { modelChecks } from '../doctor/modelChecks.ts';
import { nodeCheck } from '../doctor/nodeCheck.ts';
import { packageChecks } from '../doctor/packageChecks.ts';
import { openaiChecks } from '../doctor/openaiChecks.ts';
import { untilInterrupted } from '../untilInterrupted.ts';
import { meter, share } from '../view/meter.ts';
import { indent } from '../view/paragraph.ts';
import { terminal } from '../view/terminal.ts';
import { wrap } from '../view/wrap.ts';

interface DoctorOptions extends Options {
  readonly audio: boolean;
  readonly json?: boolean;
}

/** `rxvoice doctor`: checks this machine for everything that a call needs, and suggests fixes. */
export const doctor = (command: Command): Command =>
  withSettings(command, 'stt', 'llm', 'tts', 'talk')
    .option('--no-audio', 'leave out the sound card, as for a server')
    .option('--json', 'one finding a line, for programs')
    .addHelpText('after', '\nExit codes: 0 a call is possible, 1 it is not.')
    .action(async (options: DoctorOptions) => {
      const screen = terminal();
      const found: Check[] = [];
      const show = (check: Check): void => {
        found.push(check);
        if (options.json) process.stdout.write(`${printableJson(check)}\n`);
        else screen.line(lines(check, screen.columns - 1).join('\n'));
      };
      const showLevel = (level: number): void => {
        if (!options.json)
          screen.live([`${' '.repeat(indent)}level: ${chalk.cyan(meter(share(level), 30))}`]);
      };
      const code = await untilInterrupted(checks(options, showLevel).pipe(tap(show)));
      screen.clear();
      process.exitCode = code || (found.some(({ state }) => state === 'fail') ? 1 : 0);
      setTimeout(() => process.exit(), 1_000).unref();
    });

/** All checks, in the order of their dependencies. */
const checks = (options: DoctorOptions, onLevel: (level: number) => void): Observable<Check> =>
  concat(
    of(nodeCheck()),
    configured(options).pipe(
      mergeMap(({ check, config, talk }) =>
        concat(
          of(check),
          packageChecks(config),
          modelChecks(config),
          keyChecks(config, readEnvironment(process.cwd())),
          openaiChecks(config, readEnvironment(process.cwd())),
          options.audio ? audioChecks(talk, onLevel) : EMPTY,
        ),
      ),
    ),
  );

/** The configuration and its problem; if it has one, the offline engines are checked. */
const configured = (
  options: Options,
): Observable<Pick<Configured, 'config' | 'talk'> & { readonly check: Check }> =>
  defer(() => from(configure(options, ['stt', 'llm', 'tts', 'talk']))).pipe(
    map(({ config, talk, about, file }) => ({
      config,
      talk,
      check: ok('configuration', `${file ?? 'no file'}. ${about}`),
    })),
    catchError((error: unknown) =>
      of({
        config: {
          stt: { engine: 'local' },
          llm: { engine: 'builtin' },
          tts: { engine: 'local' },
        } satisfies VoiceConfig,
        talk: {},
        check: fail(
          'configuration',
          (error as Error).message.replace(/\n\s*-?\s*/gu, ' '),
          'Put it right; until then the offline engines are looked at',
        ),
      }),
    ),
  );

const colours = { ok: chalk.green, warn: chalk.yellow, fail: chalk.red };

/** A finding: its state, the subject, the result, and the fix below. */
function lines({ what, state, found, cure }: Check, columns: number): string[] {
  const margin = ' '.repeat(indent);
  const name = what.length < nameColumns ? what.padEnd(nameColumns) : `${what}  `;
  const [first = '', ...more] = wrap(printable(found), columns - indent - name.length);
  return [
    `${colours[state](state.padEnd(indent))}${chalk.bold(name)}${first}`,
    ...wrap(more.join(' '), columns - indent - nameColumns).map(
      line => margin + ' '.repeat(nameColumns) + line,
    ),
    ...(cure === undefined ? [] : wrap(printable(cure), columns - indent - nameColumns - 2)).map(
      (line, index) => margin + ' '.repeat(nameColumns) + chalk.cyan(`${index === 0 ? '→' : ' '} ${line}`),
    ),
  ];
}

const nameColumns = 24;
