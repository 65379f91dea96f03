import type { z } from 'zod';
import { shownAddress } from './address.ts';

/** The name of a field: `turns.maxMs`, `conversation.0.caller`. */
export const nameOf = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** The expectation of a schema, in words that follow "expected". */
export function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return article(nouns[issue.expected] ?? issue.expected);
    case 'invalid_value':
      return issue.values
        .map(value => (typeof value === 'string' ? JSON.stringify(value) : String(value)))
        .join(' or ');
    case 'invalid_union':
      return issue.path.at(-1) === 'engine' ? 'the name of an engine' : anyOf(issue);
    case 'too_small':
      if (issue.origin === 'string') return 'a text that is not empty';
      return issue.origin === 'array' ? 'a list that is not empty' : `at least ${issue.minimum}`;
    case 'too_big':
      return `at most ${issue.maximum}`;
    case 'invalid_format':
      return article(issue.format === 'url' ? 'http(s) address' : issue.format);
    default:
      return issue.message;
  }
}

/** The alternatives' expectations, unless the schema has its own words. */
function anyOf({ message, errors }: z.core.$ZodIssueInvalidUnion): string {
  if (message !== 'Invalid input') return message;
  const all = errors.flatMap(([first]) => (first ? [expectation(first)] : []));
  return [...new Set(all)].join(' or ');
}

/** Names of a schema's types, for people. */
const nouns: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'whole number',
  record: 'object',
  array: 'list',
  nonoptional: 'value',
};

const article = (noun: string): string => `${/^(?:[aeiou]|http)/u.test(noun) ? 'an' : 'a'} ${noun}`;

/** The received value, in words that follow "received". Neither a key nor an address's password is ever shown. */
export function received(path: readonly PropertyKey[], data: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    data,
  );
  if (value === undefined) return 'nothing';
  if (value === '') return 'an empty text';
  if (/key$/iu.test(nameOf(path))) return 'something else (not shown)';
  if (typeof value === 'string') {
    const shown = /url$/iu.test(nameOf(path)) ? shownAddress(value) : value;
    return JSON.stringify(shown.length > 60 ? `${shown.slice(0, 60)}…` : shown);
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return article(typeof value);
}

/** One problem a field: a value of the wrong type is not also too small. */
export const withoutEchoes = (issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] => {
  const mistyped = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => nameOf(path)),
  );
  return issues.filter(({ code, path }) => code === 'invalid_type' || !mistyped.has(nameOf(path)));
};
