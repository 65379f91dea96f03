import type { Message } from '../message.ts';
import { attempt } from './skill.ts';
import { about } from './skills/about.ts';
import { clock } from './skills/clock.ts';
import { diversions } from './skills/diversions.ts';
import { memory } from './skills/memory.ts';
import { reflections } from './skills/reflections.ts';
import { smallTalk } from './skills/smallTalk.ts';
import { sums } from './skills/sums.ts';
import { turnOf } from './turn.ts';

/** Everything the responder can talk about; the first skill that has an answer gives it. The last one always has. */
const skills = [memory, smallTalk, about, clock, sums, diversions, reflections].flatMap(group =>
  Object.values(group),
);

/**
 * The responder's reply to a conversation: plain sentences to be read aloud. It follows from the messages, and, where
 * the time is asked for, from `now`; the system message doesn't change it.
 */
export function answer(messages: readonly Message[], now: Date): string {
  const turn = turnOf(messages, now, earlier => answer(earlier, now));
  for (const skill of skills) {
    const text = attempt(skill, turn);
    if (text !== undefined) return plain(text);
  }
  return '';
}

/** What a reply quotes from the user may hold signs that nobody can say, and lack a full stop. */
const plain = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}\p{M} .,:;?!'’-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^.?!]$/, '$&.');
