import { RxvoiceError } from '../../errors.ts';
import type { ApiName, Transport } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import type { OpenaiLlmOptions } from './openaiLlmOptions.ts';

/** Models that only Chat Completions has: they search the web or hear by themselves. */
const chatOnly = /-(?:search|audio)(?:-|$)/u;

/** Whether the server is known to have the Responses API for the model. */
function hasResponses({ baseURL, isOpenai }: OpenaiConnection, model: string): boolean {
  const { hostname, pathname } = new URL(baseURL);
  const isAzure = /\.azure\.(?:com|us|cn)$/u.test(hostname) && /^\/openai\/v1\/?$/u.test(pathname);
  return isAzure || (isOpenai && !chatOnly.test(model));
}

/** The API and the transport: as chosen, else as the server and model are known to have them. */
export function protocolOf(
  { api, transport, fetch }: Pick<OpenaiLlmOptions, 'api' | 'transport' | 'fetch'>,
  connection: OpenaiConnection,
  model: string,
): { readonly api: ApiName; readonly transport: Transport } {
  const chosen = api ?? (hasResponses(connection, model) ? 'responses' : 'chat');
  if (chosen === 'responses') {
    // A `fetch` of the user's own leads through a proxy, past which a WebSocket may not get.
    const isKnown = connection.isOpenai && fetch === undefined;
    return { api: chosen, transport: transport ?? (isKnown ? 'websocket' : 'http') };
  }
  if (transport === 'websocket')
    throw new RxvoiceError(
      `OpenAI: transport is 'websocket', which Chat Completions has not: set api: 'responses', or leave transport out.`,
      { stage: 'llm' },
    );
  return { api: chosen, transport: 'http' };
}
