import chalk from 'chalk';
import type { Command } from 'commander';
import { type Observable, tap } from 'rxjs';
import {
  type AudioDevice,
  audioBackends,
  audioDevices,
  type BackendReport,
} from '../../lib/devices/index.ts';
import { printable, printableJson } from '../../lib/text/printable.ts';
import { untilInterrupted } from '../untilInterrupted.ts';

interface DevicesOptions {
  readonly json?: boolean;
  readonly all?: boolean;
}

/** `rxvoice devices`: the microphones and loudspeakers of this machine. */
export const devices = (command: Command): Command =>
  command
    .option('--all', 'what every audio backend finds, also those that are not used')
    .option('--json', 'one device a line, for programs')
    .action(async ({ json = false, all = false }: DevicesOptions) => {
      const report$: Observable<BackendReport> = all ? audioBackends() : audioDevices();
      process.exitCode = await untilInterrupted(
        report$.pipe(tap(report => process.stdout.write(json ? lines(report) : table(report)))),
      );
    });

/** A report for programs: a line for each device, or one for the problem. */
function lines(report: BackendReport): string {
  const { backend } = report;
  const objects =
    'error' in report
      ? [{ backend, error: report.error.code, cure: report.error.cure }]
      : report.devices.map(device => ({ backend, ...device }));
  return objects.map(object => `${printableJson(object)}\n`).join('');
}

/** A report for people. */
function table(report: BackendReport): string {
  if ('error' in report) return `${chalk.yellow(printable(report.error.message))}\n`;
  const { backend } = report;
  const found = report.devices.map(device => ({ ...device, name: printable(device.name) }));
  const width = Math.max(...found.map(({ name }) => name.length)) + 2;
  const row = ({ name, system, isDefault }: AudioDevice): string =>
    `  ${name.padEnd(width)}${chalk.dim(system.padEnd(12))}${isDefault ? chalk.green('default') : ''}`.trimEnd();
  const group = (title: string, kind: AudioDevice['kind']): string[] => {
    const those = found.filter(device => device.kind === kind);
    return [title, ...(those.length === 0 ? [chalk.yellow('  none')] : those.map(row)), ''];
  };
  return [
    ...group('Microphones', 'microphone'),
    ...group('Loudspeakers', 'speaker'),
    chalk.dim(
      `by ${backend}; a name, or a part of it that no other has, is what --input-device and --output-device take`,
    ),
    '',
  ].join('\n');
}
