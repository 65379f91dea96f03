import { createHash } from 'node:crypto';
import type { Message } from '../../llm/message.ts';
import { toSpeakable } from '../../tts/speakable.ts';

/** A response that a conversation can continue. */
export interface Continued {
  readonly id: string;
  /** The number of messages that the response already stands for: the first ones of the conversation. */
  readonly messages: number;
}

/**
 * The conversations that known responses stand for. A request then sends only the messages that follow the longest one
 * that is a true prefix of its own.
 *
 * A conversation is true of a response while its messages are the same: role, text, tool calls, and the call of a result.
 * The words of an assistant's message count, not its markup or spaces, since the history has the words as they were
 * spoken. So a reply that was cut, a result that replaced its placeholder or a trimmed history ends the prefix before it.
 *
 * Keeps a hash for each response, not its messages, and takes time in proportion to the conversation.
 */
export class ResponseChain {
  readonly #ids = new Map<string, string>();
  readonly #conversations = new Map<string, string>();
  readonly #most: number;

  /** `most`: the number of responses to remember; the oldest are forgotten. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The number of responses it remembers. */
  get size(): number {
    return this.#conversations.size;
  }

  /** Remembers that a response stands for these messages: those it was asked with, and its own. */
  add(id: string, messages: readonly Message[]): void {
    this.forget(id);
    const conversation = prefixes(messages).at(-1)!;
    this.#conversations.set(id, conversation);
    // Two responses may stand for the same: the later one is the more likely to be there still.
    this.#ids.set(conversation, id);
    const [oldest] = this.#conversations.keys();
    if (this.size > this.#most) this.forget(oldest!);
  }

  /** The response that stands for the longest true prefix; at least one message follows it. */
  find(messages: readonly Message[]): Continued | undefined {
    if (this.size === 0) return undefined;
    const keys = prefixes(messages);
    for (let length = messages.length - 1; length > 0; length--) {
      const id = this.#ids.get(keys[length]!);
      if (id !== undefined) return { id, messages: length };
    }
    return undefined;
  }

  /** Forgets a response, which the server no longer has. */
  forget(id: string): void {
    const conversation = this.#conversations.get(id);
    if (conversation === undefined) return;
    this.#conversations.delete(id);
    if (this.#ids.get(conversation) === id) this.#ids.delete(conversation);
  }

  /** Forgets all of them. */
  clear(): void {
    this.#ids.clear();
    this.#conversations.clear();
  }
}

/** A key for each prefix of a conversation, from the empty one to the whole. */
function prefixes(messages: readonly Message[]): readonly string[] {
  const hash = createHash('sha256');
  return [
    '',
    ...messages.map(message => {
      hash.update(sameAs(message));
      return hash.copy().digest('base64');
    }),
  ];
}

/** A text that two messages share when they say the same. */
const sameAs = ({ role, content, toolCalls = [], toolCallId }: Message): string =>
  JSON.stringify([
    role,
    role === 'assistant' ? saidBy(content) : content,
    toolCalls.map(({ id, name, arguments: json }) => [id, name, json]),
    toolCallId ?? null,
  ]);

/** The words of an assistant's text, as they are spoken; sentences are spoken with other spaces between them. */
export const saidBy = (content: string): string => toSpeakable(content).replaceAll(/\s+/gu, '');
