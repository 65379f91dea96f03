/**
 * A configuration without the fields that are `undefined`, as deep as its objects are plain: an option that is not there
 * (`greeting: process.env.GREETING`) is left out. What is in lists, functions and objects of a class is not touched.
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
