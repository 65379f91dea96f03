import chalk, { type ChalkInstance } from 'chalk';
import stringWidth from 'string-width';
import type { Summary } from '../../lib/operators.ts';
import { meter } from './meter.ts';

/** Where a call is, in a word or two. */
export type Phase = 'connecting' | 'listening' | 'you speak' | 'thinking' | 'bot speaks' | 'paused';

/** Whether the user is listened to: yes; not, because muted; or not until the space bar is pressed. */
export type MicrophoneState = 'on' | 'muted' | 'closed';

/** State that the line under a conversation shows. */
export interface Status {
  readonly phase: Phase;
  readonly listening: MicrophoneState;
  /** How loud either side is, 0 … 1 of a meter. */
  readonly user: number;
  readonly bot: number;
  /** How long the call has lasted, ms. */
  readonly ms: number;
}

const looks: Readonly<Record<Phase, ChalkInstance>> = {
  connecting: chalk.dim,
  listening: chalk.dim,
  'you speak': chalk.cyan,
  thinking: chalk.magenta,
  'bot speaks': chalk.green,
  paused: chalk.yellow,
};

/** One line: a meter for either side, the current speaker, and the duration of the call. */
export function statusLine({ phase, listening, user, bot, ms }: Status, columns: number): string {
  const clock = `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
  const room = Math.min(20, Math.max(4, Math.floor((columns - 38) / 2)));
  const side = (name: string, speaks: boolean, colour: ChalkInstance, share: number): string =>
    `${speaks ? colour('●') : chalk.dim('○')} ${name} ${trough(meter(share, room), share > 0.97 ? chalk.red : colour)}`;
  const off = listening === 'on' ? '' : chalk.yellow(listening === 'muted' ? 'muted' : 'mic off');
  // A microphone that is off shows its state in place of its level.
  const left = [
    off === ''
      ? side('you', phase === 'you speak', chalk.cyan, user)
      : `${chalk.yellow('⊘')} you ${pad(off, room)}`,
    side('bot', phase === 'bot speaks', chalk.green, bot),
    looks[phase](phase),
  ].join('  ');
  return pad(left, columns - clock.length) + chalk.dim(clock);
}

/** A meter on a ground that shows how far it could go. */
const trough = (bar: string, colour: ChalkInstance): string => {
  const filled = bar.trimEnd();
  return colour(filled) + chalk.dim('·'.repeat(bar.length - filled.length));
};

/** The running figures of a call and the keys, in a line, or in two where there is little room; none without both. */
export function runningLines(summary: Summary, keys: string, columns: number): string[] {
  const { total, bargeIn, turns } = summary;
  const figure = (name: string, ms: number): string => `${chalk.dim(name)} ${Math.round(ms)}`;
  const separator = chalk.dim(' · ');
  const fits = (text: string): boolean => stringWidth(text) <= columns;
  const most =
    total === undefined
      ? ''
      : [figure('total p50', total.p50), figure('p95', total.p95)].join(separator) +
        ` ms${chalk.dim(`, ${turns} ${turns === 1 ? 'turn' : 'turns'}`)}`;
  const more = bargeIn === undefined ? '' : separator + `${figure('bargeIn p50', bargeIn.p50)} ms`;
  const running = fits(most + more) ? most + more : most;
  return running !== '' && keys !== '' && fits(`${running}  ${keys}`)
    ? [pad(running, columns - stringWidth(keys)) + chalk.dim(keys)]
    : [running, chalk.dim(keys)].filter(line => stringWidth(line) > 0);
}

const pad = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
