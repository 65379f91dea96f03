import {
  BehaviorSubject,
  catchError,
  concat,
  defer,
  delay,
  EMPTY,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
  timer,
} from 'rxjs';
import type { Summary } from '../metrics/summary.ts';
import type { TurnMetrics } from '../metrics/turnMetrics.ts';
import type { ClientEvent } from '../protocol/protocol.ts';
import {
  audioContext,
  microphone,
  openMicrophone,
  type Speaker,
  speaker,
  Unplugged,
  useSink,
} from './audio.ts';
import { CallError } from './callError.ts';
import { connection, type Incoming } from './connection.ts';
import { Session } from './session.ts';
import { Transcript, type TranscriptLine } from './transcript.ts';
import type { VoiceCallOptions } from './voiceCallOptions.ts';
import type { FromMicrophone } from './worklet/messages.ts';

/** How a call is. */
export interface CallState {
  /**
   * `reconnecting`: the network is gone, in a call that was open; audio is kept meanwhile. `ended`: also before the
   * next call.
   */
  readonly phase: 'idle' | 'connecting' | 'open' | 'reconnecting' | 'ended';
  /** Whether the bot's engines are ready: from here on it listens. */
  readonly ready: boolean;
  readonly speaking: 'user' | 'bot' | undefined;
  /** The bot has been asked and is not heard yet. */
  readonly thinking: boolean;
  readonly muted: boolean;
  /** Why the call could not be placed, or ended. */
  readonly error: CallError | undefined;
  /** A problem in a call that goes on: the microphone chosen last does not work. */
  readonly warning: CallError | undefined;
}

/** The figures of a call so far. */
export interface CallMetrics {
  readonly turns: readonly TurnMetrics[];
  readonly summary: Summary | undefined;
  /** How often the audio from the server came too late. */
  readonly underruns: number;
}

/** How loud both sides are, root mean square, 0 … 1. */
export interface CallLevels {
  readonly user: number;
  readonly bot: number;
}

/** A voice call of a page. Observables emit the current value when they are subscribed, then each change. */
export interface VoiceCall {
  readonly state$: Observable<CallState>;
  readonly transcript$: Observable<readonly TranscriptLine[]>;
  readonly metrics$: Observable<CallMetrics>;
  readonly levels$: Observable<CallLevels>;
  /** Events of the conversation, as the server sends them. */
  readonly event$: Observable<ClientEvent>;
  /** Places the call. Call it while a click is handled: browsers keep the audio of others silent. */
  start(): void;
  /** Hangs up, at once. */
  hangUp(): void;
  mute(muted?: boolean): void;
  /**
   * Changes the microphone, also during the call; `undefined` for the system's. Where it is unavailable the call goes on with
   * the previous one, and its state has a `warning`.
   */
  useMicrophone(device?: string): void;
  /** Changes the loudspeaker, in browsers that can. */
  useSpeaker(device?: string): void;
}

const idle: CallState = {
  phase: 'idle',
  ready: false,
  speaking: undefined,
  thinking: false,
  muted: false,
  error: undefined,
  warning: undefined,
};

/**
 * A call from a page to an rxvoice server: microphone, loudspeaker and connection. The browser takes the echo of the
 * loudspeaker out of the microphone.
 *
 * @example
 * const token = async () => {
 *   const response = await fetch('/voice-token');
 *   if (!response.ok) throw new Error(`No token: ${response.status}`); // the call's error is of kind `token`
 *   return response.text();
 * };
 * const call = voiceCall({ token });
 * call.transcript$.subscribe(lines => show(lines));
 * button.onclick = () => call.start();
 */
export function voiceCall(options: VoiceCallOptions = {}): VoiceCall {
  const state$ = new BehaviorSubject(idle);
  const transcript$ = new BehaviorSubject<readonly TranscriptLine[]>([]);
  const metrics$ = new BehaviorSubject<CallMetrics>({ turns: [], summary: undefined, underruns: 0 });
  const levels$ = new BehaviorSubject<CallLevels>({ user: 0, bot: 0 });
  const event$ = new Subject<ClientEvent>();
  const microphone$ = new BehaviorSubject(options.microphone);
  const speaker$ = new BehaviorSubject(options.speaker);
  const muted$ = new BehaviorSubject(false);
  const wanted$ = new Subject<boolean>();

  const change = (change: Partial<CallState>): void => state$.next({ ...state$.value, ...change });

  const call$ = (): Observable<never> =>
    defer(() => {
      transcript$.next([]);
      metrics$.next({ turns: [], summary: undefined, underruns: 0 });
      change({ ...idle, phase: 'connecting', muted: muted$.value });
      return audioContext(options.workletUrl).pipe(
        switchMap(context => speaker(context).pipe(switchMap(speaker => conversation(context, speaker)))),
        // The first completion ends all: the context itself would go on.
        take(1),
        ignoreElements(),
      );
    });

  /** Emits when the call is over. */
  const conversation = (context: AudioContext, speaker: Speaker): Observable<true> =>
    defer(() => {
      const session = new Session(options, speaker);
      const transcript = new Transcript();
      const show = (): void => {
        if (transcript.lines !== transcript$.value) transcript$.next(transcript.lines);
      };
      const see = (message: Incoming): void => {
        session.see(message);
        switch (message.type) {
          case 'connecting':
            return change({ phase: message.again ? 'reconnecting' : 'connecting' });
          case 'welcome':
            return change({ phase: 'open' });
          case 'event':
            transcript.happened(message.event, message.from);
            show();
            change(changeOf(message.event, transcript.open));
            return event$.next(message.event);
          case 'metrics':
            return metrics$.next({
              ...metrics$.value,
              turns: [...metrics$.value.turns, message.turn],
              summary: message.summary,
            });
          case 'replyEnd':
            return transcript.ended(message.samples);
          case 'clear':
            return levels$.next({ ...levels$.value, bot: 0 });
        }
      };
      let hearing = false;
      /** An unavailable one is reported as a warning, and the current one goes on. */
      const chosen = (device: string | undefined) =>
        openMicrophone(device).pipe(
          catchError((error: unknown) => {
            if (!hearing) throw error;
            change({ warning: error as CallError });
            return EMPTY;
          }),
        );
      /** A microphone that is unplugged is replaced by the system's, as often as that happens. */
      const plugged = (stream: MediaStream): Observable<FromMicrophone> =>
        microphone(context, stream, muted$).pipe(
          catchError((error: unknown) =>
            error instanceof Unplugged ? openMicrophone().pipe(switchMap(plugged)) : throwError(() => error),
          ),
        );
      const listening$ = microphone$.pipe(
        switchMap(chosen),
        tap(() => {
          hearing = true;
          if (state$.value.warning) change({ warning: undefined });
        }),
        switchMap(plugged),
        tap(({ pcm, level }) => {
          session.spoken(pcm);
          levels$.next({ ...levels$.value, user: level });
        }),
      );
      const speaking$ = merge(
        speaker$.pipe(tap(device => device !== undefined && useSink(context, device))),
        speaker.report$.pipe(
          // The loudspeaker reports nothing while it is silent.
          switchMap(({ reply, level }) =>
            concat(of(session.playing === reply ? level : 0), timer(300).pipe(map(() => 0))),
          ),
          tap(bot => levels$.next({ ...levels$.value, bot })),
        ),
        speaker.report$.pipe(
          tap(({ underruns }) => {
            if (underruns !== metrics$.value.underruns) metrics$.next({ ...metrics$.value, underruns });
          }),
          // Not yet heard when it was played: the sound card is behind.
          mergeMap(report => of(report).pipe(delay(speaker.latencyMs()))),
          tap(({ reply, samples }) => {
            if (!session.played(reply, samples)) return;
            transcript.played(samples);
            show();
          }),
        ),
      );
      const over$ = new Subject<true>();
      const connected$ = connection({
        url: options.url ?? '/call',
        hello: session.hello,
        resumeMs: () => session.resumeMs,
        attach: session.attach,
      }).pipe(tap({ next: see, complete: () => over$.next(true) }));
      // No call is placed without a microphone.
      let opened = false;
      const call$ = listening$.pipe(
        mergeMap(() => {
          if (opened) return EMPTY;
          opened = true;
          return connected$;
        }),
        ignoreElements(),
      );
      return merge(over$, call$, speaking$.pipe(ignoreElements()));
    });

  wanted$
    .pipe(
      switchMap(wanted =>
        (wanted ? call$() : EMPTY).pipe(
          catchError((error: unknown) => {
            change({
              error: error instanceof CallError ? error : new CallError('failed', 'The call failed.', error),
            });
            return EMPTY;
          }),
          finalize(() => {
            levels$.next({ user: 0, bot: 0 });
            change({
              phase: 'ended',
              ready: false,
              speaking: undefined,
              thinking: false,
              warning: undefined,
            });
          }),
        ),
      ),
    )
    .subscribe();

  return {
    state$: state$.asObservable(),
    transcript$: transcript$.asObservable(),
    metrics$: metrics$.asObservable(),
    levels$: levels$.asObservable(),
    event$: event$.asObservable(),
    start: () => wanted$.next(true),
    hangUp: () => wanted$.next(false),
    mute: (muted = true) => {
      muted$.next(muted);
      change({ muted });
    },
    useMicrophone: device => microphone$.next(device),
    useSpeaker: device => speaker$.next(device ?? ''),
  };
}

/** The state of the call after an event; `replying`: the bot has begun to speak and has not finished. */
function changeOf(event: ClientEvent, replying: boolean): Partial<CallState> {
  switch (event.type) {
    case 'call.ready':
      return { ready: true };
    case 'user.speaking':
      return { speaking: 'user', thinking: false };
    case 'bot.paused':
      return { speaking: 'user' };
    case 'bot.resumed':
      return { speaking: 'bot' };
    case 'user.noise':
    case 'user.ignored':
      return { speaking: replying ? 'bot' : undefined };
    case 'user.said':
      return { speaking: undefined, thinking: true };
    case 'bot.speaking':
      return { speaking: 'bot', thinking: false };
    case 'bot.spoke':
    case 'turn.failed':
      return { speaking: undefined, thinking: false };
    case 'bot.interrupted':
      return { thinking: false };
    default:
      return {};
  }
}
