import { reflect } from '../reflect.ts';
import type { Saying, Skill, Skills } from '../skill.ts';

/** Says the rest of a turn back, turned round, unless it is too long for that; the verb before it comes along. */
const about =
  (say: (rest: string, verb: string) => Saying): Skill['answer'] =>
  (_, match) => {
    const rest = match.at(-1) ?? '';
    return rest.split(' ').length > 12 ? undefined : say(reflect(rest), match[1] ?? '');
  };

/**
 * Other statements are handed back, after the manner of Joseph Weizenbaum's ELIZA (Communications of the ACM 9.1,
 * 1966); questions of fact are not, since it would be dishonest to pretend to know.
 */
export const reflections: Skills = {
  because: { when: /^because\b/, answer: ['Is that the real reason?', 'And what else comes to mind?'] },
  wish: {
    when: /\bi (?:really |just )?(need|want|wish) (.+)/,
    answer: about((rest, verb) => [
      `Why do you ${verb} ${rest}?`,
      `Suppose you got what you ${verb}. What then?`,
    ]),
  },
  feeling: {
    when: /\bi (?:am|feel|am feeling) (.+)/,
    answer: about(rest => [
      `How long have you been ${rest}?`,
      `What makes you ${rest}?`,
      `Do you like being ${rest}?`,
    ]),
  },
  opinion: {
    when: /\bi (?:think|believe|guess|suppose|hope) (?:that )?(.+)/,
    answer: about(rest => [`What makes you think ${rest}?`, `Are you sure ${rest}?`]),
  },
  liking: {
    when: /\bi (?:really )?(like|love|enjoy|hate|dislike|miss) (.+)/,
    answer: about((rest, verb) => [
      `How did you come to ${verb} ${rest}?`,
      `Since when do you ${verb} ${rest}?`,
    ]),
  },
  why: {
    when: /^why\b/,
    answer: ["I wish I knew. What's your own guess?", "I can't say why. What do you think?"],
  },
  favour: {
    when: /^(?:can|could|will|would) you (.+)/,
    answer: about(
      rest => `I'm afraid I can't ${rest}. I can tell the time, do sums, and explain what is measured.`,
    ),
  },
  aboutTheBot: {
    when: /^(do|did|have|are|were) you (.+)/,
    answer: [
      "I'm a small program: there isn't much in me that could. What about you?",
      'Not that I know of. Do you?',
    ],
  },
  question: {
    when: /^(what|who|whose|whom|where|when|which|how|is|are|was|were|does|did|do|should|tell me|explain|define|describe)\b/,
    answer: [
      "I don't know. I'm a small built-in responder, and that isn't on my list.",
      "That's beyond me, I'm afraid. A real language model would know.",
      "I can't answer that. Try me on the time, a sum, or what I am measuring.",
    ],
  },
  you: {
    when: /^you (are|were) (.+)/,
    answer: about(rest => [`What makes you say I'm ${rest}?`, `Would you like me to be ${rest}?`]),
  },
  mine: {
    when: /\bmy (\S+)/,
    answer: about(rest => [
      `Tell me more about your ${rest}.`,
      `What comes to mind when you think of your ${rest}?`,
    ]),
  },
  oneWord: {
    when: /^(\S+)$/,
    answer: (_, [word]) => [`I heard ${word}. What about it?`, `Did you say ${word}? Tell me more.`],
  },
  anything: {
    when: /(?:)/,
    answer: [
      'I see. Tell me more about that.',
      'And what do you make of it?',
      'Go on, I am listening.',
      'How so?',
    ],
  },
};
