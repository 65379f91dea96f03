import type { ChatRequest, ModelReply } from './openaiOptions.ts';
import { tokenCount, tokens } from './tokens.ts';

/** One step of an answer: its addition to the message. */
export type Delta = Readonly<Record<string, unknown>>;

/** An answer, as it is going to be given. */
export interface Completion {
  readonly deltas: readonly Delta[];
  readonly finishReason: string;
  /** The message as a whole. */
  readonly message: Delta;
  readonly usage: object;
  /** Reasoning before the text. */
  readonly reasoning: string | undefined;
}

let calls = 0;

/** Writes a reply out: its tokens within the request's limit, its tool calls piece by piece, why it ends, its cost. */
export function completionOf(reply: ModelReply, request: ChatRequest): Completion {
  const whole = typeof reply === 'string' ? { text: reply } : reply;
  const { text, toolCalls = [], reasoning, refusal, finishReason } = whole;
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Infinity;
  const all = tokens(text ?? '');
  const written = all.slice(0, limit);
  const cutShort = written.length < all.length;
  const called = cutShort
    ? []
    : toolCalls.map(({ name, arguments: given }) => ({
        id: `call_${(++calls).toString(36).padStart(8, '0')}`,
        type: 'function',
        function: { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) },
      }));
  const deltas = [
    ...written.map(content => ({ content })),
    ...(refusal === undefined ? [] : tokens(refusal).map(piece => ({ refusal: piece }))),
    ...called.flatMap((call, index) => [
      { tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] },
      ...pieces(call.function.arguments).map(piece => ({
        tool_calls: [{ index, function: { arguments: piece } }],
      })),
    ]),
  ];
  const thought = tokenCount(reasoning ?? '');
  const prompt = request.messages.reduce((sum, { content }) => sum + tokenCount(content) + 4, 0);
  return {
    deltas,
    finishReason: cutShort ? 'length' : (finishReason ?? (called.length > 0 ? 'tool_calls' : 'stop')),
    message: {
      role: 'assistant',
      content: written.length > 0 ? written.join('') : null,
      refusal: refusal ?? null,
      ...(called.length > 0 && { tool_calls: called }),
    },
    usage: {
      prompt_tokens: prompt,
      completion_tokens: deltas.length + thought,
      total_tokens: prompt + deltas.length + thought,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: thought, audio_tokens: 0 },
    },
    reasoning,
  };
}

const pieces = (text: string): readonly string[] => text.match(/[\s\S]{1,6}/gu) ?? [];
