import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { chalkStderr } from 'chalk';
import { NEVER, type Observable, takeUntil, tap } from 'rxjs';
import { recording } from '../lib/audio/index.ts';
import type { AudioFrame, ConversationEvent, Output, TurnMetrics, Voice } from '../lib/index.ts';
import { printable } from '../lib/text/printable.ts';
import { type Failure, exitStatus } from './exitStatus.ts';
import { onTape, type Taping } from './onTape.ts';
import { runCall } from './runCall.ts';
import { hasReaderLeft } from './standardStreams.ts';
import { UsageError } from './usageError.ts';
import type { Meters } from './view/meters.ts';
import type { View } from './view/view.ts';
import { fileError } from './fileError.ts';

/** Of a WAV file without any sound. */
const headerBytes = 44;

/** Options of a call. */
export interface CallOptions {
  readonly voice: Voice;
  readonly input$: Observable<AudioFrame>;
  readonly output: Output;
  readonly view: View;
  readonly meters: Meters;
  /** The WAV file of the recording, and the speaker of each side. Default: no recording. */
  readonly record?: { readonly path: string; readonly sides: string } | undefined;
  /** The tape that the call goes on, for `rxvoice replay`. Default: none. */
  readonly tape?: Taping | undefined;
  /** The user hangs up when it emits. */
  readonly hangUp$?: Observable<unknown>;
  /** Called with each event, before the event is shown. */
  readonly onEvent?: (event: ConversationEvent) => void;
  /** Error message when the user said nothing, which fails the call. Default: silence is no failure. */
  readonly ifSilent?: () => string;
}

/**
 * Has a call, shows it, and records it if asked to; however it ends it is said where the recording is. Settles with the
 * exit code, as `runCall`, and 1 when nothing was heard, no turn was answered or a file could not be written; rejects when
 * the call failed.
 */
export async function placeCall(options: CallOptions): Promise<number> {
  const { voice, input$, output, view, meters, record, hangUp$ = NEVER, onEvent, ifSilent } = options;
  if (record && ['-', '/dev/stdout'].includes(record.path))
    throw new UsageError(`${record.path}: stdout shows the call. Name a file for the recording.`);
  if (record && options.tape && resolve(record.path) === resolve(options.tape.path))
    throw new UsageError(`${record.path}: the recording and the tape need files of their own.`);
  const conversation$ = options.tape ? onTape(voice, options.tape) : voice.conversation$;
  const recorder = record && recording();
  const heard$ = meters.input(input$);
  const spoken = meters.output(output);
  const failures: Failure[] = [];
  const call$ = conversation$(
    recorder ? recorder.input(heard$) : heard$,
    recorder ? recorder.output(spoken) : spoken,
  ).pipe(
    tap(event => {
      onEvent?.(event);
      if (event.type === 'turn.failed') failures.push(event);
    }),
    takeUntil(hangUp$),
  );
  /** Whether a file that was asked for could not be written. */
  const files = { lost: false };
  const complain = (text: string): void => {
    files.lost = true;
    process.stderr.write(`${chalkStderr.red('rxvoice:')} ${printable(text)}\n`);
  };
  const keep = (): string => {
    const lines: string[] = [];
    const wav = recorder?.wav();
    if (record && wav && wav.byteLength > headerBytes) {
      const problem = written(record.path, wav);
      if (problem === undefined)
        lines.push(`The recording: ${record.path} (${record.sides}). Any audio player plays it.`);
      else complain(`${record.path}: the recording can't be written${problem}`);
    }
    if (options.tape) {
      const { path, written } = options.tape;
      if (written.failure !== undefined)
        complain(`${path}: the tape is not complete${fileError(written.failure)}`);
      else if (written.begun) lines.push(`The tape: ${path}, for rxvoice replay.`);
    }
    return lines.join('\n');
  };

  const turns: TurnMetrics[] = [];
  let code: number;
  try {
    code = await runCall(call$, view, metrics => turns.push(metrics));
  } catch (error) {
    // Also where the view shows only events.
    const kept = keep();
    if (kept !== '') process.stderr.write(`${kept}\n`);
    throw error;
  }
  const kept = keep();
  if (kept !== '') view.note(`\n${kept}`);
  if (code !== 0) return code;
  if (hasReaderLeft()) return files.lost ? 1 : 0;
  const went =
    turns.length === 0 && ifSilent
      ? ({ code: 1, complaint: ifSilent() } as const)
      : exitStatus(turns, failures);
  if (went.complaint !== undefined)
    process.stderr.write(`${chalkStderr.red('rxvoice:')} ${printable(went.complaint)}\n`);
  return files.lost ? 1 : went.code;
}

/**
 * Writes a recording; returns the system's error if it can't be written. The call is over, and its outcome is still
 * shown.
 */
function written(path: string, wav: Uint8Array): string | undefined {
  try {
    writeFileSync(path, wav);
    return undefined;
  } catch (cause) {
    return fileError(cause);
  }
}
