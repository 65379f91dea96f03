import { combineLatest, connect, map, type Observable, switchMap, take } from 'rxjs';
import type { Engine } from '../engine.ts';
import type { LlmEvent } from './message.ts';
import type { Tool } from './tool.ts';

/**
 * Tools that are known only later, and may change: those of a service, such as an MCP server. A conversation keeps a
 * source warm while it lasts, and reads its tools for every reply.
 */
export interface ToolSource extends Engine<ToolSource> {
  /** Its name. It distinguishes tools whose name another tool has already: `files_search`. */
  readonly name: string;
  /**
   * The tools now, and again after each change. Subscribing loads them where they are not loaded. It does not error:
   * without a service there are no tools.
   */
  readonly tools$: Observable<readonly Tool[]>;
}

/** Whether a tool is a source of tools. */
export const isToolSource = (tool: Tool | ToolSource): tool is ToolSource => 'tools$' in tool;

/**
 * Asks a model with all tools, once they are known, and holds their sources until its answer is over. Without sources it
 * asks at once.
 */
export function askWithTools(
  tools: readonly (Tool | ToolSource)[],
  ask: (tools: readonly Tool[]) => Observable<LlmEvent>,
): Observable<LlmEvent> {
  const sources = tools.filter(isToolSource);
  const own = tools.filter((tool): tool is Tool => !isToolSource(tool));
  if (sources.length === 0) return ask(own);
  return combineLatest(sources.map(({ name, tools$ }) => tools$.pipe(map(tools => ({ name, tools }))))).pipe(
    map(lists => distinctNames(own, lists)),
    connect(tools$ => tools$.pipe(take(1), switchMap(ask))),
  );
}

interface NamedTools {
  readonly name: string;
  readonly tools: readonly Tool[];
}

/** All tools, each with a name of its own: of two with one name, the later is named after its source, too. */
export function distinctNames(own: readonly Tool[], lists: readonly NamedTools[]): readonly Tool[] {
  const all = new Map(own.map(tool => [tool.name, tool]));
  for (const { name: source, tools } of lists)
    for (const tool of tools) {
      const candidates = [tool.name, toolName(`${source}_${tool.name}`)];
      for (let number = 2; candidates.every(name => all.has(name)); number += 1)
        candidates.push(toolName(`${tool.name.slice(0, 56)}_${number}`));
      const name = candidates.find(name => !all.has(name))!;
      all.set(name, name === tool.name ? tool : { ...tool, name });
    }
  return [...all.values()];
}

/** A text as the name of a tool: letters, digits, `_` and `-`, at most 64. */
export const toolName = (text: string): string => text.replace(/[^\w-]+/gu, '_').slice(0, 64) || 'tool';
