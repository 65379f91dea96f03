import chalk from 'chalk';
import type { ConversationEvent, TurnMetrics } from '../../lib/index.ts';
import { summarise } from '../../lib/operators.ts';
import { printable } from '../../lib/text/printable.ts';
import type { Meters } from './meters.ts';
import { plain, type Part } from './paragraph.ts';
import { turnFigures } from './plainView.ts';
import { type MicrophoneState, type Phase, runningLines, statusLine } from './statusLines.ts';
import { summaryTable } from './summaryTable.ts';
import { progressBar, type Terminal } from './terminal.ts';
import { bot, remark, transcript, unfinished, you } from './transcript.ts';
import type { View } from './view.ts';

/** State that a live view shows in addition to the call. */
export interface LiveViewOptions {
  /** The levels at this moment. */
  readonly meters: Meters;
  /** Whether the user is listened to. Default: always. */
  readonly listening?: () => MicrophoneState;
  /** The keys and their effects, in a few words. Default: none. */
  readonly keys?: string;
}

/** The rows of the region that are no text: a rule, the status, the figures of a turn and of the call. */
const fixedRows = 7;

/**
 * A call on a screen. The transcript stays as in a plain view. Below it one region shows the present: the words as they
 * form, the reply as it is heard (the rest is dim), the speaker and the levels, and the figures.
 */
export function liveView(
  terminal: Terminal,
  { meters, listening = () => 'on', keys = '' }: LiveViewOptions,
): View {
  const startedAt = performance.now();
  const loading = new Map<string, number>();
  const turns: TurnMetrics[] = [];
  let ready = false;
  let interim: string | undefined;
  let reply: string[] | undefined;
  let doing: 'nothing' | 'thinking' | 'speaking' = 'nothing';
  let paused = false;
  /** The figures of the last turn: in the region until the next lines push them up. */
  let last: TurnMetrics | undefined;
  let over = false;

  const phase = (): Phase => {
    if (!ready) return 'connecting';
    if (interim !== undefined) return 'you speak';
    if (paused) return 'paused';
    return doing === 'nothing' ? 'listening' : doing === 'thinking' ? 'thinking' : 'bot speaks';
  };

  const forming = (columns: number): string[] =>
    interim === undefined ? [] : you(columns, [`${interim} …`, chalk.dim]);

  const spoken = (columns: number): string[] => {
    if (reply === undefined) return [];
    const words = printable(reply.join(' ')).split(/\s+/u).filter(Boolean);
    const heard = meters.heardWords;
    const parts: Part[] = [
      [words.slice(0, heard).join(' '), plain],
      [words.slice(heard).join(' '), chalk.dim],
    ];
    return around(bot(columns, ...parts), bot(columns, parts[0]!).length, terminal.rows - fixedRows - 1);
  };

  const draw = (): void => {
    if (over) return;
    const columns = terminal.columns - 1;
    if (loading.size > 0) {
      terminal.live([...loading].map(([name, share]) => progressBar(name, share).slice(0, columns)));
      return;
    }
    const { user, bot: level } = meters;
    const ms = performance.now() - startedAt;
    terminal.live([
      ...spoken(columns),
      ...forming(columns),
      ...(last ? turnFigures(last, columns) : []),
      chalk.dim('─'.repeat(columns)),
      statusLine({ phase: phase(), listening: listening(), user, bot: level, ms }, columns),
      ...runningLines(summarise(turns), keys, columns),
    ]);
  };

  const print = (lines: readonly string[]): void => {
    if (lines.length === 0) return;
    const before = last === undefined ? [] : [...turnFigures(last, terminal.columns - 1), ''];
    last = undefined;
    terminal.line([...before, ...lines].join('\n'));
    draw();
  };

  const follow = (event: ConversationEvent): void => {
    switch (event.type) {
      case 'call.loading':
        loading.set(event.engine, event.progress);
        return;
      case 'call.ready':
        loading.clear();
        ready = true;
        return;
      case 'user.speaking':
        interim = '';
        return;
      case 'user.interim':
        interim = event.text;
        return;
      case 'user.noise':
      case 'user.ignored':
        interim = undefined;
        return;
      case 'user.said':
        [interim, reply, doing] = [undefined, undefined, 'thinking'];
        return;
      case 'bot.sentence':
        reply = [...(reply ?? []), event.text];
        return;
      case 'bot.speaking':
        doing = 'speaking';
        return;
      case 'bot.paused':
        paused = true;
        return;
      case 'bot.resumed':
        paused = false;
        return;
      case 'bot.spoke':
      case 'bot.interrupted':
      case 'turn.failed':
        [reply, doing, paused] = [undefined, 'nothing', false];
        return;
    }
  };

  /** Prints the part that was heard of a reply that the end of the call cut off. */
  const cutOff = (): void => {
    if (reply === undefined) return;
    const text = reply.join(' ');
    reply = undefined;
    print(unfinished(text, meters.heardWords, terminal.columns - 1));
  };

  return {
    event: event => {
      meters.see(event);
      follow(event);
      print(transcript(event, terminal.columns - 1));
    },
    turn: metrics => {
      cutOff();
      turns.push(metrics);
      last = metrics;
    },
    note: note => print(remark(note, terminal.columns - 1)),
    end: summary => {
      cutOff();
      over = true;
      if (summary.turns > 0)
        print([...(last === undefined ? [''] : []), summaryTable(summary, terminal.columns - 1)]);
      terminal.clear();
    },
    draw,
  };
}

/** At most `count` of the lines, among them the one that must stay visible. */
const around = (lines: string[], line: number, most: number): string[] => {
  const start = Math.max(0, Math.min(line - 2, lines.length - Math.max(1, most)));
  return lines.slice(start, start + Math.max(1, most));
};
