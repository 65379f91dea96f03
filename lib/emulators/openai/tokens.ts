/** A text in pieces about as a model writes it: words with the space before them, punctuation, line ends. */
export const tokens = (text: string): readonly string[] =>
  text.match(/[^\S\n]*[\p{L}\p{N}\p{M}_'’]+|\n+|[^\S\n]*[^\s\p{L}\p{N}\p{M}_'’]+|[^\S\n]+/gu) ?? [];

/** How many tokens a request has, about. */
export const tokenCount = (value: unknown): number =>
  tokens(typeof value === 'string' ? value : JSON.stringify(value ?? '')).length;
