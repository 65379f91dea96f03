import { UsageError } from '../usageError.ts';

/** Reads `words=other words`, any number of them, as a function that replaces all of them in a text. */
export function rewording(pairs: readonly string[]): (text: string) => string {
  const replacements = pairs.map(pair => {
    const at = pair.indexOf('=');
    if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)] as const;
    throw new UsageError(`--reword ${pair}: expected words=other words, e.g. "I am=I'm".`);
  });
  return text => replacements.reduce((said, [from, to]) => said.replaceAll(from, to), text);
}
