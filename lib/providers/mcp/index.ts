/**
 * rxvoice/mcp: tools of MCP servers, for conversations. The only entry that loads `@modelcontextprotocol/sdk`.
 */
export { mcp } from './mcp.ts';
export type {
  McpCommandOptions,
  McpCommonOptions,
  McpHttpOptions,
  McpOptions,
  McpProgress,
  McpTool,
  McpTransportOptions,
} from './mcpOptions.ts';
