import { catchError, concat, defer, distinctUntilChanged, from, map, type Observable, of, race } from 'rxjs';
import { repeat, ReplaySubject, share, startWith, Subject, switchMap, tap, throttleTime } from 'rxjs';
import { timeout, timer } from 'rxjs';
import type { Loading, Notice } from '../../engine.ts';
import type { Tool } from '../../llm/tool.ts';
import type { ToolSource } from '../../llm/toolSource.ts';
import { withSignal } from '../../rx/withSignal.ts';
import { type ListedTool, listedTools, type ToolList } from './listedTools.ts';
import { type McpConnection, mcpConnection } from './mcpConnection.ts';
import { connectionError, isOfConnection } from './mcpError.ts';
import { checkMcpOptions, type McpOptions, serverName } from './mcpOptions.ts';
import { type McpSdk, mcpSdk } from './mcpSdk.ts';
import { serverTool } from './serverTool.ts';

/** The longest wait before a lost server is tried again, ms; a call of one of its tools tries at once. */
const longestWaitMs = 30_000;

/**
 * The tools of an MCP server, for `tools` of a conversation: over streamable HTTP (`url`), or of a process that it starts
 * (`command`). It needs `npm i @modelcontextprotocol/sdk`.
 *
 * A call begins once they are listed. One connection serves all calls, and is closed after the last, unless `warm$` of the
 * bot is subscribed. Without the server a call goes on: `call.warning` reports it, the model reads that its tools failed,
 * and it is connected again. A failure of a tool is a result for the model, as are timeouts. Nothing that a server sends
 * ends a call. The calls of its tools are sent to it as the model wrote them: pass servers that you trust with them.
 *
 * @throws RxvoiceError for a wrong option, or if the SDK is not installed.
 *
 * @example
 * setup({ stt, llm, tts, tools: [price, mcp({ command: 'npx', args: ['-y', '@modelcontextprotocol/server-everything'] })] });
 */
export function mcp(options: McpOptions): ToolSource {
  checkMcpOptions(options);
  const sdk = mcpSdk();
  const source = (): ToolSource => toolsOf(sdk, options);
  if (options.perCall !== true) return source();
  const { name, tools$ } = source();
  return { name, tools$, session: source };
}

function toolsOf(sdk: McpSdk, options: McpOptions): ToolSource {
  const { filter, maxTools = 64, connectMs = 5_000 } = options;
  const name = serverName(options);
  const opened$ = new Subject<void>();
  const notice$ = new Subject<Notice>();
  /** The problem of the connection, and those of the list; a call that begins later reports them, too. */
  let [lost, problems]: [string | undefined, readonly string[]] = [undefined, []];
  let known: readonly Tool[] = [];
  let failures = 0;
  const warn = (message: string): void => notice$.next({ type: 'warning', message });

  const connection$ = mcpConnection(sdk, options).pipe(
    tap(() => opened$.next()),
    share({ connector: () => new ReplaySubject(1), resetOnComplete: true }),
  );

  const isWanted = (tool: ListedTool): boolean =>
    filter === undefined || (typeof filter === 'function' ? filter(tool) : filter.includes(tool.name));
  const list = ({ client, fail }: McpConnection): Observable<ToolList> =>
    withSignal(signal =>
      from(listedTools(sdk, client, isWanted, maxTools, { timeout: connectMs, signal })).pipe(
        tap({ error: (error: unknown) => isOfConnection(error) && fail(error) }),
      ),
    );
  const listed = ({ tools, problems: found }: ToolList): readonly Tool[] => {
    lost = undefined;
    failures = 0;
    const messages = found.map(problem => `The MCP server '${name}' ${problem}`);
    messages.filter(message => !problems.includes(message)).forEach(warn);
    problems = messages;
    known = tools.map(tool => serverTool(sdk, connection$, options, tool));
    return known;
  };
  const failed = (error: unknown): readonly Tool[] => {
    const { message } = connectionError(name, error);
    if (message !== lost) warn(message);
    lost = message;
    failures += 1;
    return known;
  };
  const tools$ = connection$.pipe(
    switchMap(connection =>
      connection.changed$.pipe(
        throttleTime(1_000, undefined, { leading: true, trailing: true }),
        startWith(undefined),
        switchMap(() => list(connection)),
      ),
    ),
    timeout({ first: connectMs }),
    map(listed),
    catchError((error: unknown) => of(failed(error))),
    repeat({ delay: () => race(timer(Math.min(longestWaitMs, 250 * 2 ** failures)), opened$) }),
    share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
  );

  return {
    name,
    tools$,
    warm$: tools$.pipe(
      map((): Loading => ({ engine: `The tools of '${name}'`, progress: 1 })),
      distinctUntilChanged(() => true),
    ),
    notice$: defer(() =>
      concat(
        [...(lost === undefined ? [] : [lost]), ...problems].map((message): Notice => ({
          type: 'warning',
          message,
        })),
        notice$,
      ),
    ),
  };
}
