import { simulateReadableStream } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';

type Options = Parameters<MockLanguageModelV3['doStream']>[0];
type Result = Awaited<ReturnType<MockLanguageModelV3['doStream']>>;
/** A part of a stream of the AI SDK's models, version 3. */
export type AiPart = Result['stream'] extends ReadableStream<infer Part> ? Part : never;

/** The end of an answer. */
export const finish = (
  reason: 'stop' | 'length' | 'content-filter' | 'tool-calls' | 'error' = 'stop',
): AiPart => ({
  type: 'finish',
  finishReason: { unified: reason, raw: reason },
  usage: {
    inputTokens: { total: 12, noCache: 4, cacheRead: 8, cacheWrite: undefined },
    outputTokens: { total: 5, text: 3, reasoning: 2 },
  },
});

/** An answer in words, a part each. */
export const words = (text: string): AiPart[] => [
  { type: 'text-start', id: '0' },
  ...text.split(/(?<= )/u).map((delta): AiPart => ({ type: 'text-delta', id: '0', delta })),
  { type: 'text-end', id: '0' },
  finish(),
];

/** A call of a tool. */
export const call = (toolName: string, input: object, toolCallId = 'call-1'): AiPart => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input: JSON.stringify(input),
});

/**
 * The AI SDK's mock of a model, with an answer for each prompt: the first part after 100 ms, each next one after 10 ms.
 * `open` counts the streams that are neither read to their end nor cancelled.
 */
export function aiModel(
  answer: (prompt: Options['prompt'], options: Options) => readonly unknown[],
  { first = 100, each = 10 }: { readonly first?: number | null; readonly each?: number | null } = {},
): { readonly model: MockLanguageModelV3; readonly open: () => number; readonly signals: AbortSignal[] } {
  let open = 0;
  const signals: AbortSignal[] = [];
  const model = new MockLanguageModelV3({
    provider: 'mock',
    modelId: 'small',
    doStream: async options => {
      if (options.abortSignal) signals.push(options.abortSignal);
      const reader = simulateReadableStream({
        chunks: answer(options.prompt, options) as AiPart[],
        initialDelayInMs: first,
        chunkDelayInMs: each,
      }).getReader();
      open += 1;
      let isOver = false;
      const over = (): void => {
        if (!isOver) open -= 1;
        isOver = true;
      };
      const stream = new ReadableStream<AiPart>({
        pull: async controller => {
          const { done, value } = await reader.read();
          if (isOver) return;
          if (done) {
            over();
            controller.close();
          } else controller.enqueue(value);
        },
        cancel: async () => {
          over();
          await reader.cancel();
        },
      });
      return Promise.resolve({ stream });
    },
  });
  return { model, open: () => open, signals };
}
