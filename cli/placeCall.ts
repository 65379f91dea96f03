import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chalkStderr } from 'chalk';
import { NEVER, type Observable, takeUntil, tap } from 'rxjs';
import {
  type AudioFrame,
  type ConversationEvent,
  type Output,
  recording,
  type TurnMetrics,
  type Voice,
} from '../lib/index.ts';
import { alike } from './alike.ts';
import { type Failure, howItWent } from './howItWent.ts';
import { onTape, type Taping } from './onTape.ts';
import { runCall } from './runCall.ts';
import { UsageError } from './usageError.ts';
import type { Meters } from './view/meters.ts';
import type { View } from './view/view.ts';
import { whyNot } from './whyNot.ts';

/** Of a WAV file without any sound. */
const headerBytes = 44;

/** What a call is placed with. */
export interface CallOptions {
  readonly voice: Voice;
  readonly input$: Observable<AudioFrame>;
  readonly output: Output;
  readonly view: View;
  readonly meters: Meters;
  /** The WAV file that the recording goes to, and who is on which side of it. Default: no recording. */
  readonly record?: { readonly path: string; readonly sides: string } | undefined;
  /** The tape that the call goes on, for `rxvoice replay`. Default: none. */
  readonly tape?: Taping | undefined;
  /** The user hangs up when it emits. */
  readonly hangUp$?: Observable<unknown>;
  /** Is told what happens, before it is shown. */
  readonly onEvent?: (event: ConversationEvent) => void;
  /** What there is to say when the user said nothing, which is a failure then. Default: nothing, and it is none. */
  readonly ifSilent?: () => string;
}

/**
 * Has a call, shows it, and records it if asked to; however it ends it is said where the recording is. Settles with the
 * exit code, as `runCall`, and 1 when nothing was heard or no turn was answered; rejects when the call failed.
 */
export async function placeCall(options: CallOptions): Promise<number> {
  const { voice, input$, output, view, meters, record, hangUp$ = NEVER, onEvent, ifSilent } = options;
  if (record && options.tape && resolve(record.path) === resolve(options.tape.path))
    throw new UsageError(`${record.path}: the recording and the tape need files of their own.`);
  const conversation$ = options.tape ? onTape(voice, options.tape) : voice.conversation$;
  const tape = record && recording();
  const heard$ = meters.input(input$);
  const spoken = meters.output(output);
  const failures: Failure[] = [];
  const call$ = conversation$(
    tape ? alike(heard$, tape.input(heard$)) : heard$,
    tape ? alike(spoken, tape.output(spoken)) : spoken,
  ).pipe(
    tap(event => {
      onEvent?.(event);
      if (event.type === 'turn.failed') failures.push(event);
    }),
    takeUntil(hangUp$),
  );
  const keep = (): string => {
    const lines: string[] = [];
    const wav = tape?.wav();
    if (record && wav && wav.byteLength > headerBytes) {
      write(record.path, wav);
      lines.push(`The recording: ${record.path} (${record.sides}). Any audio player plays it.`);
    }
    if (options.tape) lines.push(`The tape: ${options.tape.path}, for rxvoice replay.`);
    return lines.join('\n');
  };

  const turns: TurnMetrics[] = [];
  let code: number;
  try {
    code = await runCall(call$, view, metrics => turns.push(metrics));
  } catch (error) {
    // Also where the view tells nothing but events.
    const kept = keep();
    if (kept !== '') process.stderr.write(`${kept}\n`);
    throw error;
  }
  const kept = keep();
  if (kept !== '') view.note(`\n${kept}`);
  if (code !== 0) return code;
  const went =
    turns.length === 0 && ifSilent
      ? ({ code: 1, complaint: ifSilent() } as const)
      : howItWent(turns, failures);
  if (went.complaint !== undefined)
    process.stderr.write(`${chalkStderr.red('rxvoice:')} ${went.complaint}\n`);
  return went.code;
}

/** Writes a recording. The call is over, and what went wrong in it is not to be lost over a full disk. */
function write(path: string, wav: Uint8Array): void {
  try {
    writeFileSync(path, wav);
  } catch (cause) {
    process.stderr.write(
      `${chalkStderr.red('rxvoice:')} ${path}: the recording can't be written${whyNot(cause)}\n`,
    );
  }
}
