import {
  BehaviorSubject,
  catchError,
  concat,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
} from 'rxjs';
import {
  from,
  fromEvent,
  identity,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  observeOn,
} from 'rxjs';
import {
  of,
  queueScheduler,
  ReplaySubject,
  startWith,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
  using,
} from 'rxjs';
import { AudioClock } from '../audio/audioClock.ts';
import { type AudioInput, toInput } from '../audio/toInput.ts';
import { type AudioSink, toOutput } from '../audio/toOutput.ts';
import { sessionOf } from '../engine.ts';
import type { Message } from '../llm/message.ts';
import { systemPrompt } from '../llm/systemPrompt.ts';
import { withoutPending } from '../llm/toolResults.ts';
import { ToolRuns } from '../llm/toolRuns.ts';
import { alongside } from '../rx/alongside.ts';
import { ofType } from '../rx/ofType.ts';
import { VoiceTimes } from '../tts/voiceTimes.ts';
import type { CallOptions } from './callOptions.ts';
import type { Command } from './command.ts';
import type { ConversationOptions } from './conversationOptions.ts';
import { CurrentReply } from './currentReply.ts';
import type { ConversationEvent } from './events.ts';
import { hearing } from './hearing.ts';
import { remember } from './history.ts';
import { nextReply } from './nextReply.ts';
import { noticed } from './noticed.ts';
import { whileWarm } from './whileWarm.ts';
import { withLateResults } from './withLateResults.ts';
import { PreparedSpeech } from './preparedSpeech.ts';
import { lastWords } from './replies/lastWords.ts';
import type { ReplyContext, Say } from './replyContext.ts';
import {
  beginning,
  type FloorTaker,
  isCommitOf,
  isWaitingSay,
  opensTurn,
  programmed,
  type Signal,
} from './signal.ts';
import { takesTheFloor, userEvents } from './signal.ts';

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
 * the input or the speech-to-text engine is lost for good (after the last reply and the `lastWords`), an engine can't be
 * loaded, or a policy of yours (`judge`, `protect`, `silenceMs`, `voice`) throws. Any other failure ends the turn with
 * `turn.failed`, and the call goes on.
 *
 * @example
 * conversation({ stt, llm, tts })(microphone(), speaker()).subscribe(event => console.log(event));
 */
export const conversation = (options: ConversationOptions): Conversation => {
  const { idle, context = {}, speculation = false } = options;
  const apology = prepared(options.apology);
  const goodbye = prepared(options.lastWords);
  return (input, sink, own = {}) => {
    const frame$ = toInput(input);
    const output = toOutput(sink);

    return defer(() => {
      const [stt, llm, tts] = [sessionOf(options.stt), sessionOf(options.llm), sessionOf(options.tts)];
      const clock = new AudioClock();
      const voiceTimes = new VoiceTimes();
      const current = new CurrentReply(options.bargeIn ?? {}, voiceTimes);
      const toolRuns = new ToolRuns();
      const userSpeaks$ = new BehaviorSubject(false);
      const says$ = new BehaviorSubject<readonly Say[]>([]);
      // Commands may arrive while the engines load, or in answer to the first events, so they are buffered.
      const command$ = new ReplaySubject<Command>(Infinity);
      /** Why the user can't be heard any more. */
      let lost: { readonly error: unknown } | undefined;
      let history: readonly Message[] = withoutPending(own.history ?? options.history ?? []);

      const signal$ = frame$.pipe(
        hearing(options, stt, current, clock),
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
        connect(signal$ => {
          const call: ReplyContext = {
            engines: { ...options, llm, tts, output },
            systemPrompt: own.systemPrompt ?? options.systemPrompt ?? systemPrompt,
            context,
            speculation: typeof speculation === 'object' ? speculation : {},
            idle,
            apology,
            current,
            history: () => history,
            held$: signal$.pipe(
              ofType('pause', 'resume'),
              map(({ type }) => type === 'pause'),
            ),
            userSpeaks$,
            says$,
            toolRuns,
            inputOver$: signal$.pipe(ignoreElements(), endWith(true)),
          };
          const state$ = signal$.pipe(
            tap(signal => {
              if (isWaitingSay(signal)) says$.next([...says$.value, signal]);
              userSpeaks$.next(opensTurn(signal) ?? userSpeaks$.value);
            }),
            ignoreElements(),
          );
          const user$ = signal$.pipe(mergeMap(signal => userEvents(signal, clock)));
          const bot$ = signal$.pipe(
            filter(takesTheFloor),
            // A turn committed with the words that are already being answered keeps that answer.
            distinctUntilChanged<FloorTaker>(isCommitOf),
            // The barge-in: each signal that takes the floor replaces the current reply, so there is only one.
            switchMap(signal =>
              defer(() => {
                const cut = current.cut();
                return concat(
                  from(cut),
                  nextReply(call, signal, cut.reduce(remember, history), signal$, clock),
                );
              }),
            ),
          );
          const end$ = defer(() => (lost === undefined ? EMPTY : lastWords(call, goodbye, lost.error)));
          return merge(state$, user$, concat(bot$, end$));
        }),
        // Tools may outlive the reply that called them, but not the call; late results are events of the call.
        withLateResults(toolRuns),
      );
      const call$ = noticed({ input, stt, llm, tts, output: sink }, notice => {
        if (notice.type === 'heard') return current.corrected(notice.text);
        voiceTimes.noteWords(notice.text, notice.words);
        return [];
      })(event$);
      const conversation$ = whileWarm(
        { stt, llm, tts, output },
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

const prepared = (text: string | false | undefined): PreparedSpeech | undefined =>
  text === undefined || text === false ? undefined : new PreparedSpeech(text);

/** Emits when the signal is aborted, or at once if it already was. */
const aborted = (signal: AbortSignal): Observable<unknown> =>
  defer(() => (signal.aborted ? of(true) : fromEvent(signal, 'abort')));
