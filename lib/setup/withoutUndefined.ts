/**
 * A configuration without the fields that are `undefined`, at any depth of plain objects: an option such as
 * `greeting: process.env.GREETING` is left out if unset. Lists, functions and objects of a class stay as they are.
 */
export function withoutUndefined<Value>(value: Value): Value {
  if (!isPlain(value)) return value;
  const present = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(present.map(([name, field]) => [name, withoutUndefined(field)])) as Value;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);
