import { createRequire } from 'node:module';
import { RxvoiceError } from '../../errors.ts';

/** The parts of the official SDK that rxvoice uses. */
export type McpSdk = typeof import('@modelcontextprotocol/sdk/client/index.js') &
  typeof import('@modelcontextprotocol/sdk/client/stdio.js') &
  typeof import('@modelcontextprotocol/sdk/client/streamableHttp.js') &
  typeof import('@modelcontextprotocol/sdk/types.js');

const modules = ['client/index.js', 'client/stdio.js', 'client/streamableHttp.js', 'types.js'];

/**
 * Loads the official SDK, an optional peer, when `mcp` is called.
 *
 * @throws RxvoiceError with the command that installs it, where it is missing.
 */
export function mcpSdk(require: (name: string) => unknown = createRequire(import.meta.url)): McpSdk {
  try {
    const parts = modules.map(name => require(`@modelcontextprotocol/sdk/${name}`) as object);
    return Object.assign({}, ...parts) as McpSdk;
  } catch (cause) {
    throw new RxvoiceError(
      "MCP servers need the package '@modelcontextprotocol/sdk', which can't be loaded: npm i @modelcontextprotocol/sdk",
      { cause },
    );
  }
}
