import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { UsageError } from '../usageError.ts';
import { fileError } from '../fileError.ts';

/** The environment's variables, and those read from a file. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where a variable comes from, for a person: "RXVOICE_STT" or "RXVOICE_STT in .env". */
  readonly sourceOf: (name: string) => string;
}

/**
 * The variables that are read from `.env`, by how their names begin: those of rxvoice and of its engines. Others, such
 * as `PATH` or `NODE_OPTIONS`, would change the program rather than configure it.
 */
const readPrefixes = ['RXVOICE_', 'OPENAI_', 'DEEPGRAM_', 'TWILIO_', 'OTEL_'] as const;

/**
 * The environment with the additions of the folder's `.env`, if their names begin with one of `readPrefixes`: a
 * variable that is set already wins. Added variables are set for the whole program, since engines read their keys
 * there. A variable that is empty is not set.
 */
export function readEnvironment(folder: string, variables = process.env): Environment {
  const added = new Set<string>();
  for (const [name, value] of Object.entries(dotEnv(join(folder, '.env')))) {
    if (variables[name] !== undefined || !readPrefixes.some(prefix => name.startsWith(prefix))) continue;
    variables[name] = value;
    added.add(name);
  }
  return { variables, sourceOf: name => (added.has(name) ? `${name} in .env` : name) };
}

function dotEnv(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UsageError(`${path}: it can't be read${fileError(cause)}`);
  }
}
