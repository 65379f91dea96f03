/**
 * The arguments of a tool call as the JSON of one object, where it can be derived from the server's text: nothing or
 * `null` means none; JSON in a JSON string or in a code fence is unpacked; of several objects in a row (an empty one first, or the whole
 * once more at the end) the last one counts. Anything else stays as it is: the tool's own check reports it.
 */
export function argumentsOf(json: string): string {
  const text = json.trim();
  if (text === '') return '{}';
  const value = parsed(text);
  if (value === null) return '{}';
  if (typeof value === 'string') {
    const inner = argumentsOf(value);
    return isObject(inner) ? inner : text;
  }
  if (value !== undefined) return text;
  const fenced = insideFence(text);
  if (fenced !== undefined) {
    const inner = argumentsOf(fenced);
    return isObject(inner) ? inner : text;
  }
  return lastOf(text) ?? text;
}

/** The text of a code fence around the whole, as models without tool calls of their own write JSON. */
function insideFence(text: string): string | undefined {
  const start = /^```(?:json)?\s/iu.exec(text)?.[0];
  return start !== undefined && text.length >= start.length + 3 && text.endsWith('```')
    ? text.slice(start.length, -3)
    : undefined;
}

/** Whether arguments are whole: one JSON value. */
export const isWhole = (json: string): boolean => json.trim() !== '' && parsed(json) !== undefined;

/** The last of several objects that were written one after the other; nothing where there is anything else. */
function lastOf(text: string): string | undefined {
  const ends = objectEnds(text);
  const objects = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
  const rest = text.slice(ends.at(-1));
  return objects.length > 1 && rest.trim() === '' && objects.every(isObject)
    ? objects.at(-1)!.trim()
    : undefined;
}

/** Where the outermost braces close. */
function objectEnds(text: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gsu)) {
    if (token === '{') depth += 1;
    if (token === '}' && (depth -= 1) === 0) ends.push(index + 1);
  }
  return ends;
}

const isObject = (json: string): boolean => {
  const value = parsed(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
