import { defer, ignoreElements, merge, type Observable, tap, timer } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { conversation } from '../conversation/conversation.ts';
import type { ConversationOptions } from '../conversation/conversationOptions.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import { remember } from '../conversation/history.ts';
import type { Llm, Message } from '../llm/message.ts';
import type { Stt } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import { type Duration, msOf } from './duration.ts';
import {
  type LlmScript,
  type OutputScript,
  ScriptedModel,
  ScriptedSpeaker,
  ScriptedVoice,
  type TtsScript,
} from './engineScripts.ts';
import { scriptedInput } from './scriptedInput.ts';
import { scriptedStt } from './scriptedStt.ts';
import { type Row, rowsOf } from './table.ts';
import { timelineOf } from './timeline.ts';
import { compare, TimelineError } from './timelineError.ts';
import { ScriptedUser, type UserScript } from './userScript.ts';
import { type VirtualRun, virtualTime } from './virtualTime.ts';
import { Watch } from './watch.ts';

/** The scripted parts that a call is placed with. */
export interface CallParts {
  readonly stt: Stt;
  readonly llm: Llm;
  readonly tts: Tts;
  readonly input$: Observable<AudioFrame>;
  readonly output: Output;
}

/**
 * A call to script, and then to inspect. All of it happens with the first inspection; the script comes before that.
 *
 * The tables are text, a line each: the time in seconds, the event, and the words in quotes. A line without quotes
 * stands for any words, quotes that end with "…" for a beginning; `//` begins a comment. Every inspection fails with a
 * {@link TimelineError} that shows both tables side by side.
 */
export interface CallScript {
  readonly user: UserScript;
  readonly llm: LlmScript;
  readonly tts: TtsScript;
  readonly output: OutputScript;
  /**
   * The call: options of `conversation`, or a function that places the call with the scripted parts (your own `setup`,
   * your own operators). Default: a conversation without options.
   */
  readonly call: (
    call: Partial<ConversationOptions> | ((parts: CallParts) => Observable<ConversationEvent>),
  ) => void;
  /** Does something in the middle of the call. */
  readonly at: (time: Duration, action: () => void) => void;
  /**
   * The whole call, event by event. Interims, finals, tokens and other steps on the way are left out, unless a line of
   * the table names their kind ("user interim", "bot token"): then all of that kind are compared.
   */
  readonly expectTimeline: (table: string) => void;
  /** The bot's history at the end: `user "…"` and `bot "…"`, a line each. */
  readonly expectHistory: (table: string) => void;
  /** Where the sounds of both are: `0.500-1.500  user`, `2.120-3.100  bot, cut`. */
  readonly expectAudio: (table: string) => void;
  /** The subscriptions, and how long each lasted: `input`, `stt`, `llm`, `tts "a sentence"` and `output`. */
  readonly expectSubscriptions: (table: string) => void;
  /** The events, for expectations of your own; `asked` are the messages of every request. */
  readonly run: () => VirtualRun<ConversationEvent> & { readonly asked: readonly (readonly Message[])[] };
}

/**
 * Runs a scripted conversation in virtual time, exact to the millisecond, and returns its events. It throws plain
 * errors, so that it works in any test runner.
 *
 * @throws TimelineError where the conversation is not as expected, or leaves something subscribed.
 *
 * @example
 * scriptedCall(({ user, llm, expectTimeline }) => {
 *   user.says('What is the weather?', { from: '0.5s', for: '1s' });
 *   llm.answers('It is sunny.');
 *   expectTimeline(`
 *     0.600  user speaking
 *     1.800  user said "What is the weather?"
 *     2.140  bot speaking "It is sunny."
 *     2.860  bot spoke "It is sunny."
 *   `);
 * });
 */
export function scriptedCall(test: (script: CallScript) => void): VirtualRun<ConversationEvent> {
  const script = newScript();
  test(script);
  return script.run();
}

function newScript(): CallScript {
  const user = new ScriptedUser();
  const model = new ScriptedModel();
  const voice = new ScriptedVoice();
  const loudspeaker = new ScriptedSpeaker();
  const watch = new Watch();
  const asked: (readonly Message[])[] = [];
  const actions: { readonly at: number; readonly action: () => void }[] = [];
  let place = callWith({});
  let ended: VirtualRun<ConversationEvent> | undefined;

  const parts = (): CallParts => {
    const stt = scriptedStt(user.speech);
    return {
      stt: frame$ => frame$.pipe(stt, watch.subscriptionsOf('stt')),
      llm: (messages, request) =>
        defer(() => {
          asked.push(messages);
          return model.llm(messages, request);
        }).pipe(watch.subscriptionsOf('llm')),
      tts: text => voice.tts(text).pipe(watch.subscriptionsOf('tts', text.trim())),
      input$: scriptedInput(user.lastsMs).pipe(watch.subscriptionsOf('input')),
      output: watch.output(loudspeaker.output),
    };
  };
  const whileOpen = (): void => {
    if (ended) throw new TypeError('The call is over: script all of it before the first expectation.');
  };
  const run = (): VirtualRun<ConversationEvent> => {
    if (ended) return ended;
    const action$s = actions.map(({ at, action }) => timer(at).pipe(tap(action), ignoreElements()));
    ended = virtualTime(
      () => whileCalling(place(parts()), merge(...action$s)),
      user.hangsUpAt === undefined ? {} : { until: user.hangsUpAt },
    );
    const left = [...watch.alive, ...(ended.leftTimers === 0 ? [] : [`${ended.leftTimers} timers`])];
    if (left.length > 0)
      throw new TimelineError(`When the call was over, these were still subscribed: ${left.join(', ')}.`);
    return ended;
  };

  const expectTimeline = (table: string): void => {
    const expected = rowsOf(table);
    const actual = timelineOf(run(), new Set(expected.map(({ what }) => what)));
    compare('The call', expected, actual, expectTimeline);
  };
  const expectHistory = (table: string): void =>
    compare('The history', rowsOf(table), historyOf(run()), expectHistory);
  const expectAudio = (table: string): void => {
    run();
    const said = user.speech.map(({ from, to }) => ({ at: from, until: to, what: 'user' }));
    compare('The sound', rowsOf(table), byTime([...said, ...watch.sounds]), expectAudio);
  };
  const expectSubscriptions = (table: string): void => {
    run();
    compare('The subscriptions', rowsOf(table), byTime(watch.subscriptions), expectSubscriptions);
  };

  return {
    user: guarded(user, whileOpen),
    llm: guarded(model, whileOpen),
    tts: guarded(voice, whileOpen),
    output: guarded(loudspeaker, whileOpen),
    call: call => {
      whileOpen();
      place = typeof call === 'function' ? call : callWith(call);
    },
    at: (time, action) => {
      whileOpen();
      actions.push({ at: msOf(time), action });
    },
    expectTimeline,
    expectHistory,
    expectAudio,
    expectSubscriptions,
    run: () => ({ ...run(), asked }),
  };
}

/** The same object, with a look before each of its methods is used. */
const guarded = <Script extends object>(script: Script, look: () => void): Script =>
  new Proxy(script, {
    get: (target, name) => {
      look();
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });

const callWith =
  (options: Partial<ConversationOptions>) =>
  ({ stt, llm, tts, input$, output }: CallParts): Observable<ConversationEvent> =>
    conversation({ stt, llm, tts, ...options })(input$, output);

/** The call, with another observable subscribed alongside it while it lasts. */
const whileCalling = (
  call$: Observable<ConversationEvent>,
  meanwhile$: Observable<never>,
): Observable<ConversationEvent> =>
  defer(() => {
    const subscription = meanwhile$.subscribe();
    return call$.pipe(tap({ finalize: () => subscription.unsubscribe() }));
  });

const historyOf = ({ values }: VirtualRun<ConversationEvent>): Row[] =>
  values
    .reduce<readonly Message[]>((history, { value }) => remember(history, value), [])
    .map(({ role, content }) => ({ what: role === 'assistant' ? 'bot' : role, text: content }));

/** By their beginnings; of the same instant in the order of a conversation. */
const byTime = (rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => a.at! - b.at! || order.indexOf(a.what) - order.indexOf(b.what));

const order = ['input', 'stt', 'llm', 'tts', 'output'];
