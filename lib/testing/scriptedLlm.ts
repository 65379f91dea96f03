import { concatMap, defer, from, map, timer } from 'rxjs';
import type { Llm, Message } from '../llm/message.ts';

/** How fast a scripted model is. */
export interface ScriptedLlmOptions {
  /** From the request to the first token, ms. Default 200. */
  readonly firstTokenMs?: number;
  /** From one token to the next, ms. Default 20. */
  readonly tokenMs?: number;
}

/**
 * A language model that answers by a script: a text, or a function of the messages. Every token is a word.
 *
 * @example
 * scriptedLlm(messages => `You said: ${messages.at(-1)?.content}`, { firstTokenMs: 250 })
 */
export const scriptedLlm =
  (
    answer: string | ((messages: readonly Message[]) => string),
    { firstTokenMs = 200, tokenMs = 20 }: ScriptedLlmOptions = {},
  ): Llm =>
  messages =>
    defer(() => {
      const text = typeof answer === 'string' ? answer : answer(messages);
      const tokens = text.match(/\s*\S+\s*$|\s*\S+/gu) ?? [];
      return from(tokens).pipe(
        concatMap((token, index) =>
          timer(index === 0 ? firstTokenMs : tokenMs).pipe(
            map(() => ({ type: 'token', text: token }) as const),
          ),
        ),
      );
    });
