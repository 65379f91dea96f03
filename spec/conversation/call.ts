import {
  defer,
  finalize,
  from,
  map,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  timer,
} from 'rxjs';
import type { AudioFrame } from '../../lib/audio/frame.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import type { Output } from '../../lib/audio/output.ts';
import { conversation } from '../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../lib/conversation/conversationOptions.ts';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { llmFrom } from '../../lib/llm/bot/llmFrom.ts';
import type { Llm, Message } from '../../lib/llm/message.ts';
import { type TurnMetrics, turnMetrics } from '../../lib/metrics/turnMetrics.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import {
  scriptedInput,
  scriptedLlm,
  scriptedStt,
  type ScriptedSpeech,
  scriptedTts,
  virtualTime,
} from '../../lib/testing/index.ts';

/** A conversation to run in virtual time. */
export interface Call extends Partial<ConversationOptions> {
  readonly says: readonly ScriptedSpeech[];
  /** How long the microphone is open, ms. */
  readonly lasts: number;
  readonly output?: Output;
  /** Engines that replace the functions. */
  readonly session?: { readonly llm?: Llm; readonly tts?: Tts };
  /** The microphone, instead of one that hears nothing for as long as the call lasts. */
  readonly input?: Observable<AudioFrame>;
  /** When to hang up, ms. */
  readonly until?: number;
}

/** Runs a call in virtual time: its events and times, the model's requests, and the subscriptions that outlived it. */
export function run({
  says,
  lasts,
  until,
  session = {},
  input = scriptedInput(lasts),
  output = toOutput({ write: () => undefined }),
  ...options
}: Call) {
  const asked: { at: number; messages: readonly Message[] }[] = [];
  let alive = 0;
  let mostReplies = 0;
  let replies = 0;
  const counted =
    <Value>(): MonoTypeOperatorFunction<Value> =>
    source$ =>
      defer(() => {
        alive += 1;
        return source$.pipe(finalize(() => (alive -= 1)));
      });
  const {
    stt = scriptedStt(says),
    llm: bot = session.llm ?? scriptedLlm('Hi there. It is sunny today.'),
    tts = scriptedTts(),
  } = options;
  const llm = llmFrom(bot);
  const asking: Llm = messages =>
    defer(() => {
      asked.push({ at: 0, messages });
      return llm(messages);
    }).pipe(counted());
  const voice = conversation({
    ...options,
    stt: frame$ => frame$.pipe(counted(), stt, counted()),
    llm: session.llm?.notice$ ? Object.assign(asking, { notice$: session.llm.notice$ }) : asking,
    tts: session.tts ?? (text => tts(text).pipe(counted())),
  });
  const speaking: Output = speech$ =>
    defer(() => {
      replies += 1;
      mostReplies = Math.max(mostReplies, replies);
      return output(speech$.pipe(counted())).pipe(finalize(() => (replies -= 1)));
    });
  const call$ = defer(() => voice(input, speaking));
  const { values, completedAt, failed } = virtualTime(() => call$, until === undefined ? {} : { until });
  const events = values.map(({ value }) => value);
  const at = (type: ConversationEvent['type'], turn?: number): number | undefined =>
    values.find(
      ({ value }) => value.type === type && (turn === undefined || ('turn' in value && value.turn === turn)),
    )?.at;
  return {
    values,
    events,
    at,
    asked: asked.map(({ messages }) => messages),
    alive,
    mostReplies,
    completedAt,
    failed,
  };
}

/** The events of a run as `[ms, type]`, without the chatter. */
export const outline = (values: ReturnType<typeof run>['values']): [number, string][] =>
  values
    .filter(({ value }) => !['user.interim', 'bot.token', 'bot.audio'].includes(value.type))
    .map(({ at, value }) => [at, 'turn' in value ? `${value.turn} ${value.type}` : value.type]);

/** The figures of the turns of a run. */
export const figuresOf = (values: ReturnType<typeof run>['values']): TurnMetrics[] =>
  virtualTime(() =>
    from(values).pipe(
      mergeMap(({ at, value }) => timer(at).pipe(map(() => value))),
      turnMetrics(),
    ),
  ).values.map(({ value }) => value);
