import { writeFileSync } from 'node:fs';
import { NEVER, type Observable, takeUntil, tap } from 'rxjs';
import { type AudioFrame, type ConversationEvent, type Output, recording, type Voice } from '../lib/index.ts';
import { alike } from './alike.ts';
import { onTape, type Taping } from './onTape.ts';
import { runCall } from './runCall.ts';
import type { Meters } from './view/meters.ts';
import type { View } from './view/view.ts';

/** What a call is placed with. */
export interface CallOptions {
  readonly voice: Voice;
  readonly input$: Observable<AudioFrame>;
  readonly output: Output;
  readonly view: View;
  readonly meters: Meters;
  /** The WAV file that the recording goes to: left the user, right the bot. Default: no recording. */
  readonly record?: string | undefined;
  /** The tape that the call goes on, for `rxvoice replay`. Default: none. */
  readonly tape?: Taping | undefined;
  /** The user hangs up when it emits. */
  readonly hangUp$?: Observable<unknown>;
  /** Is told what happens, before it is shown. */
  readonly onEvent?: (event: ConversationEvent) => void;
}

/** Has a call, shows it, and records it if asked to, however it ends. Settles with the exit code; rejects as `runCall`. */
export async function placeCall(options: CallOptions): Promise<number> {
  const { voice, input$, output, view, meters, record, hangUp$ = NEVER, onEvent = () => undefined } = options;
  const conversation$ = options.tape ? onTape(voice, options.tape) : voice.conversation$;
  const tape = record === undefined ? undefined : recording();
  const heard$ = meters.input(input$);
  const spoken = meters.output(output);
  const call$ = conversation$(
    tape ? alike(heard$, tape.input(heard$)) : heard$,
    tape ? alike(spoken, tape.output(spoken)) : spoken,
  );
  try {
    return await runCall(call$.pipe(tap({ next: onEvent }), takeUntil(hangUp$)), view);
  } finally {
    if (tape && record !== undefined) writeFileSync(record, tape.wav());
  }
}
