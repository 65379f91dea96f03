/** The position in a text, and its context. */
export interface Place {
  /** At the beginning of a line, where headings and lists are marked. */
  lineStart: boolean;
  /** The end of the text before, at most 24 characters. */
  said: string;
  /** In a line of a table. */
  inTable: boolean;
  /** Within an address whose host has been said. */
  inAddress: boolean;
  /** The lengths of the marks of emphasis that are open, the innermost last. */
  open: readonly number[];
  /** How many marks (`\``) the code one is in began with; 0 outside of code. */
  code: number;
  /** The part that is being left out. */
  skipping: Skipping | undefined;
}

/** Something that is left out up to its end. */
export interface Skipping {
  /** The end of the part, at most `reach` characters. */
  readonly end: RegExp;
  readonly reach: number;
  /** Whether the end itself stays, for it begins something else. */
  readonly keepsEnd?: boolean;
}

/** The result of a rule for the beginning of a text. */
export interface Step {
  /** The number of characters consumed. */
  readonly length: number;
  /** Text to say instead. */
  readonly text: string;
  /** Whether the next character begins a line as far as marks go. Default: after a line end. */
  readonly lineStart?: boolean;
  /** Nothing was meant to be said here: a mark that follows stands directly behind the word before. */
  readonly isNote?: boolean;
}

/**
 * A rule for the beginning of a text. It returns a step, `wait` if that depends on the following characters, or
 * `undefined` if it does not apply. It sees at most {@link reach} characters. `final`: no more characters follow, or
 * it sees no more.
 */
export type Rule = (text: string, place: Place, final: boolean) => Step | 'wait' | undefined;

/** How far a rule sees: nothing is held back any longer. */
export const reach = 300;

/** How far the rule for the rows of tables sees: separators are long. */
export const tableReach = 3100;

/** Leaves out characters. */
export const drop = (length: number, lineStart?: boolean): Step =>
  lineStart === undefined ? { length, text: '' } : { length, text: '', lineStart };

/** Leaves out something that is no part of the sentence: a source, a picture. */
export const dropNote = (length: number, lineStart?: boolean): Step => ({
  ...drop(length, lineStart),
  isNote: true,
});

/** Says something in place of characters. */
export const say = (length: number, text: string): Step => ({ length, text, lineStart: false });

/** The last character that was said; a line end at the beginning. */
export const before = ({ said }: Place): string => said.at(-1) ?? '\n';
