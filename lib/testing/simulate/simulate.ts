import { defer, finalize, merge, type Observable, Subject, takeUntil, tap } from 'rxjs';
import type { AudioSink } from '../../audio/toOutput.ts';
import type { Conversation } from '../../conversation/conversation.ts';
import type { ConversationEvent } from '../../conversation/events.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Llm } from '../../llm/message.ts';
import type { Stt } from '../../stt/stt.ts';
import type { Tts } from '../../tts/tts.ts';
import { playedLines, readLines } from './caller.ts';
import { soundInput, textInput } from './callerInput.ts';
import type { Scenario } from './scenario.ts';

/** Something that happens in a simulated call. */
export type SimulationEvent =
  | ConversationEvent
  /** The caller begins to say this. */
  | { readonly type: 'caller.says'; readonly text: string };

/** Options of a simulated call. */
export interface SimulateOptions {
  /**
   * The bot: a conversation; at the level of text it must be made with the engine that is passed here, which knows the
   * caller's words.
   */
  readonly bot: (stt: Stt | undefined) => Conversation;
  /** The voice of the caller: the call is had as sound, and the bot's own engine listens. Default: as text. */
  readonly voice?: Tts;
  /** The model that plays a caller with a goal. */
  readonly caller?: Llm;
  /** Where the bot speaks. Default: nowhere, in real time. */
  readonly output?: AudioSink;
}

/**
 * Calls the bot with a simulated caller, who reads the lines of a scenario or is played by a language model. In virtual time where
 * all engines use RxJS time (`virtualTime(() => simulate(…))`), else in real time. `judge` evaluates the call.
 *
 * @throws RxvoiceError for a scenario with a goal without a model.
 *
 * @example
 * const scenario = readScenario({ name: 'a sum', conversation: [{ caller: 'What is 2 plus 3?', bot: { says: '5' } }] });
 * const { values } = virtualTime(() => simulate(scenario, { bot: stt => conversation({ stt: stt!, llm, tts }) }));
 * expect(judge(scenario, values)).toEqual([]);
 */
export function simulate(
  { conversation, caller: person }: Scenario,
  { bot, voice, caller, output = { write: () => undefined } }: SimulateOptions,
): Observable<SimulationEvent> {
  if (person !== undefined && caller === undefined)
    throw new RxvoiceError(
      'The scenario has a caller with a goal, but there is no language model to play it.',
      {
        stage: 'llm',
      },
    );
  return defer(() => {
    const event$ = new Subject<ConversationEvent>();
    const told$ = new Subject<SimulationEvent>();
    const line$ = person ? playedLines(caller!, person, event$) : readLines(conversation ?? [], event$);
    const heard$ = line$.pipe(tap(text => told$.next({ type: 'caller.says', text })));
    const { input$, stt } = voice ? soundInput(heard$, voice) : textInput(heard$);
    const over$ = new Subject<void>();
    const call$ = bot(stt)(input$, output).pipe(
      tap({ next: event => event$.next(event) }),
      finalize(() => over$.next()),
    );
    return merge(told$.pipe(takeUntil(over$)), call$);
  });
}
