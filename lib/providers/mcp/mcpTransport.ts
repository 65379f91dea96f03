import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { boundedFetch } from './boundedFetch.ts';
import type { McpOptions } from './mcpOptions.ts';
import type { McpSdk } from './mcpSdk.ts';

/** A transport to a server: HTTP, or a process that gets no variable of this process but `PATH` and the like. */
export function mcpTransport(sdk: McpSdk, options: McpOptions): Transport {
  if ('transport' in options) return options.transport() as Transport;
  if ('command' in options) {
    const { command, args = [], env, cwd } = options;
    return new sdk.StdioClientTransport({
      command,
      args: [...args],
      // Its log could contain escape sequences, and spoken words.
      stderr: 'ignore',
      ...(env && { env: { ...env } }),
      ...(cwd !== undefined && { cwd }),
    });
  }
  const { url, headers } = options;
  return new sdk.StreamableHTTPClientTransport(new URL(url), {
    fetch: boundedFetch,
    ...(headers && { requestInit: { headers: { ...headers } } }),
  });
}
