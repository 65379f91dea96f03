type Schema = Readonly<Record<string, unknown>>;

const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
/** Fields whose value is a schema, a list of schemas, or an object of schemas. */
const single = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then', 'else'];
const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const maps = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

const maxDepth = 24;
const maxChars = 20_000;

/**
 * The arguments of a server's tool as a JSON Schema that a model's service takes; `undefined` where it is none. A service
 * refuses the whole request for one wrong schema, so such a tool is left out.
 */
export function usableSchema(schema: unknown): Schema | undefined {
  if (!isObject(schema)) return undefined;
  const { $schema, ...parameters } = schema;
  const object = { type: 'object', properties: {}, ...parameters };
  if (object.type !== 'object' || !isSchema(object, object, 0)) return undefined;
  return JSON.stringify(object).length > maxChars ? undefined : object;
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isSchema(schema: unknown, root: Schema, depth: number): boolean {
  if (typeof schema === 'boolean') return true;
  if (!isObject(schema) || depth > maxDepth) return false;
  const inner = (value: unknown): boolean => isSchema(value, root, depth + 1);
  const { type, required, enum: values, $ref } = schema;
  const isType = (value: unknown): boolean => types.includes(value as string);
  return (
    (type === undefined || isType(type) || (Array.isArray(type) && type.length > 0 && type.every(isType))) &&
    (required === undefined ||
      (Array.isArray(required) && required.every(name => typeof name === 'string'))) &&
    (values === undefined || (Array.isArray(values) && values.length > 0)) &&
    ($ref === undefined || isWithin(root, $ref)) &&
    single.every(name => schema[name] === undefined || [schema[name]].flat().every(inner)) &&
    lists.every(
      name => schema[name] === undefined || (Array.isArray(schema[name]) && schema[name].every(inner)),
    ) &&
    maps.every(
      name =>
        schema[name] === undefined || (isObject(schema[name]) && Object.values(schema[name]).every(inner)),
    )
  );
}

/** Whether a reference leads to a part of the same schema. */
function isWithin(root: Schema, ref: unknown): boolean {
  if (typeof ref !== 'string' || !/^#(?:\/|$)/u.test(ref)) return false;
  const steps = ref.split('/').slice(1);
  const target = steps.reduce<unknown>(
    (at, step) =>
      isObject(at) || Array.isArray(at)
        ? (at as Schema)[step.replaceAll('~1', '/').replaceAll('~0', '~')]
        : undefined,
    root,
  );
  return target !== undefined;
}
