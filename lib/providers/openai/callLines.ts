import { concat, defer, NEVER, type Observable, of } from 'rxjs';
import type { Notice } from '../../engine.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import { openaiError } from './openaiError.ts';
import type { OpenaiSdk } from './openaiSdk.ts';
import { type LineState, responsesLine } from './responsesLine.ts';
import { MuteSocket } from './responsesSocket.ts';
import { responsesWire } from './responsesWire.ts';

/** Where the connections of an engine's calls lead. */
export interface CallLinesOptions {
  readonly sdk: OpenaiSdk;
  readonly connection: OpenaiConnection;
  readonly model: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly timeoutMs: number;
}

/** Statuses with which a server says that it has no WebSocket there. */
const noSocket: ReadonlySet<number> = new Set([200, 400, 404, 405, 406, 426, 501]);

/**
 * A WebSocket of the Responses API for each call. A server that has none is remembered, for all calls, and one warning
 * reports it.
 */
export function callLines({ sdk, connection, model, headers, timeoutMs }: CallLinesOptions) {
  const { apiKey, baseURL, who } = connection;
  let hasSocket = true;
  const explain = openaiError(sdk, {
    ...connection,
    stage: 'llm',
    api: 'responses',
    model,
    timeoutMs,
    said: [],
  });
  const statusOf = (error: unknown): number | undefined =>
    error instanceof sdk.APIError ? (error.status as number | undefined) : undefined;

  const wire$ = responsesWire({
    url: `${baseURL.replace(/^http/iu, 'ws').replace(/\/$/u, '')}/responses`,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    timeoutMs,
    unreachable: cause => new sdk.APIConnectionError({ cause }),
    refused: ({ status, ...error }, given) => new sdk.APIError(status, error, error.message, given),
  });

  return (notify: (notice: Notice) => void): Observable<LineState> => {
    const isFinal = (error: unknown): boolean => {
      const status = statusOf(error);
      return status !== undefined && !explain(error).retryable;
    };
    const onDown = (error: unknown): void => {
      hasSocket &&= !(error instanceof MuteSocket || noSocket.has(statusOf(error) ?? 0));
      notify({
        type: 'warning',
        message: hasSocket
          ? unavailable(error)
          : `${who} has no WebSocket for the Responses API: requests go over HTTP. Set transport: 'http'.`,
      });
    };
    const unavailable = (error: unknown): string =>
      `${explain(error).message.replace(/\.$/u, '')}; requests go over HTTP${isFinal(error) ? '' : ' until the WebSocket is open again'}.`;
    const line$ = responsesLine({ wire$, timeoutMs, isFinal, onDown });
    return defer(() => (hasSocket ? line$ : concat(of<LineState>({ type: 'down' }), NEVER)));
  };
}
