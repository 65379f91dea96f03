import { concat, connect, defer, EMPTY, map, merge, mergeMap, type Observable, of } from 'rxjs';
import { type OperatorFunction, switchMap, tap } from 'rxjs';
import { AudioClock } from '../audio/audioClock.ts';
import { type AudioFrame, silence } from '../audio/frame.ts';
import { RecentAudio } from '../audio/recentAudio.ts';
import { type AudioInput, toInput } from '../audio/toInput.ts';
import { type AudioSink, toOutput } from '../audio/toOutput.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import { sessionOf } from '../engine.ts';
import type { Message } from '../llm/message.ts';
import { systemPrompt as defaultPrompt } from '../llm/systemPrompt.ts';
import { ofType } from '../rx/ofType.ts';
import type { Stt } from '../stt/transcript.ts';
import { endOfTurn, type EndOfTurnOptions } from '../stt/endOfTurn.ts';
import { withVoice } from '../stt/withVoice.ts';
import { type UserTurn, userTurns, type UserTurnsOptions } from '../stt/userTurns.ts';
import { pausable } from '../tts/pausable.ts';
import { bargeIn, type BargeInOptions, type Floor } from './bargeIn.ts';
import { Bot } from './bot.ts';
import type { BotEvent, ConversationEvent, UserEvent } from './events.ts';
import { remember } from './history.ts';
import { noticed } from './noticed.ts';
import { reply, type ReplyEngines } from './reply.ts';
import { whileWarm } from './whileWarm.ts';

/** What a conversation is made of. */
export interface ConversationOptions extends Omit<ReplyEngines, 'output' | 'allowed$'> {
  readonly stt: Stt;
  /** What the model is told about its task. Default: a prompt written for voice (`systemPrompt`). */
  readonly systemPrompt?: string;
  /** What was said before, for a call that continues another. Default: nothing. */
  readonly history?: readonly Message[];
  /** How the user's turns end. */
  readonly turns?: UserTurnsOptions & EndOfTurnOptions;
  /** What it takes to interrupt the bot. */
  readonly bargeIn?: BargeInOptions;
  /**
   * Whether the user is not listened to while the bot is heard, for devices that can't cancel its echo; and for how long
   * after, ms, default 200.
   */
  readonly halfDuplex?: boolean | { readonly tailMs?: number };
  /** A detector of voices beside the engine, quicker than it: see `withVoice`. Default: none. */
  readonly voice?: OperatorFunction<AudioFrame, VoiceActivity>;
}

/** A conversation over an input and an output. */
export type Conversation = (input: AudioInput, output: AudioSink) => Observable<ConversationEvent>;

/**
 * The whole conversation: listens, answers, speaks, and falls silent when the user speaks.
 *
 * Cold: subscribing places the call, unsubscribing hangs up (sockets closed, requests aborted, timers gone, devices
 * released); when the input completes the last reply is finished, then the call completes. It errors only when the
 * input or the speech-to-text engine is gone for good; whatever else fails ends the turn with `turn.failed`, and the
 * call goes on.
 *
 * @example
 * conversation({ stt, llm, tts })(microphone(), speaker()).subscribe(event => console.log(event));
 */
export const conversation =
  ({
    stt,
    systemPrompt = defaultPrompt,
    history = [],
    turns,
    voice,
    bargeIn: interrupting = {},
    halfDuplex = false,
    stt: listening,
    ...options
  }: ConversationOptions): Conversation =>
  (input, sink) => {
    const frame$ = toInput(input);
    const output = toOutput(sink);

    return defer(() => {
      const stt = sessionOf(listening);
      const engines = { ...options, llm: sessionOf(options.llm), tts: sessionOf(options.tts) };
      const clock = new AudioClock();
      const recent = turns?.completeness && new RecentAudio();
      const clues = {
        sinceMs: (position: number) => clock.sinceMs(position),
        audio: () => recent?.audio ?? silence(0),
      };
      let remembered = history;
      /** The turn whose cut reply may still be corrected by what its voice's service says was heard. */
      let cut: number | undefined;
      const bot = new Bot(interrupting, halfDuplex);

      const answer = (turn: number, held$: Observable<boolean>): Observable<BotEvent> =>
        defer(() => {
          cut = undefined;
          const spoken = bot.begin(turn);
          const messages: readonly Message[] = [{ role: 'system', content: systemPrompt }, ...remembered];
          return concat(
            reply(turn, messages, { ...engines, output: pausable(output, held$, spoken) }, spoken),
            defer(() => (bot.end(), EMPTY)),
          );
        });

      /** Runs after the reply was torn down: tells what the user heard of it. */
      const interrupted = (): Observable<BotEvent> =>
        defer(() => {
          const reply = bot.end();
          if (reply === undefined) return EMPTY;
          const { turn, spoken } = reply;
          cut = turn;
          return of({
            type: 'bot.interrupted',
            turn,
            heard: spoken.heard,
            text: spoken.text,
            audioMs: spoken.heardMs,
          } as const);
        });

      const turn$ = frame$.pipe(
        map(frame => bot.deafTo(frame)),
        tap(frame => {
          clock.arrived(frame);
          recent?.heard(frame);
        }),
        voice === undefined ? stt : withVoice(stt, voice),
        endOfTurn(turns, clues),
        userTurns(turns),
        bargeIn(interrupting, () => bot.state, clues.sinceMs),
        connect(signal$ => {
          const held$ = signal$.pipe(
            ofType('pause', 'resume'),
            map(({ type }) => type === 'pause'),
          );
          return merge(
            signal$.pipe(mergeMap(signal => [...userEvents(signal, clock), ...bot.events(signal)])),
            signal$.pipe(
              ofType('cut', 'said'),
              // The barge-in: a user who has the floor replaces the bot's reply with silence, one who has spoken with the next.
              switchMap(signal => (signal.type === 'said' ? answer(signal.turn, held$) : interrupted())),
            ),
          );
        }),
      );
      const corrected = (heard: string): Observable<BotEvent> =>
        cut === undefined ? EMPTY : of({ type: 'bot.heard', turn: cut, heard });

      const event$ = noticed(
        { input, stt, llm: engines.llm, tts: engines.tts, output: sink },
        corrected,
      )(turn$);
      return whileWarm(
        [stt, engines.llm, engines.tts, output],
        event$.pipe(tap(event => (remembered = remember(remembered, event)))),
      );
    });
  };

/** What the user does, with positions in the audio turned into how long ago they arrived. */
function userEvents(event: UserTurn | Floor, clock: AudioClock): UserEvent[] {
  const { turn } = event;
  switch (event.type) {
    case 'speaking':
      // The voice begins after that position, so a frame that ends there does not hold it.
      return [{ type: 'user.speaking', turn, sinceMs: clock.sinceMs(event.at + 1) }];
    case 'interim':
      return [{ type: 'user.interim', turn, text: event.text }];
    case 'final':
      return [{ type: 'user.final', turn, text: event.text }];
    case 'silent':
      return [{ type: 'user.silent', turn }];
    case 'ignored':
      return [{ ...event, type: 'user.ignored' }];
    case 'said':
      return [{ type: 'user.said', turn, text: event.text, silenceMs: clock.sinceMs(event.end) }];
    default:
      return [];
  }
}
