import { catchError, defer, map, Observable, of, retry, switchMap, take, tap, throwError } from 'rxjs';
import { z } from 'zod';
import { type Tool, tool } from '../../llm/tool.ts';
import { toolName } from '../../llm/toolSource.ts';
import { printable } from '../../text/printable.ts';
import type { ListedTool } from './listedTools.ts';
import type { McpConnection } from './mcpConnection.ts';
import { isOfConnection, isStale } from './mcpError.ts';
import type { McpOptions, McpProgress } from './mcpOptions.ts';
import type { McpSdk } from './mcpSdk.ts';
import { resultText, shortened } from './resultText.ts';

const maxProgressChars = 200;

/**
 * A tool of a server as a tool of a conversation. It holds the connection while it runs. A call that the server refused,
 * since it has forgotten the session or was started again, is made once more over a new connection.
 */
export function serverTool(
  sdk: McpSdk,
  connection$: Observable<McpConnection>,
  options: McpOptions,
  { name, description, parameters }: ListedTool,
): Tool {
  const { rename, timeoutMs = 10_000, onInterrupt, maxResultChars = 20_000 } = options;

  const called = (input: object, report?: (text: string) => void): Observable<unknown> =>
    defer(() => {
      let [isSent, own]: [boolean, unknown] = [false, undefined];
      return connection$.pipe(
        switchMap(connection => {
          isSent = true;
          return answerOf(sdk, connection, { name, arguments: input }, progress => {
            const text = progressText(options, { ...progress, tool: name });
            if (text !== '') report?.(text);
          }).pipe(
            tap({
              error: (error: unknown) => {
                own = error;
                if (isOfConnection(error)) connection.fail(error);
              },
            }),
          );
        }),
        take(1),
        catchError(() => throwError(() => (own ?? (isSent ? new Lost() : new Unreachable())) as Error)),
      );
    }).pipe(
      // The tool did not run.
      retry({ count: 1, delay: (error: unknown) => (isStale(error) ? of(true) : throwError(() => error)) }),
      map(result => resultText(result, maxResultChars)),
      catchError((error: unknown) => of({ error: failure(error, maxResultChars) })),
    );

  return {
    ...tool({
      name: toolName(rename?.(name) ?? name),
      description,
      parameters: z.looseObject({}),
      run: (input, { call }) => called(input, call?.progress),
      timeoutMs,
      ...(onInterrupt && { onInterrupt }),
    }),
    parameters,
  };
}

/** The connection was lost while a tool ran. */
class Lost extends Error {}
/** There is no connection. */
class Unreachable extends Error {}

type Report = Omit<McpProgress, 'tool'>;

/** Calls a tool. Unsubscribing cancels the call at the server. */
const answerOf = (
  sdk: McpSdk,
  { client }: McpConnection,
  params: { readonly name: string; readonly arguments: object },
  report: (progress: Report) => void,
): Observable<Readonly<Record<string, unknown>>> =>
  new Observable(subscriber => {
    const controller = new AbortController();
    let isOver = false;
    client
      .request(
        { method: 'tools/call', params: { ...params, arguments: { ...params.arguments } } },
        sdk.ResultSchema,
        {
          signal: controller.signal,
          // The tool's own time ends it.
          timeout: 2 ** 31 - 1,
          onprogress: progress => report(progress as Report),
        },
      )
      .then(
        result => {
          isOver = true;
          subscriber.next(result);
          subscriber.complete();
        },
        (error: unknown) => {
          isOver = true;
          subscriber.error(error);
        },
      );
    // The SDK sends a cancellation even for a call that is over.
    return () => isOver || controller.abort();
  });

/** The words of a filler about a report; empty for none. */
function progressText({ progress = false }: McpOptions, report: McpProgress): string {
  const text = typeof progress === 'function' ? progress(report) : progress ? report.message : undefined;
  return typeof text === 'string' ? shortened(printable(text).trim(), maxProgressChars) : '';
}

/** The failure of a call, for the model. */
function failure(error: unknown, maxChars: number): string {
  if (error instanceof Lost || isOfConnection(error))
    return 'The connection to the service was lost. Whether the tool has done its work is not known.';
  if (error instanceof Error && error.name === 'McpError')
    return shortened(printable(error.message), maxChars);
  return 'The service of this tool can not be reached at the moment.';
}
