import type { OpenAI } from 'openai';
import { EMPTY, ignoreElements, merge, of, switchMap, tap } from 'rxjs';
import type { Loading, Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Llm } from '../../llm/message.ts';
import { Adjustments } from './adjustments.ts';
import { callLines } from './callLines.ts';
import { chatApi } from './chatApi.ts';
import { chatFields, responsesFields } from './fields.ts';
import type { ModelApi } from './modelApi.ts';
import { modelAnswers, type Learned } from './modelAnswers.ts';
import { openaiClient, perCall } from './openaiClient.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiLlmOptions } from './openaiLlmOptions.ts';
import { protocolOf } from './protocolOf.ts';
import { responsesApi } from './responsesApi.ts';

export type { OpenaiLlmOptions } from './openaiLlmOptions.ts';

/** The one place that names a model: it is the provider's small fast one, and ids come and go. */
const defaults = {
  model: 'gpt-6-luna',
  reasoningEffort: 'none',
  timeoutMs: 10_000,
} as const satisfies OpenaiLlmOptions;

/**
 * A chat model of OpenAI, or of any server with the same protocol (Ollama, vLLM, llama.cpp, Groq, …), streamed.
 *
 * Needs the package `openai`, version 6 or 7. Throws an RxvoiceError at once where the package, the key or the model is
 * missing, or an option can't be. Unsubscribing closes the connection; otherwise it is kept for the next turn, see
 * `fetch`. Errors have stage `llm` and say whether another
 * attempt may succeed; those before the first token were tried again already, where they may.
 *
 * @example
 * const llm = openaiLlm({ baseURL: 'http://localhost:11434/v1', model: 'llama3.2' });
 */
export function openaiLlm(options: OpenaiLlmOptions = {}): Llm {
  const connection = openaiConnection(options);
  const { baseURL, isOpenai, who } = connection;
  const { timeoutMs = defaults.timeoutMs, messageOrder: order = 'strict' } = options;
  const model = options.model?.trim() || (isOpenai ? defaults.model : undefined);
  if (model === undefined)
    throw new RxvoiceError(
      `OpenAI: model is missing: with a baseURL of your own, give the id of a model that ${new URL(baseURL).host} has.`,
      { stage: 'llm' },
    );
  const { api: apiName, transport } = protocolOf(options, connection, model);
  const service = openaiClient(connection, options, model);
  const { sdk, held$ = EMPTY } = service;
  const name = `${who} ${model}`;
  const effort = options.reasoningEffort ?? (model === defaults.model ? defaults.reasoningEffort : undefined);
  // A refusal of a parameter is a fact about the model: learned once, for all calls.
  const learned: Learned = {
    adjustments: new Adjustments(),
    tooLong: Infinity,
    thoughts: { expected: false },
  };
  const common = { sdk, connection, timeoutMs };
  const lines = callLines({ ...common, model, headers: options.headers });

  const answers = (api: ModelApi, from: string, notify: (notice: Notice) => void): Llm =>
    modelAnswers({ ...common, api, model, name, from, retries: options, learned, notify });

  const chat = (client: OpenAI, notify: (notice: Notice) => void): Llm => {
    const fields = chatFields(options, connection, { model, effort });
    return answers(chatApi({ ...common, client, from: name, order, fields }), name, notify);
  };

  const responses = (client: OpenAI, notify: (notice: Notice) => void): Llm => {
    const from = `${name}, Responses`;
    const line$ = transport === 'websocket' ? lines(notify) : undefined;
    const api = responsesApi({
      ...common,
      from,
      order,
      fields: responsesFields(options, connection, { model, effort }),
      post: (body, signal) => client.responses.create(body as never, { signal }).asResponse(),
      line$,
      notify,
    });
    const llm = answers(api, from, notify);
    if (line$ === undefined) return llm;
    const ready: Loading = { engine: name, progress: 1 };
    // Without a WebSocket, requests go over HTTP: then its connection is the one to keep open.
    const kept$ = line$.pipe(switchMap(({ type }) => (type === 'down' ? held$.pipe(tap(notify)) : EMPTY)));
    return Object.assign(llm, { warm$: merge(of(ready), kept$.pipe(ignoreElements())) });
  };

  return perCall<Llm>(service, name, apiName === 'chat' ? chat : responses);
}
