import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { boundedFetch } from './boundedFetch.ts';
import type { McpOptions } from './mcpOptions.ts';
import type { McpSdk } from './mcpSdk.ts';

/** A transport to a server: a process of its own, with no more of this one's environment than `PATH` and the like, or HTTP. */
export function mcpTransport(sdk: McpSdk, options: McpOptions): Transport {
  if ('transport' in options) return options.transport() as Transport;
  if ('command' in options) {
    const { command, args = [], env, cwd } = options;
    return new sdk.StdioClientTransport({
      command,
      args: [...args],
      // Its log could contain escape sequences, and what people said.
      stderr: 'ignore',
      ...(env && { env: { ...env } }),
      ...(cwd !== undefined && { cwd }),
    });
  }
  const { url, headers } = options;
  return new sdk.StreamableHTTPClientTransport(new URL(url), {
    fetch: boundedFetch,
    ...(headers && { requestInit: { headers: { ...headers } } }),
  }) as Transport;
}
