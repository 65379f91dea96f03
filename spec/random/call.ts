import { defer, finalize, map, type MonoTypeOperatorFunction, type Observable, tap } from 'rxjs';
import { asyncScheduler } from 'rxjs';
import { frameMs } from '../../lib/audio/frame.ts';
import { type Conversation, conversation } from '../../lib/conversation/conversation.ts';
import type { ConversationOptions } from '../../lib/conversation/conversationOptions.ts';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import type { Llm, Message } from '../../lib/llm/message.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { scriptedInput, virtualTime } from '../../lib/testing/index.ts';
import type { Tts } from '../../lib/tts/tts.ts';
import * as engines from './engines.ts';
import type { Plan } from './plan.ts';

/** The events of a call, in order. Times in ms. */
export type Entry = { readonly at: number } & Happening;

type Happening =
  | { readonly type: 'event'; readonly event: ConversationEvent }
  | { readonly type: 'transcript'; readonly transcript: SttEvent }
  | { readonly type: 'asked'; readonly request: number; readonly messages: readonly Message[] }
  | { readonly type: 'voice' | 'silence'; readonly reply: number }
  | { readonly type: 'audio'; readonly reply: number; readonly ms: number }
  | { readonly type: 'played'; readonly reply: number; readonly playedMs: number };

/** A call that is over. */
export interface Ended {
  readonly log: readonly Entry[];
  readonly completedAt: number | undefined;
  readonly failed: unknown;
  /** Subscriptions that were left at the end: the input, an engine, the output. */
  readonly alive: readonly string[];
  readonly leftTimers: number;
  /** Whether answers are begun before turns are over. */
  readonly guesses?: boolean;
}

/** A call that the plan does not hang up is hung up in the end: something may hang for good. */
export const longest = 300_000;

/** Has a planned conversation in virtual time. `place` makes a conversation of its options. */
export function call(
  plan: Plan,
  place: (options: ConversationOptions) => Conversation = conversation,
): Ended {
  const log: Entry[] = [];
  const alive: string[] = [];
  let replies = 0;
  let requests = 0;

  const note = (entry: Happening): unknown => log.push({ at: asyncScheduler.now(), ...entry });
  const watched =
    <Value>(name: string): MonoTypeOperatorFunction<Value> =>
    source$ =>
      defer(() => {
        alive.push(name);
        return source$.pipe(finalize(() => alive.splice(alive.indexOf(name), 1)));
      });

  const stt = engines.stt(plan);
  const llm = engines.llm(plan);
  const tts = engines.tts(plan);
  const output = engines.output(plan);
  const asking: Llm = messages =>
    defer(() => {
      note({ type: 'asked', request: requests++, messages });
      return llm(messages);
    }).pipe(watched('llm'));
  const speaking: Tts = text => defer(() => tts(text)).pipe(watched('tts'));

  const call$ = defer((): Observable<ConversationEvent> =>
    place({
      stt: frame$ =>
        frame$.pipe(
          watched('input'),
          stt,
          tap(transcript => note({ type: 'transcript', transcript })),
          watched('stt'),
        ),
      llm: asking,
      tts: tts.stream
        ? Object.assign(speaking, {
            stream: ((text$, playedMs) =>
              defer(() => tts.stream!(text$.pipe(watched('text')), playedMs)).pipe(
                watched('tts'),
              )) satisfies Tts['stream'],
          })
        : speaking,
      turns: { maxMs: plan.maxMs },
      stallMs: 5_000,
      speech: { ahead: plan.ahead, leadMs: plan.leadMs },
    })(scriptedInput((engines.placed(plan).at(-1)?.to ?? 0) + plan.tailMs), speech$ =>
      defer(() => {
        const reply = replies++;
        note({ type: 'voice', reply });
        const handed$ = speech$.pipe(
          tap(frame => note({ type: 'audio', reply, ms: frameMs(frame) })),
          watched('speech'),
        );
        return defer(() => output(handed$)).pipe(
          tap(({ playedMs }) => note({ type: 'played', reply, playedMs })),
          watched('output'),
          // An output that failed is silent at once; its source is unsubscribed a moment later.
          tap({
            error: () => note({ type: 'silence', reply }),
            complete: () => note({ type: 'silence', reply }),
            unsubscribe: () => note({ type: 'silence', reply }),
          }),
        );
      }),
    ),
  ).pipe(
    tap(event => note({ type: 'event', event })),
    map(() => undefined),
  );
  const { completedAt, failed, leftTimers } = virtualTime(() => call$, {
    until: Math.min(plan.hangUpAt ?? longest, longest),
  });
  return { log, completedAt, failed: failed?.error, alive, leftTimers };
}
