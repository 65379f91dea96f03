import { catchError, defer, EMPTY, fromEvent, identity, merge, type Observable, observeOn, of } from 'rxjs';
import { queueScheduler, ReplaySubject, startWith, takeUntil, takeWhile, tap, using } from 'rxjs';
import { AudioClock } from '../audio/audioClock.ts';
import { type AudioInput, toInput } from '../audio/toInput.ts';
import { type AudioSink, toOutput } from '../audio/toOutput.ts';
import { sessionOf } from '../engine.ts';
import { llmFrom } from '../llm/bot/llmFrom.ts';
import type { Message } from '../llm/message.ts';
import { systemPrompt } from '../llm/systemPrompt.ts';
import { withoutPending } from '../llm/toolResults.ts';
import { ToolRuns } from '../llm/toolRuns.ts';
import { isToolSource } from '../llm/toolSource.ts';
import { alongside } from '../rx/alongside.ts';
import { VoiceTimes } from '../tts/voiceTimes.ts';
import { acting } from './acting.ts';
import type { CallOptions } from './callOptions.ts';
import type { Command } from './command.ts';
import type { ConversationOptions, RealtimeConversationOptions } from './conversationOptions.ts';
import { CurrentReply } from './currentReply.ts';
import type { ConversationEvent } from './events.ts';
import { hearing } from './hearing.ts';
import { remember } from './history.ts';
import { withNotices } from './withNotices.ts';
import { keepWarm } from './keepWarm.ts';
import { withLateResults } from './withLateResults.ts';
import { PreparedSpeech } from './preparedSpeech.ts';
import { ofType } from '../rx/ofType.ts';
import type { RealtimeCall } from '../realtime.ts';
import type { SpeculationOptions } from './speculationOptions.ts';
import { beginning, programmed, type Signal } from './signal.ts';

/** Places a call over an input and an output, with options for this call. */
export type Conversation = (
  input: AudioInput,
  output: AudioSink,
  call?: CallOptions,
) => Observable<ConversationEvent>;

/**
 * The whole conversation: listens, answers, speaks, and falls silent when the user speaks.
 *
 * Cold: subscribing places the call; unsubscribing hangs up (closes sockets, aborts requests, stops timers, releases
 * devices). When the input completes, the bot finishes its last reply and the call completes. The call errors only if
 * the input or the speech-to-text engine is lost for good, an engine can't be loaded, or a policy of yours (`judge`,
 * `protect`, `silenceMs`, `vad`) throws; the last reply and the `lastWords` come first. Any other failure ends the
 * turn with `turn.failed`, and the call goes on.
 *
 * @example
 * conversation({ stt, llm, tts })(microphone(), speaker()).subscribe(event => console.log(event));
 */
export const conversation = (options: ConversationOptions | RealtimeConversationOptions): Conversation => {
  const apology = prepared(options.apology);
  const goodbye = prepared(options.lastWords);
  return (input, sink, own = {}) => {
    const frame$ = toInput(input);
    const output = toOutput(sink);

    return defer(() => {
      const { stt, llm, tts } = enginesOf(options);
      const tools = options.tools?.map(tool => (isToolSource(tool) ? sessionOf(tool) : tool)) ?? [];
      const models = [llm, ...tools.filter(isToolSource)];
      const clock = new AudioClock();
      const voiceTimes = new VoiceTimes();
      const current = new CurrentReply(options.bargeIn ?? {}, voiceTimes);
      const toolRuns = new ToolRuns();
      // Commands may arrive while the engines load, or in answer to the first events, so they are buffered.
      const command$ = new ReplaySubject<Command>(Infinity);
      /** Why the user can't be heard any more. */
      let lost: { readonly error: unknown } | undefined;
      let history: readonly Message[] = withoutPending(own.history ?? options.history ?? []);

      const signal$ = frame$.pipe(
        hearing(options, stt, current, clock, command$.pipe(ofType('endTurn'))),
        // Earlier words of the user are still answered.
        catchError((error: unknown) => {
          lost = { error };
          return EMPTY;
        }),
        alongside<Signal, Signal>(programmed(command$, options.maxCall)),
        startWith(beginning(own.greeting ?? options.greeting)),
        // Queued: a subscriber may send a command while an event is being emitted.
        observeOn(queueScheduler),
        takeWhile(({ type }) => type !== 'hangUp', true),
      );

      const event$ = signal$.pipe(
        acting({
          engines: { ...options, llm, tts, output, tools },
          systemPrompt: own.systemPrompt ?? options.systemPrompt ?? systemPrompt,
          context: options.context ?? {},
          speculation: guessing(options),
          idle: options.idle,
          apology,
          goodbye,
          current,
          toolRuns,
          clock,
          history: () => history,
          lost: () => lost,
        }),
        // Tools may outlive the reply that called them, but not the call; late results are events of the call.
        withLateResults(toolRuns),
      );
      const call$ = withNotices({ input, stt, llm: models, tts, output: sink }, notice => {
        switch (notice.type) {
          case 'heard':
            return current.corrected(notice.text);
          case 'timed':
            voiceTimes.noteWords(notice.text, notice.words);
            return [];
          case 'reworded':
            voiceTimes.noteSpoken(notice.text, notice.spoken);
            return current.reworded(notice.text, notice.spoken);
        }
      })(event$);
      const conversation$ = keepWarm(
        { stt, llm: models, tts, output },
        call$.pipe(
          alongside(apology?.prepare(tts) ?? EMPTY),
          alongside(goodbye?.prepare(tts) ?? EMPTY),
          tap(event => (history = remember(history, event))),
          takeWhile(({ type }) => type !== 'call.ended', true),
        ),
      );
      return using(
        () => merge(options.commands$ ?? EMPTY, own.commands$ ?? EMPTY).subscribe(command$),
        () => conversation$.pipe(own.signal === undefined ? identity : takeUntil(aborted(own.signal))),
      );
    });
  };
};

/** The engines of one call. */
const enginesOf = (options: ConversationOptions | RealtimeConversationOptions): RealtimeCall =>
  'realtime' in options
    ? options.realtime()
    : {
        stt: sessionOf(options.stt),
        llm: sessionOf(llmFrom(options.llm)),
        tts: sessionOf(options.tts),
      };

const guessing = (options: ConversationOptions | RealtimeConversationOptions): SpeculationOptions =>
  'speculation' in options && typeof options.speculation === 'object' ? options.speculation : {};

const prepared = (text: string | false | undefined): PreparedSpeech | undefined =>
  text === undefined || text === false ? undefined : new PreparedSpeech(text);

/** Emits when the signal is aborted, or at once if it already was. */
const aborted = (signal: AbortSignal): Observable<unknown> =>
  defer(() => (signal.aborted ? of(true) : fromEvent(signal, 'abort')));
