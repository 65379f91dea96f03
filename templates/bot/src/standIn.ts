import type { Llm } from 'rxvoice';
import { from } from 'rxjs';
import { days } from './openingHours.ts';

/**
 * Stands in for a language model where none is at hand: asked about a day it calls the tool, and says the result. Any
 * function of this form is a model: messages in, tokens and tool calls out.
 */
export const standIn: Llm = messages => {
  const last = messages.at(-1);
  if (last?.role === 'tool') {
    const day = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    return from([
      { type: 'token', text: `On ${dayIn(day) ?? 'that day'} we are ` } as const,
      say(open(last.content)),
    ]);
  }
  const day = dayIn(last?.content ?? '');
  return from([
    day === undefined
      ? say('This is the bakery. Ask me when we are open.')
      : { type: 'toolCall' as const, id: 'call-1', name: 'openingHours', arguments: JSON.stringify({ day }) },
  ]);
};

const say = (text: string) => ({ type: 'token', text }) as const;
const open = (hours: string): string => (hours === 'closed' ? 'closed.' : `open from ${hours}.`);
const dayIn = (text: string) => days.find(day => text.includes(day));
