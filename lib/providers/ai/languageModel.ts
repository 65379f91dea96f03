/**
 * A language model of the AI SDK (`ai` 5 to 7): `openai('gpt-6-luna')`, `google('gemini-3-flash')`, a model of the
 * gateway, a mock. Described by its shape, so that neither `ai` nor `@ai-sdk/provider` is a dependency.
 */
export interface AiLanguageModel {
  /** The version of the SDK's interface; 2, 3 and 4 are understood. */
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doStream(options: object): PromiseLike<{ readonly stream: ReadableStream<unknown> }>;
}

/** JSON, as the AI SDK types it. */
export type AiJson = null | string | number | boolean | AiJson[] | { [key: string]: AiJson };

/** Options or metadata of a provider, below its name. */
export type AiProviderOptions = Record<string, { [key: string]: AiJson }>;

interface Optioned {
  providerOptions?: AiProviderOptions;
}

/** The result of a tool, as the AI SDK wants it. */
export type AiToolOutput =
  { type: 'text'; value: string } | { type: 'json'; value: AiJson } | { type: 'error-json'; value: AiJson };

/** Text of a message, or of a model's reasoning. */
export interface AiTextPart extends Optioned {
  type: 'text';
  text: string;
}

/** A model's reasoning, which goes back to it with the message. */
export interface AiReasoningPart extends Optioned {
  type: 'reasoning';
  text: string;
}

/** A call of a tool; its input is parsed JSON. */
export interface AiToolCallPart extends Optioned {
  type: 'tool-call';
  toolCallId: string;
  toolName: string;
  input: unknown;
  providerExecuted?: boolean;
}

/** The result of a tool. */
export interface AiToolResultPart extends Optioned {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: AiToolOutput;
}

/** A message as the AI SDK takes it: both a `ModelMessage` and a message of a model's prompt. */
export type AiMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: AiTextPart[] }
  | {
      role: 'assistant';
      content: (AiTextPart | AiReasoningPart | AiToolCallPart | AiToolResultPart)[];
    }
  | { role: 'tool'; content: AiToolResultPart[] };
