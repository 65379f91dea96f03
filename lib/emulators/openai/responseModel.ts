import {
  asyncScheduler,
  concat,
  concatMap,
  defer,
  from,
  ignoreElements,
  type Observable,
  of,
  timer,
} from 'rxjs';
import { completionOf, type Delta } from './completion.ts';
import {
  type ChatMessage,
  type ChatRequest,
  defaultLatencies,
  type OpenaiServerOptions,
} from './openaiOptions.ts';
import type { ResponseEnding } from './responseWriter.ts';

/** A piece of a model's answer; the last one is its ending. */
export type Piece = { readonly delta: Delta } | { readonly ending: ResponseEnding };

/** A model: the pieces of its answer to a conversation, at their times. Its error fails the response. */
export type ResponseModel = (messages: readonly ChatMessage[], request: ChatRequest) => Observable<Piece>;

/** The model of a server's options: its reply, at the server's latencies. */
export const scriptedModel =
  ({ reply = 'Hello. This is a test.', latencies }: OpenaiServerOptions): ResponseModel =>
  (messages, request) =>
    defer(() => {
      const { firstTokenMs, tokensPerSecond } = { ...defaultLatencies, ...latencies };
      const answer = typeof reply === 'function' ? reply(messages, request) : reply;
      const { deltas, reasoning, finishReason, usage } = completionOf(answer, request);
      const tokenMs = tokensPerSecond > 0 ? 1000 / tokensPerSecond : 0;
      const thought: Delta[] = reasoning === undefined ? [] : [{ reasoning }];
      return concat(
        wait(firstTokenMs),
        defer(() => {
          const startedAt = asyncScheduler.now();
          return from([...thought, ...deltas]).pipe(
            concatMap((delta, index) => {
              const waitMs = startedAt + index * tokenMs - asyncScheduler.now();
              return waitMs > 0 ? concat(wait(waitMs), of({ delta })) : of({ delta });
            }),
          );
        }),
        of<Piece>({ ending: { finishReason, usage } }),
      );
    });

const wait = (ms: number): Observable<never> => timer(ms).pipe(ignoreElements());
