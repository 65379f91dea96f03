import type { ApiName, Transport } from './modelApi.ts';
import type { OpenaiConnectionOptions } from './openaiConnection.ts';

/** How a chat model of OpenAI, or of a server that speaks the same protocol, is asked. */
export interface OpenaiLlmOptions extends OpenaiConnectionOptions {
  /** The model's id. Default `gpt-6-luna`, small and fast; with a server of your own it must be given. */
  readonly model?: string;
  /**
   * The API: `responses`, or `chat` for Chat Completions. Default `responses` at OpenAI and at Azure's `/openai/v1`, `chat`
   * at other servers. OpenAI's current models call tools with reasoning, some of them call tools at all, only in
   * `responses`.
   */
  readonly api?: ApiName;
  /**
   * With `responses`: `websocket` sends a call's requests over one WebSocket, a request only the messages that are new;
   * `http` makes a request each, with all messages. Default `websocket` at OpenAI, unless it has a `fetch` of yours; else
   * `http`. Where there is no WebSocket, requests go over HTTP, and a warning reports it.
   */
  readonly transport?: Transport;
  /** How freely it chooses words, 0 … 2. Not sent unless given, since models that reason refuse it. */
  readonly temperature?: number;
  /** The longest answer, in tokens (those of reasoning count). No limit unless given. `responses` takes 16 or more. */
  readonly maxTokens?: number;
  /**
   * How much it reasons before the first word: `none`, `minimal`, `low`, `medium`, … (models differ). Default `none`
   * with the default model; not sent with another unless given. A caller hears reasoning as silence.
   */
  readonly reasoningEffort?: string;
  /** Further fields of the request's body, as the API calls them: `{ service_tier: 'priority' }`. They replace ours. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /**
   * `strict`: messages are sent in the order that strict chat templates accept: one system message first, user and
   * assistant in turn, none empty, no user after a tool. `plain`: as they are. Default `strict`.
   */
  readonly messageOrder?: 'strict' | 'plain';
  /** The longest the server may send nothing (comments count), before the first token and after it, ms. Default 10,000. */
  readonly timeoutMs?: number;
  /** How long a request that failed before its first token is made again, ms. Default 20,000. */
  readonly retryForMs?: number;
  /** How often at most. Default: as often as the time allows. */
  readonly retries?: number;
}
