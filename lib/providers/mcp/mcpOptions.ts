import { basename } from 'node:path';
import { RxvoiceError } from '../../errors.ts';
import type { ToolOptions } from '../../llm/tool.ts';
import { longestTimerMs } from '../../rx/timers.ts';
import type { z } from 'zod';

/** A tool as an MCP server describes it. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
}

/** A report of a tool's progress. */
export interface McpProgress {
  /** The name of the tool, as the server calls it. */
  readonly tool: string;
  readonly progress: number;
  readonly total?: number;
  /** In the server's words. */
  readonly message?: string;
}

/** Options of {@link mcp} for servers of any kind. */
export interface McpCommonOptions extends Pick<ToolOptions<z.ZodObject>, 'onInterrupt'> {
  /** Name for people and for tools whose names clash. Default: the host, or the name of the command. */
  readonly name?: string;
  /** The tools that are offered, by name or by a function. Default: all. */
  readonly filter?: readonly string[] | ((tool: McpTool) => boolean);
  /** Names for the model. Default: as they are, and after the server (`files_search`) where another tool has the name. */
  readonly rename?: (name: string) => string;
  /** The most tools that are offered. Default 64: a model that has many answers late, and chooses badly. */
  readonly maxTools?: number;
  /** The longest result, in characters; the rest is cut. Default 20,000. */
  readonly maxResultChars?: number;
  /** How long to wait for the connection and the list of tools, ms. Default 5,000. A call begins without them after it. */
  readonly connectMs?: number;
  /** The longest run of a tool, ms, whatever progress it reports. Default 10,000. */
  readonly timeoutMs?: number;
  /**
   * The words of a filler while a tool reports progress, for a conversation with `filler`: the server's own words (`true`), or
   * a text of yours, `undefined` for none. Default false: a server that you do not trust could have the bot say anything.
   */
  readonly progress?: boolean | ((progress: McpProgress) => string | undefined);
  /** Opens a connection for each call instead of one for all: for a server that keeps state. Default false. */
  readonly perCall?: boolean;
}

/** A server over streamable HTTP. */
export interface McpHttpOptions extends McpCommonOptions {
  readonly url: string | URL;
  /** Headers of every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that is a process on this machine, over its standard input and output. */
export interface McpCommandOptions extends McpCommonOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Its environment besides `PATH`, `HOME` and the like: it gets no other variable of this process, and so no key. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the folder of this process. */
  readonly cwd?: string;
}

/** A server over a transport of the SDK that you make: with OAuth, or within this process. */
export interface McpTransportOptions extends McpCommonOptions {
  /** Makes a transport for each connection. */
  readonly transport: () => object;
}

/** The server, and how its tools are used. */
export type McpOptions = McpHttpOptions | McpCommandOptions | McpTransportOptions;

const fail = (message: string): never => {
  throw new RxvoiceError(`mcp: ${message}`);
};

/**
 * Checks the options of a server.
 *
 * @throws RxvoiceError for the first one that is wrong; an address is never shown, since it may contain a key.
 */
export function checkMcpOptions(options: McpOptions): void {
  const given = Object(options) as Record<string, unknown>;
  const forms = ['url', 'command', 'transport'].filter(name => given[name] !== undefined);
  if (forms.length !== 1)
    fail(
      `expected one of url, command and transport, but got ${forms.join(' and ') || 'none'}. Pass ` +
        "{ url: 'https://…/mcp' }, or { command: 'npx', args: ['-y', '…'] }.",
    );
  if (given['url'] !== undefined && !/^https?:$/u.test(addressOf(given['url'])?.protocol ?? ''))
    fail('url is no http(s) address. Pass one such as https://example.com/mcp.');
  if (given['command'] !== undefined && (typeof given['command'] !== 'string' || given['command'] === ''))
    fail('command is no text. Pass the program alone, such as npx, and the rest in args.');
  if (/\s/u.test(given['command'] as string) && given['command'] !== undefined && given['args'] === undefined)
    fail('command contains spaces, and no shell reads it. Pass the program alone, and the rest in args.');
  if (given['transport'] !== undefined && typeof given['transport'] !== 'function')
    fail(
      'transport is no function. Pass one that makes a transport: () => new StreamableHTTPClientTransport(…).',
    );
  for (const name of ['timeoutMs', 'connectMs', 'maxTools', 'maxResultChars']) {
    const value = given[name];
    if (value !== undefined && !(typeof value === 'number' && value > 0))
      fail(`expected a ${name} of more than 0, but got ${typeof value === 'number' ? value : typeof value}.`);
  }
  if (Number(given['connectMs'] ?? 1) > longestTimerMs) fail('connectMs is longer than 24 days.');
}

/** The name of a server for people and in names of tools. */
export const serverName = (options: McpOptions): string =>
  options.name ??
  ('url' in options
    ? (addressOf(options.url)?.hostname ?? 'mcp')
    : 'command' in options
      ? basename(options.command).replace(/\.\w+$/u, '')
      : 'mcp');

function addressOf(url: unknown): URL | undefined {
  try {
    return new URL(String(url));
  } catch {
    return undefined;
  }
}
