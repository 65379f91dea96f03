import { z } from 'zod';
import { RxvoiceError } from '../../errors.ts';
import { descriptionOf } from '../../llm/bot/descriptionOf.ts';

/** The input of a tool: its JSON Schema, and the function that checks an input and returns it, parsed. */
export interface InputSchema {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** @throws Error for a wrong input, for the model */
  readonly check: (input: unknown) => unknown;
}

/** The forms of `inputSchema`: `jsonSchema()` of the AI SDK, and Standard Schema (zod, Valibot, ArkType). */
interface Given {
  readonly jsonSchema?: unknown;
  readonly validate?: (input: unknown) => Validation | PromiseLike<Validation>;
  readonly _zod?: unknown;
  readonly '~standard'?: {
    readonly validate: (input: unknown) => Standard | PromiseLike<Standard>;
    readonly jsonSchema?: { readonly input: (options: { target: string }) => object };
  };
}
interface Validation {
  readonly success: boolean;
  readonly value?: unknown;
  readonly error?: Error;
}
interface Standard {
  readonly value?: unknown;
  readonly issues?: readonly {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  }[];
}

/**
 * Reads the `inputSchema` of an AI SDK tool; none means no input.
 *
 * @throws RxvoiceError where the schema cannot be described as JSON Schema, or only later
 */
export function inputSchema(tool: string, schema: unknown): InputSchema {
  const given = (
    typeof schema === 'function' && !('~standard' in schema) ? (schema as () => unknown)() : schema
  ) as Given | null | undefined;
  if (given === undefined || given === null)
    return { parameters: { type: 'object', properties: {} }, check: input => input };
  const { '~standard': standard, validate } = given;
  const json = describe(tool, given);
  if (standard !== undefined)
    return { parameters: json, check: input => then(standard.validate(input), valueOf) };
  return {
    parameters: json,
    check: input => (validate === undefined ? input : then(validate(input), validated)),
  };
}

function describe(tool: string, given: Given): Readonly<Record<string, unknown>> {
  const fail = (cause?: unknown): never => {
    throw new RxvoiceError(
      `The inputSchema of the tool '${tool}' is ${descriptionOf(given)}, which can't be described to a model. Pass zod 4, ` +
        "jsonSchema({ … }) or zodSchema(…) of 'ai', with a schema that is there at once.",
      { cause },
    );
  };
  try {
    const { '~standard': standard } = given;
    const json: unknown =
      standard?.jsonSchema?.input({ target: 'draft-07' }) ??
      ('_zod' in given
        ? z.toJSONSchema(given as unknown as z.ZodType, { io: 'input' })
        : standard === undefined
          ? given.jsonSchema
          : undefined);
    if (typeof json !== 'object' || json === null || 'then' in json) return fail();
    const { $schema, ...schema } = json as Record<string, unknown>;
    return schema;
  } catch (cause) {
    return RxvoiceError.is(cause) ? fail() : fail(cause);
  }
}

const validated = ({ success, value, error }: Validation): unknown => {
  if (!success) throw new Error(`The arguments are wrong. ${error?.message ?? ''}`.trim());
  return value;
};

function valueOf({ value, issues }: Standard): unknown {
  if (issues === undefined) return value;
  const lines = issues.map(({ message, path = [] }) => {
    const at = path.map(step => String(typeof step === 'object' ? step.key : step)).join('.');
    return at === '' ? message : `${at}: ${message}`;
  });
  throw new Error(`The arguments are wrong. ${lines.join('; ')}`);
}

const then = <Value>(value: Value | PromiseLike<Value>, read: (value: Value) => unknown): unknown =>
  typeof value === 'object' && value !== null && 'then' in value ? value.then(read) : read(value);
