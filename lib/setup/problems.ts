import type { z } from 'zod';
import { expectation, nameOf, received, withoutEchoes } from '../options/problems.ts';
import { longestTimerMs } from '../rx/timers.ts';

/** How to correct a field, if its name does not show that. */
const cures: Readonly<Record<string, string>> = {
  stt: "Pass { engine: 'local' }, { engine: 'deepgram' }, { engine: 'openai' }, or an Stt of your own.",
  'stt.engine': "Pass 'local', 'deepgram' or 'openai', or an Stt of your own instead of the object.",
  'stt.apiKey': 'Set DEEPGRAM_API_KEY in the environment, or pass stt.apiKey.',
  'stt.apiKey of openai': 'Set OPENAI_API_KEY in the environment, or pass stt.apiKey.',
  'stt.model': 'Pass stt.model: a server of your own has models of its own.',
  'stt.baseURL of openai': 'Pass an address such as http://127.0.0.1:8000/v1.',
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

/** How to disable an option whose time is too long for a timer. */
const never: Readonly<Record<string, string>> = {
  'turns.maxMs': 'Pass Infinity for turns that are never cut.',
  'turns.finalMs': "Pass Infinity to wait for the engine's word.",
  'speculation.stableMs': 'Pass Infinity for never.',
  'sentences.maxWaitMs': 'Pass false to wait without a limit.',
  'idle.afterMs': 'Leave idle out for a bot that never prompts.',
  'filler.afterMs': 'Leave filler out for none.',
  'maxCall.ms': 'Leave maxCall out for a call without a limit.',
};

/** Extra advice for an option that an engine does not have. */
const missing: Readonly<Record<string, string>> = {
  'stt.language of local':
    'the local engine hears English only. Leave it out, or choose the engine deepgram or openai for another language.',
};

/** The options of each engine, by section: `{ stt: { local: ['engine', …] } }`. */
export type OptionsOfEngines = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * All problems of a configuration as one text, a line each: path, expected, received, and the fix. A key's value is
 * never shown.
 */
export function describeProblems(
  issues: readonly z.core.$ZodIssue[],
  config: unknown,
  engines: OptionsOfEngines,
): string {
  const lines = withoutEchoes(issues)
    .flatMap(issue => lineOf(issue, config, engines))
    .map(line => `\n  - ${line}`);
  return `rxvoice can't be set up: ${lines.length === 1 ? '1 problem' : `${lines.length} problems`}.${lines.join('')}`;
}

function lineOf(issue: z.core.$ZodIssue, config: unknown, engines: OptionsOfEngines): string[] {
  if (issue.code === 'unrecognized_keys') {
    const engine = engineOf(issue.path, config);
    const others = (key: string): string[] =>
      issue.path.length !== 1
        ? []
        : Object.entries(engines[nameOf(issue.path)] ?? {})
            .filter(([name, options]) => name !== engine && options.includes(key))
            .map(([name]) => name);
    return issue.keys.map(key => unknown(nameOf([...issue.path, key]), engine, others(key)));
  }
  const path = nameOf(issue.path) || 'the configuration';
  const problem = `${path}: expected ${expectation(issue)}, received ${received(issue.path, config)}.`;
  if (issue.code === 'too_big' && issue.maximum === longestTimerMs)
    return [
      `${problem} Timers reach no further than 24 days. ${never[path] ?? 'Pass a number in that range.'}`,
    ];
  const cure =
    cures[`${path} of ${engineOf(issue.path, config)}`] ??
    cures[path] ??
    `Pass ${/^at (least|most)/u.test(expectation(issue)) ? 'a number in that range' : expectation(issue)}.`;
  return [`${problem} ${cure}`];
}

/** An unknown option: of no engine, or of another. */
function unknown(path: string, engine: string, others: readonly string[]): string {
  if (others.length === 0) return `${path}: there is no such option. Leave it out, or check its spelling.`;
  const known =
    missing[`${path} of ${engine}`] ??
    `the engine ${engine} has no such option. Leave it out, or choose the engine ${others.join(' or ')}, which has it.`;
  return `${path}: ${known}`;
}

/** The engine that an option belongs to. */
const engineOf = ([section]: readonly PropertyKey[], config: unknown): string =>
  String((config as Record<PropertyKey, { engine?: unknown } | undefined> | undefined)?.[section!]?.engine);
