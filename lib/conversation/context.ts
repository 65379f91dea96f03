import { catchError, defer, EMPTY, filter, map, type Observable, reduce } from 'rxjs';
import type { Llm, Message } from '../llm/message.ts';
import { afterThoughts } from '../llm/thoughts.ts';
import { ofType } from '../rx/ofType.ts';
import { toSpeakable } from '../tts/speakable.ts';

/** How much of a long call the model receives. */
export interface ContextOptions {
  /** At most this many messages and characters, not counting the prompt. Default: no limit. */
  readonly maxMessages?: number;
  readonly maxCharacters?: number;
  /**
   * Shortens the history after a reply, while the user is silent; see {@link compacting}. An empty result leaves it
   * unchanged. If the user speaks before it finishes, it runs again after the next reply.
   */
  readonly compact?: (history: readonly Message[]) => Observable<readonly Message[]>;
}

/**
 * The end of a history, within the limits. It begins with a message of the user's, so that every tool result keeps
 * its call. Messages before the first of those (a summary) stay, and so does the last exchange, however long.
 *
 * @example
 * trimmed(history, { maxMessages: 40 })
 */
export function trimmed(
  history: readonly Message[],
  { maxMessages = Infinity, maxCharacters = Infinity }: ContextOptions,
): readonly Message[] {
  const head = history.slice(
    0,
    history.findIndex(({ role }) => role !== 'system'),
  );
  const fits = (messages: number, characters: number): boolean =>
    messages <= maxMessages && characters <= maxCharacters;
  if (fits(history.length, sum(history))) return history;

  // One pass from the end: the result may begin at a user's message while everything after it fits.
  let characters = sum(head);
  let from: number | undefined;
  for (let at = history.length - 1; at >= 0; at--) {
    characters += lengthOf(history[at]!);
    const begins = history[at]!.role === 'user';
    if (begins && (from === undefined || fits(head.length + history.length - at, characters))) from = at;
    if (from !== undefined && !fits(head.length + history.length - at, characters)) break;
  }
  return from === undefined ? history : [...head, ...history.slice(from)];
}

const lengthOf = ({ content, toolCalls = [] }: Message): number =>
  toolCalls.reduce((length, call) => length + call.arguments.length, content.length);

const sum = (messages: readonly Message[]): number =>
  messages.reduce((length, message) => length + lengthOf(message), 0);

/** When and how {@link compacting} shortens a history. */
export interface CompactingOptions {
  /** A history of more messages than this is compacted. Default 40. */
  readonly over?: number;
  /** About this many of the latest messages stay unchanged. Default 12. */
  readonly keep?: number;
  /** The instruction for the model. Default: a prompt for a summary. */
  readonly prompt?: string;
}

const defaultPrompt =
  'Summarise this conversation for the person who continues it: names, facts, wishes, what was agreed on and what is ' +
  'still open, in a few sentences. Say nothing else.';

/**
 * Asks a model to summarise the older part of a long history. A tool call keeps its result. If the model fails, the
 * history stays as it is.
 *
 * @example
 * conversation({ stt, llm, tts, context: { compact: compacting(llm) } })
 */
export const compacting =
  (llm: Llm, { over = 40, keep = 12, prompt = defaultPrompt }: CompactingOptions = {}) =>
  (history: readonly Message[]): Observable<readonly Message[]> =>
    defer(() => {
      if (history.length <= over) return EMPTY;
      const start = history.findLastIndex(
        ({ role }, index) => role === 'user' && index <= history.length - keep,
      );
      if (start <= 0) return EMPTY;
      const told = history
        .slice(0, start)
        .map(({ role, content, toolCalls = [] }) =>
          [role, ': ', content, ...toolCalls.map(call => ` [${call.name} ${call.arguments}]`)].join(''),
        )
        .join('\n');
      return llm([
        { role: 'system', content: prompt },
        { role: 'user', content: told },
      ]).pipe(
        ofType('token'),
        reduce((text, token) => text + token.text, ''),
        map(summary => toSpeakable(afterThoughts(summary))), // without reasoning
        filter(summary => summary.trim() !== ''),
        map((summary): readonly Message[] => [
          { role: 'system', content: `Summary of the conversation so far: ${summary.trim()}` },
          ...history.slice(start),
        ]),
        catchError(() => EMPTY),
      );
    });
