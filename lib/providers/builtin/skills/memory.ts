import type { Message } from '../../../llm/message.ts';
import type { Skills } from '../skill.ts';
import { type Turn, wordsOf } from '../turn.ts';

const goOn =
  /^((please|yes|yeah|no|can you|could you|just) )*(go on|continue|carry on|keep (going|talking)|go ahead|resume|and then)( \S+){0,3}$|\b(you were saying|where were you|finish (that|it|your|what))\b/;

/** A short sentence, so that the voice is there at once. */
const resuming = 'Where was I? ';

/** Answers from the history: names, earlier words, and taking up a reply that was interrupted. */
export const memory: Skills = {
  resume: {
    when: goOn,
    answer: turn => {
      const rest = unheard(turn);
      return rest === undefined
        ? [
            'I had finished what I was saying. What would you like to hear next?',
            "That was all of it. What's next?",
          ]
        : resuming + rest;
    },
  },
  repeat: {
    when: /\b(repeat (that|it|yourself|please)|say (that|it) again|(what|pardon) did you (just )?say|come again|once more|one more time)\b|^(repeat|pardon|pardon me|sorry|what|excuse me|again)$/,
    answer: ({ before, replyTo }) => {
      const last = before.findLastIndex(({ role }) => role === 'assistant');
      if (last < 0) return "I haven't said anything yet.";
      const heard = wordsOf(before[last]);
      const whole = replyTo(last);
      return whole === undefined || remainder(whole, heard) === undefined ? heard : whole;
    },
  },
  recallName: {
    when: /\b(what is|what was|remember|recall|know|tell me|forget|forgot|forgotten) my name\b|\bwho am i\b/,
    answer: ({ before }) => {
      const name = nameOf(before);
      return name === undefined
        ? "You haven't told me your name yet. What is it?"
        : `Yes, your name is ${name}.`;
    },
  },
  recallFirstWords: {
    when: /\bfirst thing i (said|asked)\b|\bwhat did i (say|ask) first\b/,
    answer: ({ before }) => quote(before.find(({ role }) => role === 'user')),
  },
  recallWords: {
    when: /\bwhat (did i|i) (just )?(say|said|ask|asked|tell you)\b|\bwhat was i (saying|asking)\b|\bremember what i said\b/,
    answer: ({ before }) => quote(before.findLast(({ role }) => role === 'user')),
  },
  introduction: {
    when: /./,
    answer: ({ said }) => {
      const name = introduced(said);
      if (name && /\bwho are you\b|\bwhat is your name\b/iu.test(said))
        return `Nice to meet you, ${name}. I'm the built-in responder of rxvoice: a small program, not a language model.`;
      return (
        name && [`Nice to meet you, ${name}. What can I do for you?`, `Hello, ${name}. What's on your mind?`]
      );
    },
  },
};

/** The user's name, when they said it: the latest counts. */
export const nameOf = (messages: readonly Message[]): string | undefined =>
  messages
    .filter(({ role }) => role === 'user')
    .map(message => introduced(wordsOf(message)))
    .findLast(name => name !== undefined);

/** The name the user gives as their own. "I'm Sam" only counts written like a name, since "I'm tired" is not a name. */
function introduced(said: string): string | undefined {
  const name =
    /\bmy name(?:'s|’s| is) (?!not\b|the\b|an?\b|my\b|so\b|very\b)(\p{L}[\p{L}-]*)/iu.exec(said)?.[1] ??
    /\b(?:[Ii](?:'m|’m| am)|[Tt]his is|[Cc]all me) (\p{Lu}\p{Ll}[\p{L}-]*)(?=[.!,]|$| and\b| speaking\b)/u.exec(
      said,
    )?.[1];
  return name && name[0]!.toUpperCase() + name.slice(1);
}

const quote = (message: Message | undefined): string =>
  message === undefined ? "That was the first thing you've said." : `You said: ${wordsOf(message)}`;

/**
 * The part of the latest interrupted reply that the user has not heard. Replies follow from the history alone, so the
 * whole of one is found by answering again; a reply that was resumed to its end is over.
 */
function unheard({ before, replyTo }: Turn): string | undefined {
  for (let at = before.length - 1; at >= 0; at--) {
    if (before[at]!.role !== 'user') continue;
    const next = before[at + 1];
    const reply = replyTo(at + 1);
    if (reply === undefined) return undefined;
    const rest = remainder(reply, next?.role === 'assistant' ? next.content : '');
    if (rest !== undefined) return rest.replace(resuming, '');
    if (reply.startsWith(resuming)) return undefined;
  }
  return undefined;
}

/**
 * The rest of a text after its heard words, from the beginning of the sentence that was cut; `undefined` if there is no
 * rest, or the words are those of another text.
 */
function remainder(whole: string, heard: string): string | undefined {
  const bare = (word: string): string => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const wholeWords = whole.split(' ');
  const heardWords = heard.split(/\s+/).filter(word => bare(word) !== '');
  const agrees = heardWords.every((word, index) => bare(word) === bare(wholeWords[index] ?? ''));
  if (!agrees || heardWords.length >= wholeWords.length) return undefined;
  const sentence =
    wholeWords.findLastIndex((word, index) => index < heardWords.length && /[.?!]$/.test(word)) + 1;
  return wholeWords.slice(sentence).join(' ');
}
