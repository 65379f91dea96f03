/**
 * The kind of a value, for an error: never its contents, which may be a user's words.
 *
 * @example
 * descriptionOf({ role: 'assistant', content: 'Hi' }) // "an object with 'role' and 'content'"
 */
export function descriptionOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const type =
    'type' in value && typeof value.type === 'string' ? ` of type '${value.type.slice(0, 40)}'` : '';
  const keys = Object.keys(value).slice(0, 3);
  const named = keys.map(key => `'${key.slice(0, 40)}'`).join(' and ');
  return keys.length === 0 ? `an object${type} without fields` : `an object${type} with ${named}`;
}
