/** Where in a text one is. */
export interface Place {
  /** At the beginning of a line, where headings and lists are marked. */
  lineStart: boolean;
  /** The end of what was said before, at most 24 characters. */
  said: string;
  /** In a line of a table. */
  inTable: boolean;
  /** Within an address whose host has been said. */
  inAddress: boolean;
  /** The lengths of the marks of emphasis that are open, the innermost last. */
  open: readonly number[];
  /** How many marks (`\``) the code one is in began with; 0 outside of code. */
  code: number;
  /** What is being left out. */
  skipping: Skipping | undefined;
}

/** Something that is left out up to its end. */
export interface Skipping {
  /** What ends it, at most `reach` characters. */
  readonly end: RegExp;
  readonly reach: number;
  /** Whether the end itself stays, for it begins something else. */
  readonly keepsEnd?: boolean;
}

/** What a rule makes of the beginning of a text. */
export interface Step {
  /** How many characters are done with. */
  readonly length: number;
  /** What is said instead. */
  readonly text: string;
  /** Whether the next character begins a line as far as marks go. Default: after a line end. */
  readonly lineStart?: boolean;
}

/**
 * What a rule makes of the beginning of a text: a step, `wait` when that hangs on what follows, `undefined` when it is
 * not the rule's business. It sees at most {@link reach} characters. `final`: nothing follows, or it sees no more.
 */
export type Rule = (text: string, place: Place, final: boolean) => Step | 'wait' | undefined;

/** How far a rule sees: nothing is held back any longer. */
export const reach = 300;

/** How far the rule for the rows of tables sees: separators are long. */
export const tableReach = 3100;

/** Leaves out characters. */
export const drop = (length: number, lineStart?: boolean): Step =>
  lineStart === undefined ? { length, text: '' } : { length, text: '', lineStart };

/** Says something in place of characters. */
export const say = (length: number, text: string): Step => ({ length, text, lineStart: false });

/** The last character that was said; a line end at the beginning. */
export const before = ({ said }: Place): string => said.at(-1) ?? '\n';
