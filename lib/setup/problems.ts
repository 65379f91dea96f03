import type { z } from 'zod';

/** How to put a field right, where its name doesn't tell. */
const cures: Readonly<Record<string, string>> = {
  stt: "Pass { engine: 'local' }, { engine: 'deepgram' }, or an Stt of your own.",
  'stt.engine': "Pass 'local' or 'deepgram', or an Stt of your own instead of the object.",
  'stt.apiKey': 'Set DEEPGRAM_API_KEY in the environment, or pass stt.apiKey.',
  'stt.baseURL': 'Pass an address such as https://api.eu.deepgram.com.',
  llm: "Pass { engine: 'builtin' }, { engine: 'openai' }, or an Llm of your own.",
  'llm.engine': "Pass 'builtin' or 'openai', or an Llm of your own instead of the object.",
  'llm.apiKey': 'Set OPENAI_API_KEY in the environment, or pass llm.apiKey.',
  'llm.model': 'Pass llm.model: a server of your own has models of its own.',
  'llm.baseURL': 'Pass an address such as http://127.0.0.1:11434/v1.',
  tts: "Pass { engine: 'local' }, { engine: 'deepgram' }, { engine: 'openai' }, or a Tts of your own.",
  tools: 'Make them with tool(), and give each a name of its own.',
  'tts.engine': "Pass 'local', 'deepgram' or 'openai', or a Tts of your own instead of the object.",
  'tts.apiKey': 'Set DEEPGRAM_API_KEY in the environment, or pass tts.apiKey.',
  'tts.apiKey of openai': 'Set OPENAI_API_KEY in the environment, or pass tts.apiKey.',
  'tts.model': 'Pass tts.model: a server of your own has models of its own.',
  'tts.baseURL of openai': 'Pass an address such as http://127.0.0.1:8880/v1.',
  'tts.baseURL': 'Pass an address such as https://api.eu.deepgram.com.',
};

/**
 * All problems of a configuration as one text, a line each: path, what was expected, what was received, and the cure.
 * What was received is never shown for a key.
 */
export function describeProblems(issues: readonly z.core.$ZodIssue[], config: unknown): string {
  const lines = issues.flatMap(issue => lineOf(issue, config)).map(line => `\n  - ${line}`);
  return `rxvoice can't be set up: ${lines.length === 1 ? 'a problem' : `${lines.length} problems`}.${lines.join('')}`;
}

function lineOf(issue: z.core.$ZodIssue, config: unknown): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      key => `${nameOf([...issue.path, key])}: there is no such option. Leave it out, or check its spelling.`,
    );
  const path = nameOf(issue.path);
  const received = describe(issue.path, config);
  const cure =
    cures[`${path} of ${engineOf(issue.path, config)}`] ??
    cures[path] ??
    `Pass ${/^at (least|most)/u.test(expectation(issue)) ? 'a number in that range' : expectation(issue)}.`;
  return [`${path}: expected ${expectation(issue)}, received ${received}. ${cure}`];
}

/** The engine that an option belongs to. */
const engineOf = ([section]: readonly PropertyKey[], config: unknown): string =>
  String((config as Record<PropertyKey, { engine?: unknown } | undefined> | undefined)?.[section!]?.engine);

const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.') || 'the configuration';

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(issue.expected);
    case 'invalid_value':
      return issue.values.map(value => JSON.stringify(value)).join(' or ');
    case 'invalid_union':
      return issue.path.at(-1) === 'engine' ? 'the name of an engine' : issue.message;
    case 'too_small':
      return issue.origin === 'string' ? 'a text that is not empty' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_format':
      return article(issue.format === 'url' ? 'http(s) address' : issue.format);
    default:
      return issue.message;
  }
}

const article = (noun: string): string => {
  const name = noun === 'int' ? 'whole number' : noun === 'string' ? 'text' : noun;
  return `${/^(?:[aeiou]|http)/u.test(name) ? 'an' : 'a'} ${name}`;
};

function describe(path: readonly PropertyKey[], config: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    config,
  );
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty text';
  if (/key$/iu.test(nameOf(path))) return 'something else (not shown)';
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return article(Array.isArray(value) ? 'array' : typeof value);
}
