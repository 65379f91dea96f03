import type { Message } from '../../llm/message.ts';
import { attempt } from './skill.ts';
import { about } from './skills/about.ts';
import { clock } from './skills/clock.ts';
import { diversions } from './skills/diversions.ts';
import { memory } from './skills/memory.ts';
import { reflections } from './skills/reflections.ts';
import { smallTalk } from './skills/smallTalk.ts';
import { sums } from './skills/sums.ts';
import { type Turn, turnOf } from './turn.ts';

/** Everything the responder can talk about; the first skill that has an answer gives it. The last one always has. */
const skills = [memory, smallTalk, about, clock, sums, diversions, reflections].flatMap(group =>
  Object.values(group),
);

/** How many of the latest messages are answered again to reconstruct their answers. */
const lookBack = 40;

/**
 * The responder's reply to a conversation: plain sentences to be read aloud. It follows from the messages, and, where
 * the time is asked for, from `now`; the system message doesn't change it.
 *
 * Replies to earlier turns are computed at most once per call, and only for the last 40 messages, so that the work grows
 * with the length of the history and no faster.
 */
export function answer(messages: readonly Message[], now: Date): string {
  const replies = new Map<number, string | undefined>();
  const replyTo = (length: number): string | undefined => {
    if (length < messages.length - lookBack) return undefined;
    if (!replies.has(length)) replies.set(length, compute(turnOf(messages.slice(0, length), now, replyTo)));
    return replies.get(length);
  };
  return replyTo(messages.length) ?? '';
}

function compute(turn: Turn): string | undefined {
  for (const skill of skills) {
    const text = attempt(skill, turn);
    if (text !== undefined) return plain(text);
  }
  return undefined;
}

/** Words quoted from the user may hold signs that can't be spoken, and lack a full stop. */
const plain = (text: string): string =>
  text
    .replace(/[^\p{L}\p{N}\p{M} .,:;?!'’-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[^.?!]$/, '$&.');
