import type { ApiName, Transport } from './modelApi.ts';
import { openaiConnection } from './openaiConnection.ts';
import type { OpenaiLlmOptions } from './openaiLlmOptions.ts';
import { protocolOf } from './protocolOf.ts';

/** The protocol in which a model is asked. */
export interface OpenaiProtocol {
  readonly api: ApiName;
  readonly transport: Transport;
  /** The address of the requests, or of the WebSocket. */
  readonly url: string;
}

/**
 * The protocol that an engine with these options uses, for checks of a configuration. Throws an RxvoiceError where an
 * option can't be.
 *
 * @example
 * openaiProtocol({ apiKey }); // { api: 'responses', transport: 'websocket', url: 'wss://api.openai.com/v1/responses' }
 */
export function openaiProtocol(options: OpenaiLlmOptions = {}): OpenaiProtocol {
  const connection = openaiConnection(options);
  const { api, transport } = protocolOf(options, connection, options.model ?? '');
  const base = connection.baseURL.replace(/\/$/u, '');
  const path = api === 'chat' ? 'chat/completions' : 'responses';
  const origin = transport === 'websocket' ? base.replace(/^http/iu, 'ws') : base;
  return { api, transport, url: `${origin}/${path}` };
}
