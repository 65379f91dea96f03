import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { printable } from '../../text/printable.ts';
import type { McpSdk } from './mcpSdk.ts';
import { shortened } from './resultText.ts';
import { usableSchema } from './usableSchema.ts';

/** A tool of a server that a model can call. */
export interface ListedTool {
  /** As the server calls it. */
  readonly name: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The tools of a server, and the problems of its list, for people. */
export interface ToolList {
  readonly tools: readonly ListedTool[];
  readonly problems: readonly string[];
}

const maxPages = 50;
const maxDescriptionChars = 2_000;

/**
 * Lists the tools of a server. Reads each by itself, so that a wrong one does not take the others with it, as it does in
 * the SDK. A list without an end is read as far as `maxTools` allows.
 */
export async function listedTools(
  sdk: McpSdk,
  client: Client,
  isWanted: (tool: ListedTool) => boolean,
  maxTools: number,
  request: { readonly timeout: number; readonly signal: AbortSignal },
): Promise<ToolList> {
  const tools: ListedTool[] = [];
  const unusable: string[] = [];
  let [cursor, isCut]: [unknown, boolean] = [undefined, false];
  for (let page = 0; page < maxPages && !isCut; page += 1) {
    const params = typeof cursor === 'string' ? { cursor } : {};
    const result = await client.request({ method: 'tools/list', params }, sdk.ResultSchema, request);
    const given: unknown = result['tools'];
    for (const each of Array.isArray(given) ? (given as unknown[]) : []) {
      const { name, description, inputSchema } = Object(each) as Record<string, unknown>;
      if (typeof name !== 'string' || name === '') continue;
      const parameters = usableSchema(inputSchema);
      const words = typeof description === 'string' ? description : '';
      const tool = {
        name,
        description: shortened(printable(words), maxDescriptionChars),
        parameters: parameters ?? {},
      };
      if (!isWanted(tool)) continue;
      if (parameters === undefined) unusable.push(shown(name));
      else if (tools.length < maxTools) tools.push(tool);
      else isCut = true;
    }
    cursor = result['nextCursor'];
    if (typeof cursor !== 'string') break;
    if (page + 1 === maxPages) isCut = true;
  }
  return {
    tools,
    problems: [
      ...(unusable.length === 0
        ? []
        : [
            `describes tools that can't be offered to a model: ${unusable.slice(0, 5).join(', ')}` +
              `${unusable.length > 5 ? ` and ${unusable.length - 5} others` : ''}. Their inputSchema is invalid or too long.`,
          ]),
      ...(isCut
        ? [
            `has more than ${maxTools} tools; the others are left out. Choose them with filter, or set maxTools.`,
          ]
        : []),
    ],
  };
}

const shown = (name: string): string => printable(name).replace(/\s+/gu, ' ').slice(0, 64);
