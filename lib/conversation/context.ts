import { catchError, defer, EMPTY, filter, map, type Observable, reduce } from 'rxjs';
import type { Llm, Message } from '../llm/message.ts';
import { ofType } from '../rx/ofType.ts';

/** How much of a long call the model is given. */
export interface ContextOptions {
  /** At most so many messages, and characters, beside the prompt. Default: no limit. */
  readonly maxMessages?: number;
  readonly maxCharacters?: number;
  /**
   * Makes a history shorter, after a reply, while nobody waits for it; see {@link compacting}. Empty: it stays as it is.
   * What it does not finish before the user speaks is tried again after the next reply.
   */
  readonly compact?: (history: readonly Message[]) => Observable<readonly Message[]>;
}

/**
 * The end of a history that is within the limits. It begins with a message of the user's, so that a tool's result is
 * never without its call; what comes before the first of them (a summary) stays, and so does the last exchange, however
 * long.
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

  // One pass from the end: a user's message is where the result may begin as long as what follows it fits.
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

/** When and how {@link compacting} does. */
export interface CompactingOptions {
  /** A history of more messages than this is compacted. Default 40. */
  readonly over?: number;
  /** So many of the latest messages, about, stay as they are. Default 12. */
  readonly keep?: number;
  /** What the model is told. Default: a prompt for it. */
  readonly prompt?: string;
}

const defaultPrompt =
  'Summarise this conversation for somebody who continues it: names, facts, wishes, what was agreed on and what is ' +
  'still open, in a few sentences. Say nothing else.';

/**
 * Has a model put the older part of a long history in a few sentences. A call of a tool stays with its result. Where
 * the model fails the history stays as it is.
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
        filter(summary => summary.trim() !== ''),
        map((summary): readonly Message[] => [
          { role: 'system', content: `What was said before: ${summary.trim()}` },
          ...history.slice(start),
        ]),
        catchError(() => EMPTY),
      );
    });
