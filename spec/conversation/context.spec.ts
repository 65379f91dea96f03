import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContextOptions, trimmed } from '../../lib/conversation/context.ts';
import type { Message } from '../../lib/llm/message.ts';

const lengthOf = ({ content, toolCalls = [] }: Message): number =>
  content.length + toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);

/** The plainest form of `trimmed`: it tries each of the user's messages as the beginning. */
function reference(
  history: readonly Message[],
  { maxMessages = Infinity, maxCharacters = Infinity }: ContextOptions,
): readonly Message[] {
  const fits = (messages: readonly Message[]): boolean =>
    messages.length <= maxMessages &&
    messages.reduce((sum, message) => sum + lengthOf(message), 0) <= maxCharacters;
  if (fits(history)) return history;
  let head = 0;
  while (history[head]?.role === 'system') head += 1;
  const candidates = history.flatMap(({ role }, at) =>
    role === 'user' ? [[...history.slice(0, head), ...history.slice(at)]] : [],
  );
  // The longest that fits; else the last exchange, however long; without any message of the user's, everything.
  return candidates.find(fits) ?? candidates.at(-1) ?? history;
}

const message: fc.Arbitrary<Message> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ role: fc.constant('user' as const), content: fc.string({ maxLength: 30 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ role: fc.constant('assistant' as const), content: fc.string({ maxLength: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.string({ maxLength: 30 }).map((text): Message => ({
      role: 'assistant',
      content: '',
      toolCalls: [{ id: '1', name: 'look', arguments: text }],
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ maxLength: 30 })
      .map((content): Message => ({ role: 'tool', toolCallId: '1', content })),
  },
);
const system = fc.string({ maxLength: 30 }).map((content): Message => ({ role: 'system', content }));
const history = fc
  .tuple(fc.array(system, { maxLength: 2 }), fc.array(message, { maxLength: 24 }))
  .map(([head, rest]) => [...head, ...rest]);
const options = fc.record(
  { maxMessages: fc.integer({ min: 0, max: 26 }), maxCharacters: fc.integer({ min: 0, max: 500 }) },
  { requiredKeys: [] },
);

describe('trimmed', () => {
  it('should be the longest end that fits and begins with the user, after what was said before', () => {
    fc.assert(
      fc.property(history, options, (messages, limits) => {
        expect(trimmed(messages, limits)).toEqual(reference(messages, limits));
      }),
      { numRuns: 1_000 },
    );
  });

  it('should read each message of a long history a few times at most', () => {
    let reads = 0;
    const messages = Array.from({ length: 5_000 }, (_, index): Message => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      get content() {
        reads += 1;
        return 'Once upon a time.';
      },
    }));
    expect(trimmed(messages, { maxCharacters: 40_000 })).toHaveLength(2_352);
    expect(reads).toBeLessThan(5_000 * 3);
  });
});
