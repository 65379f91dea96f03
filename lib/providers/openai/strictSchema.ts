type Schema = Readonly<Record<string, unknown>>;

/** Keywords of the subset of JSON Schema that strict tools accept (OpenAI's guide "Structured outputs"). */
const keywords: ReadonlySet<string> = new Set([
  '$schema',
  '$ref',
  '$defs',
  'definitions',
  'title',
  'description',
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'pattern',
  'format',
  'multipleOf',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
]);

const formats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
]);

/**
 * Whether a tool's parameters are a strict schema, so that the model can be held to it: objects whose properties are
 * all required, without additional ones, in the subset of JSON Schema that the service accepts.
 */
export const isStrictSchema = (parameters: Schema): boolean =>
  parameters['type'] === 'object' && isStrict(parameters);

function isStrict(schema: unknown): boolean {
  if (!isObject(schema) || Object.keys(schema).some(keyword => !keywords.has(keyword))) return false;
  const { type, format, properties, required, additionalProperties, items, anyOf } = schema;
  if (format !== undefined && !formats.has(format)) return false;
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  if (types.includes('object') || properties !== undefined || additionalProperties !== undefined) {
    const names = isObject(properties) ? Object.keys(properties) : [];
    const isRequired = (name: string): boolean => Array.isArray(required) && required.includes(name);
    if (additionalProperties !== false || !names.every(isRequired)) return false;
  }
  if (types.includes('array') && !isObject(items)) return false;
  const inner = [
    ...['properties', '$defs', 'definitions'].flatMap((field): unknown[] =>
      Object.values(schema[field] ?? {}),
    ),
    ...(items === undefined ? [] : [items]),
    ...(Array.isArray(anyOf) ? (anyOf as readonly unknown[]) : []),
  ];
  return inner.every(isStrict);
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
