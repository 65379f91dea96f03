import type { Message } from '../../llm/message.ts';

/** Services' ways to report that a conversation is longer than their model's context. */
const wordings: readonly RegExp[] = [
  /context[ _-](?:length|window|size|limit)/iu, // OpenAI, DeepSeek, Groq, SGLang, llama.cpp, LM Studio, Ollama, MiniMax
  /maximum (?:model|prompt|input|sequence) length/iu, // vLLM, xAI
  /prompt (?:is )?too long|prompt exceeds|prompt token count/iu, // Anthropic, Fireworks, Z.AI, Copilot
  /input is too long|input token count|too many input tokens|input tokens exceed/iu, // Bedrock, Google
  /input length .*(?:exceeds|exceed)|range of input length/iu, // OpenRouter, Qwen
  /too large for model|maximum context/iu, // Mistral
  /reduce (?:the|your) (?:length|message|prompt|input)/iu, // Groq, Cerebras
  /`?inputs`? (?:tokens|must have less than)/iu, // Hugging Face TGI
  /too many tokens: |tokens? limit exceeded|exceed(?:s|ed)? (?:the )?(?:model )?(?:token limit|max)/iu, // Cohere, Moonshot
  /longer than the (?:model|maximum)|context the overflows|max_seq_len|max_model_len/iu,
];

/** And when they say something like it but mean that they are asked too often. */
const limited = /per (?:minute|day|hour|second)|rate.?limit|throttl|too many requests|quota/iu;

const codes: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'model_context_window_exceeded',
  'string_above_max_length',
]);

/** Whether a server refused a request since the conversation does not fit into the model's context. */
export function isContextFull(error: unknown): boolean {
  const { status, code, type, message } = (error ?? {}) as {
    readonly status?: number;
    readonly code?: unknown;
    readonly type?: unknown;
    readonly message?: unknown;
  };
  if ([code, type].some(fact => typeof fact === 'string' && codes.has(fact))) return true;
  if (status === 413) return true;
  if (status === 401 || status === 403 || status === 404 || status === 429) return false;
  const words = typeof message === 'string' ? message : '';
  return !limited.test(words) && wordings.some(wording => wording.test(words));
}

/** The longest result of a tool that is left where the last exchange alone is too long, characters. */
const longestResult = 1_000;

/**
 * A shorter history, about half as long: without its oldest exchanges. System messages stay, and so does the last
 * exchange; where that is all there is, its long results of tools are cut. Nothing where it can't be any shorter.
 */
export function shorter(messages: readonly Message[]): readonly Message[] | undefined {
  const system = messages.filter(({ role }) => role === 'system');
  const rest = messages.filter(({ role }) => role !== 'system');
  let left = lengthOf(rest);
  const half = left / 2;
  let from: number | undefined;
  for (const [index, message] of rest.entries()) {
    if (message.role === 'user' && index > 0) {
      from = index;
      if (left <= half) break;
    }
    left -= lengthOf([message]);
  }
  if (from !== undefined) return [...system, ...rest.slice(from)];
  const cut = rest.map(message => (message.role === 'tool' ? withShortResult(message) : message));
  return lengthOf(cut) < lengthOf(rest) ? [...system, ...cut] : undefined;
}

const withShortResult = (message: Message): Message =>
  message.content.length > longestResult + 10
    ? { ...message, content: `${message.content.slice(0, longestResult)} … (cut)` }
    : message;

/** How long a history is, characters; a message counts some more than its text. */
export const lengthOf = (messages: readonly Message[]): number =>
  messages.reduce(
    (sum, { content, toolCalls = [] }) =>
      sum + 10 + content.length + toolCalls.reduce((length, call) => length + call.arguments.length, 0),
    0,
  );
