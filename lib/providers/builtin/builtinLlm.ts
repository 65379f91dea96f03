import { asyncScheduler, concat, defer, from, map, type Observable, of, switchMap, take, timer } from 'rxjs';
import type { Llm, LlmEvent } from '../../llm/message.ts';
import { answer } from './answer.ts';

/** How fast the built-in responder pretends to write. */
export interface BuiltinLlmOptions {
  /** From the question to the first token, ms. Default 120. */
  readonly firstTokenMs?: number;
  /** How many tokens come a second from then on; 0 means all of them at once. Default 50. */
  readonly tokensPerSecond?: number;
}

const defaults = { firstTokenMs: 120, tokensPerSecond: 50 } as const satisfies BuiltinLlmOptions;

/**
 * A small responder for trying a conversation without a key or a network, in English. It is no language model, and says
 * so when asked: it tries a list of patterns, and its answers depend on the messages alone.
 *
 * It streams like a model: a word a token, with the space before it, and the words counted as usage at the end. With
 * both options 0 the whole answer comes synchronously.
 *
 * @example
 * builtinLlm()([{ role: 'user', content: 'What is seventeen times twenty three?' }])
 *   .pipe(ofType('token'))
 *   .subscribe(({ text }) => process.stdout.write(text)); // Seventeen times twenty-three is three hundred ninety-one.
 */
export const builtinLlm =
  (options: BuiltinLlmOptions = {}): Llm =>
  messages =>
    defer(() => {
      const { firstTokenMs, tokensPerSecond } = { ...defaults, ...options };
      const words = answer(messages, new Date(asyncScheduler.now())).split(' ');
      const tokens = words.map((word, index): LlmEvent => ({
        type: 'token',
        text: index === 0 ? word : ` ${word}`,
      }));
      const usage: LlmEvent = {
        type: 'usage',
        promptTokens: messages.reduce((sum, { content }) => sum + (content.match(/\S+/g)?.length ?? 0), 0),
        completionTokens: tokens.length,
      };
      return concat(paced(tokens, firstTokenMs, tokensPerSecond), of(usage));
    });

/** The tokens at their times: the first after `firstMs`, the others at a steady rate, or with it. */
function paced(tokens: readonly LlmEvent[], firstMs: number, perSecond: number): Observable<LlmEvent> {
  if (perSecond > 0)
    return timer(firstMs, 1000 / perSecond).pipe(
      take(tokens.length),
      map(index => tokens[index]!),
    );
  return firstMs > 0 ? timer(firstMs).pipe(switchMap(() => tokens)) : from(tokens);
}
