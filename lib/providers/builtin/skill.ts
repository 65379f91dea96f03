import type { Turn } from './turn.ts';

/** A skill's answer: one text, or several to the same effect, of which the turn's number picks one. */
export type Saying = string | readonly string[];

/** One thing the responder can talk about. */
export interface Skill {
  /** Which turns it is for, by the turn's plain words. */
  readonly when: RegExp;
  /** The answer; `undefined` leaves the turn to the skills after it. */
  readonly answer: Saying | ((turn: Turn, match: RegExpExecArray) => Saying | undefined);
}

/** Skills by name, in the order in which they are tried. */
export type Skills = Readonly<Record<string, Skill>>;

/** A skill's answer in a turn, if the turn is for it. */
export function attempt({ when, answer }: Skill, turn: Turn): string | undefined {
  const match = when.exec(turn.words);
  if (match === null) return undefined;
  const saying = typeof answer === 'function' ? answer(turn, match) : answer;
  return typeof saying === 'object' ? saying[turn.number % saying.length] : saying;
}
