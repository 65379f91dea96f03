import {
  concat,
  connect,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
} from 'rxjs';
import {
  merge,
  type Observable,
  type OperatorFunction,
  observeOn,
  pipe,
  queueScheduler,
  ReplaySubject,
  startWith,
  switchMap,
  takeWhile,
  tap,
  timer,
  using,
} from 'rxjs';
import { AudioClock } from '../audio/audioClock.ts';
import { type AudioFrame, silence } from '../audio/frame.ts';
import { RecentAudio } from '../audio/recentAudio.ts';
import { type AudioInput, toInput } from '../audio/toInput.ts';
import { type AudioSink, toOutput } from '../audio/toOutput.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import { sessionOf } from '../engine.ts';
import type { Message } from '../llm/message.ts';
import { systemPrompt as defaultPrompt } from '../llm/systemPrompt.ts';
import { alongside } from '../rx/alongside.ts';
import { withoutPending } from '../llm/toolResults.ts';
import { ToolRuns } from '../llm/toolRuns.ts';
import { ofType, without } from '../rx/ofType.ts';
import { endOfTurn, type EndOfTurnOptions } from '../stt/endOfTurn.ts';
import { normalised } from '../stt/sameWords.ts';
import type { Stt } from '../stt/transcript.ts';
import { type UserTurn, userTurns, type UserTurnsOptions } from '../stt/userTurns.ts';
import { withVoice } from '../stt/withVoice.ts';
import { longestTimerMs } from '../timers.ts';
import { Answers } from './answers.ts';
import { Apology } from './apology.ts';
import { bargeIn, type BargeInOptions, type Floor } from './bargeIn.ts';
import { Bot } from './bot.ts';
import type { Command } from './command.ts';
import type { ContextOptions } from './context.ts';
import type { BotEvent, CallEvent, ConversationEvent, UserEvent } from './events.ts';
import { remember } from './history.ts';
import type { CallLimit, Greeting, IdleOptions } from './idle.ts';
import { noticed } from './noticed.ts';
import type { ReplyEngines } from './reply.ts';
import { eagerly, type SpeculationOptions, withSilences } from './speculation.ts';
import { userSpeaks } from './userSpeaks.ts';
import { whileWarm } from './whileWarm.ts';
import { withLateResults } from './withLateResults.ts';
import { each } from '../rx/each.ts';

/** What a conversation is made of. */
export interface ConversationOptions extends Omit<
  ReplyEngines,
  'output' | 'allowed$' | 'held$' | 'userSpeaks$' | 'toolRuns'
> {
  readonly stt: Stt;
  /** What the model is told about its task. Default: a prompt written for voice (`systemPrompt`). */
  readonly systemPrompt?: string;
  /** What was said before, for a call that continues another. Default: nothing. */
  readonly history?: readonly Message[];
  /** How the user's turns end. */
  readonly turns?: UserTurnsOptions & EndOfTurnOptions;
  /** A detector of voices beside the engine, quicker than it: see `withVoice`. Default: none. */
  readonly voice?: OperatorFunction<AudioFrame, VoiceActivity>;
  /** What it takes to interrupt the bot. */
  readonly bargeIn?: BargeInOptions;
  /**
   * Whether the user is not listened to while the bot is heard, for devices that can't cancel its echo; and for how long
   * after, ms, default 200.
   */
  readonly halfDuplex?: boolean | { readonly tailMs?: number };
  /** Whether answers are begun when a turn only seems to be over; they cost requests that are discarded. Default false. */
  readonly speculation?: boolean | SpeculationOptions;
  /** What the bot says when the call begins. Default: it waits for the user. */
  readonly greeting?: Greeting;
  /** What it does when the user says nothing. Default: it waits. */
  readonly idle?: IdleOptions;
  /** How long the call may last. Default: no limit. */
  readonly maxCall?: CallLimit;
  /** How much of a long call the model is given. Default: all. */
  readonly context?: ContextOptions;
  /**
   * What the bot says when a turn failed: "Sorry, I did not get that. Say it again, please." It is synthesised when the
   * first call begins, and needs no engine then. Default false: silence, for it must be in the language of the call.
   */
  readonly apology?: string | false;
  /** What the program wants done, subscribed for as long as each call lasts. An error of it ends the call. */
  readonly commands$?: Observable<Command>;
}

/** A conversation over an input and an output. */
export type Conversation = (input: AudioInput, output: AudioSink) => Observable<ConversationEvent>;

/**
 * The whole conversation: listens, answers, speaks, and falls silent when the user speaks.
 *
 * Cold: subscribing places the call, unsubscribing hangs up (sockets closed, requests aborted, timers gone, devices
 * released); when the input completes the last reply is finished, then the call completes. It errors only when the
 * input or the speech-to-text engine is gone for good, an engine can't be loaded, or a policy of your own (`judge`,
 * `protect`, `silenceMs`, `voice`) throws; whatever else fails ends the turn with `turn.failed`, and the call goes on.
 *
 * @example
 * conversation({ stt, llm, tts })(microphone(), speaker()).subscribe(event => console.log(event));
 */
export const conversation = (options: ConversationOptions): Conversation => {
  const { turns, voice, bargeIn: interrupting = {}, halfDuplex = false, speculation = false } = options;
  const guesses = speculation === true ? {} : speculation === false ? undefined : speculation;
  const apology = options.apology ? new Apology(options.apology) : undefined;
  return (input, sink) => {
    const frame$ = toInput(input);
    const output = toOutput(sink);

    return defer(() => {
      const stt = sessionOf(options.stt);
      const engines = { ...options, llm: sessionOf(options.llm), tts: sessionOf(options.tts), output };
      const clock = new AudioClock();
      const sinceMs = (position: number): number => clock.sinceMs(position);
      const recent = turns?.completeness && new RecentAudio();
      const bot = new Bot(interrupting, halfDuplex);
      const toolRuns = new ToolRuns();
      // A command may come while the engines load, or in answer to the very first events: it is kept until then.
      const command$ = new ReplaySubject<Command>(Infinity);
      let remembered = withoutPending(options.history ?? []);

      const heard = pipe(
        voice === undefined ? stt : withVoice(stt, voice),
        endOfTurn(turns, { sinceMs, audio: () => recent?.audio ?? silence(0) }),
      );
      const turn$ = frame$.pipe(
        map(frame => {
          const heard = bot.deafTo(frame);
          clock.arrived(heard);
          recent?.heard(heard);
          return heard;
        }),
        guesses === undefined || voice !== undefined ? heard : withSilences(heard, guesses.silenceMs),
        userTurns(turns),
        guesses === undefined ? without('eager', 'resumed') : eagerly(guesses),
        bargeIn(interrupting, () => bot.state, sinceMs),
      );
      const signal$ = turn$.pipe(
        alongside<UserTurn | Floor, Signal>(programmed(command$, options.maxCall)),
        startWith(beginning(options)),
        // One after the other: who answers an event with a command does so in the middle of what it is an event of.
        observeOn(queueScheduler),
        each((signal): Signal[] => (signal.type === 'say' ? bot.told(signal) : [signal])),
        takeWhile(({ type }) => type !== 'hangUp', true),
      );

      const event$ = signal$.pipe(
        connect(signal$ => {
          const held$ = signal$.pipe(
            ofType('pause', 'resume'),
            map(({ type }) => type === 'pause'),
          );
          const answers = new Answers(bot, {
            engines: { ...engines, held$, userSpeaks$: userSpeaks(signal$), toolRuns },
            systemPrompt: options.systemPrompt ?? defaultPrompt,
            history: () => remembered,
            context: options.context ?? {},
            speculation: guesses ?? {},
            idle: options.idle,
            apology,
            held$,
            over$: signal$.pipe(ignoreElements(), endWith(true)),
          });
          const said$ = signal$.pipe(ofType('said'));
          return merge(
            signal$.pipe(each(signal => [...userEvents(signal, clock), ...bot.events(signal)])),
            signal$.pipe(
              filter(takesTheFloor),
              // A turn that is committed with the words that are being answered goes on with that answer.
              distinctUntilChanged(isCommitOf),
              // The barge-in: whoever takes the floor replaces what the bot is about, and there is but one of it.
              switchMap(signal => concat(answers.over(), next(signal, answers, said$))),
            ),
          );
        }),
        // Tools outlive the reply that called them, not the call; their late results are events of the call.
        withLateResults(toolRuns),
      );
      const call$ = noticed({ input, stt, llm: engines.llm, tts: engines.tts, output: sink }, notice =>
        bot.noticed(notice),
      )(event$);
      const conversation$ = whileWarm(
        { stt, llm: engines.llm, tts: engines.tts, output },
        call$.pipe(
          alongside(apology?.prepare(engines.tts) ?? EMPTY),
          tap(event => (remembered = remember(remembered, event))),
          takeWhile(({ type }) => type !== 'call.ended', true),
        ),
      );
      return using(
        () => (options.commands$ ?? EMPTY).subscribe(command$),
        () => conversation$,
      );
    });
  };
};

type HangUp = Extract<Command, { readonly type: 'hangUp' }> & { readonly tooLong?: boolean };
type Signal = UserTurn | Floor | Exclude<Command, HangUp> | HangUp;

const floorTakers = ['cut', 'said', 'eager', 'resumed', 'yield', 'say', 'interrupt', 'hangUp'] as const;
type FloorTaker = Extract<Signal, { readonly type: (typeof floorTakers)[number] }>;

const takesTheFloor = (signal: Signal): signal is FloorTaker =>
  (floorTakers as readonly string[]).includes(signal.type);

const isCommitOf = (guess: FloorTaker, signal: FloorTaker): boolean =>
  guess.type === 'eager' &&
  signal.type === 'said' &&
  guess.turn === signal.turn &&
  normalised(guess.text) === normalised(signal.text);

/** What the bot is about, now that this happened. */
function next(
  signal: FloorTaker,
  answers: Answers,
  said$: Observable<unknown>,
): Observable<BotEvent | CallEvent> {
  switch (signal.type) {
    case 'said':
      return concat(answers.answer(signal.turn), answers.afterwards());
    case 'eager':
      return concat(answers.speculate(signal.turn, signal.text, said$), answers.afterwards());
    case 'say':
      return concat(answers.say(signal.text, signal.interruptible), answers.afterwards());
    case 'hangUp':
      return answers.hangUp(signal.tooLong === true ? 'tooLong' : 'command', signal.goodbye);
    case 'yield':
    case 'interrupt':
      return answers.afterwards();
    case 'cut':
    case 'resumed':
      return EMPTY;
  }
}

/** How a call begins: the bot speaks, or waits. */
const beginning = ({ greeting }: ConversationOptions): Signal =>
  greeting === undefined
    ? { type: 'yield', turn: 0 }
    : { type: 'say', ...(typeof greeting === 'string' ? { text: greeting } : greeting) };

/** What the program wants, and the end of a call that lasts too long. */
const programmed = (command$: Observable<Command>, maxCall: CallLimit | undefined): Observable<Signal> =>
  merge(
    command$,
    maxCall === undefined
      ? EMPTY
      : timer(Math.min(maxCall.ms, longestTimerMs)).pipe(
          map((): HangUp => ({
            type: 'hangUp',
            tooLong: true,
            ...(maxCall.goodbye !== undefined && { goodbye: maxCall.goodbye }),
          })),
        ),
  );

/** What the user does, with positions in the audio turned into how long ago they arrived. */
function userEvents(event: Signal, clock: AudioClock): UserEvent[] {
  switch (event.type) {
    case 'speaking':
      // The voice begins after that position, so a frame that ends there does not hold it.
      return [{ type: 'user.speaking', turn: event.turn, sinceMs: clock.sinceMs(event.at + 1) }];
    case 'interim':
      return [{ type: 'user.interim', turn: event.turn, text: event.text }];
    case 'final':
      return [{ type: 'user.final', turn: event.turn, text: event.text }];
    case 'silent':
      return [{ type: 'user.silent', turn: event.turn }];
    case 'ignored':
      return [{ ...event, type: 'user.ignored' }];
    case 'said':
      return [{ type: 'user.said', turn: event.turn, text: event.text, silenceMs: clock.sinceMs(event.end) }];
    default:
      return [];
  }
}
