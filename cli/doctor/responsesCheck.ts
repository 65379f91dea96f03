import type { ClientRequest, IncomingMessage } from 'node:http';
import { catchError, defer, EMPTY, Observable } from 'rxjs';
import { WebSocket } from 'ws';
import type { VoiceConfig } from '../../lib/index.ts';
import { openaiProtocol } from '../../lib/providers/openai/index.ts';
import type { Environment } from '../configuration/readEnvironment.ts';
import { type Check, ok, warn } from './check.ts';

/** The longest that the server may take, ms. */
const withinMs = 5_000;

/** Whether the WebSocket opens over which the language model will be asked; nothing where it is asked otherwise. */
export const responsesCheck = ({ llm }: VoiceConfig, { variables }: Environment): Observable<Check> =>
  defer(() => {
    if (typeof llm === 'function' || llm.engine !== 'openai') return EMPTY;
    const key = (llm.apiKey ?? variables['OPENAI_API_KEY'])?.trim();
    // The check of the key reports that it is missing.
    if (!key && !llm.baseURL && !variables['OPENAI_BASE_URL']) return EMPTY;
    const { transport, url } = openaiProtocol(llm);
    return transport === 'websocket' ? opening(url, key ?? 'none', llm.headers) : EMPTY;
  }).pipe(catchError(() => EMPTY)); // The check of the configuration reports its mistakes.

const opening = (
  url: string,
  key: string,
  headers: Readonly<Record<string, string>> | undefined,
): Observable<Check> =>
  new Observable(subscriber => {
    const startedAt = performance.now();
    const { host } = new URL(url);
    const report = (check: Check): void => {
      subscriber.next(check);
      subscriber.complete();
    };
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      handshakeTimeout: withinMs,
    });
    socket.on('open', () =>
      report(ok(what, `${host} opens it in ${Math.round(performance.now() - startedAt)} ms`)),
    );
    socket.on('unexpected-response', (request: ClientRequest, { statusCode = 0 }: IncomingMessage) => {
      request.destroy();
      report(
        statusCode === 401
          ? warn(what, `${host} does not accept the key`, 'See the key above')
          : warn(what, `${host} refuses it (HTTP ${statusCode})`, fix),
      );
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      report(warn(what, `${host} can't be reached (${error.code ?? 'no answer'})`, fix)),
    );
    return () => socket.terminate();
  });

const what = 'responses WebSocket';
const fix = 'Requests go over HTTP then: set --llm-transport http, or the transport of llm';
