import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationEvent } from '../../lib/conversation/events.ts';
import { remember } from '../../lib/conversation/history.ts';
import type { Message } from '../../lib/llm/message.ts';
import { strictOrder } from '../../lib/llm/strictOrder.ts';

const user = (content: string): Message => ({ role: 'user', content });
const bot = (content: string): Message => ({ role: 'assistant', content });
const system = (content: string): Message => ({ role: 'system', content });
const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: ids.map(id => ({ id, name: 'lookup', arguments: '{}' })),
});
const result = (toolCallId: string, content = 'found'): Message => ({ role: 'tool', content, toolCallId });

/** A strict template's refusal of a history; `undefined` where it accepts it. */
function refusal(messages: readonly Message[]): string | undefined {
  for (const [index, { role, content, toolCalls = [], toolCallId }] of messages.entries()) {
    const before = messages[index - 1];
    const isFirst = before === undefined || before.role === 'system';
    if (role === 'system' && index > 0) return `system at ${index}`;
    if (content.trim() === '' && toolCalls.length === 0) return `empty ${role} at ${index}`;
    if (isFirst && role !== 'system' && role !== 'user') return `${role} first`;
    if (role === 'user' && !isFirst && before.role !== 'assistant') return `user after ${before.role}`;
    if (role === 'user' && before?.toolCalls !== undefined) return 'user after a call';
    if (role === 'assistant' && before?.role === 'assistant') return 'assistant after assistant';
    if (role === 'tool') {
      const round = messages.slice(0, index).findLastIndex(each => each.role !== 'tool');
      if (messages[round]?.toolCalls?.[index - round - 1]?.id !== toolCallId)
        return `result out of order at ${index}`;
    }
    const isAnswered = toolCalls.every((_, at) => messages[index + 1 + at]?.role === 'tool');
    if (!isAnswered) return `call without a result at ${index}`;
  }
  return messages.some(({ role }) => role === 'user') ? undefined : 'no user';
}

describe('strictOrder', () => {
  it.each<[string, readonly Message[], readonly Message[]]>([
    [
      'what is right',
      [system('Be brief.'), user('Hi'), bot('Hello.')],
      [system('Be brief.'), user('Hi'), bot('Hello.')],
    ],
    [
      'a greeting before the first words',
      [bot('Hello.'), user('Hi')],
      [user('…'), bot('Hello.'), user('Hi')],
    ],
    [
      'a summary, and a prompt in the middle',
      [system('Be brief.'), system('Earlier: …'), user('Hi'), system('Now be kind.')],
      [system('Be brief.\n\nEarlier: …\n\nNow be kind.'), user('Hi')],
    ],
    [
      'a user who went on while a tool ran',
      [user('Balance?'), calls('a'), result('a'), user('Hello?')],
      [user('Balance?'), calls('a'), result('a'), bot('…'), user('Hello?')],
    ],
    [
      'a user and a bot who speak twice',
      [user('Hi'), user('there'), bot('Hello.'), bot('Are you there?')],
      [user('Hi there'), bot('Hello. Are you there?')],
    ],
    [
      'words before a call',
      [user('Hi'), bot('Let me see.'), calls('a'), result('a')],
      [user('Hi'), { ...calls('a'), content: 'Let me see.' }, result('a')],
    ],
    [
      'two rounds',
      [user('Hi'), calls('a'), result('a'), calls('b'), result('b')],
      [user('Hi'), calls('a'), result('a'), calls('b'), result('b')],
    ],
    [
      'results in another order, and late',
      [user('Hi'), calls('a', 'b'), user('Well?'), result('b', '2'), result('a', '1')],
      [user('Hi'), calls('a', 'b'), result('a', '1'), result('b', '2'), bot('…'), user('Well?')],
    ],
    [
      'one id in two rounds',
      [user('Hi'), calls('a'), result('a', '1'), calls('a'), result('a', '2')],
      [user('Hi'), calls('a'), result('a', '1'), calls('a'), result('a', '2')],
    ],
    [
      'a call without a result, a result without a call',
      [user('Hi'), calls('a'), result('b')],
      [user('Hi'), calls('a'), result('a', '{"error":"There was no result."}')],
    ],
    [
      'what is empty',
      [system(' '), user(''), user('Hi'), bot(' '), calls('a'), result('a', '')],
      [user('Hi'), calls('a'), result('a', '(empty)')],
    ],
    ['a prompt alone', [system('Greet the caller.')], [system('Greet the caller.'), user('…')]],
  ])('should have %s in order', (_, messages, ordered) => {
    expect(strictOrder(messages)).toEqual(ordered);
    expect(refusal(strictOrder(messages))).toBeUndefined();
  });

  const text = fc.constantFrom('', ' ', 'Hi.', 'Well');
  const id = fc.constantFrom('a', 'b', 'c');
  const anyMessage: fc.Arbitrary<Message> = fc.oneof(
    fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: text }),
    fc.record({ role: fc.constant('tool'), content: text, toolCallId: id }),
    fc.uniqueArray(id, { minLength: 1 }).map(ids => calls(...ids)),
  );

  it('should order whatever there is so, and nothing further when it is in order', () => {
    fc.assert(
      fc.property(fc.array(anyMessage, { maxLength: 30 }), messages => {
        const ordered = strictOrder(messages);
        expect(refusal(ordered)).toBeUndefined();
        expect(strictOrder(ordered)).toEqual(ordered);
      }),
      { numRuns: 2_000 },
    );
  });

  const heard = fc.constantFrom('', 'Let me see.', 'It is noon.');
  const anyEvent: fc.Arbitrary<ConversationEvent> = fc.oneof(
    fc.record({
      type: fc.constant('user.said'),
      turn: fc.constant(1),
      text: fc.constantFrom('Hi', 'No'),
      silenceMs: fc.constant(0),
    }),
    fc.record({
      type: fc.constant('bot.spoke'),
      turn: fc.constantFrom(0, 1),
      text: heard,
      audioMs: fc.constant(0),
    }),
    fc.record({
      type: fc.constant('bot.interrupted'),
      turn: fc.constant(1),
      text: heard,
      heard,
      audioMs: fc.constant(0),
    }),
    fc.record({ type: fc.constant('user.heard'), turn: fc.constant(1), heard }),
    fc.record({
      type: fc.constant('bot.tool'),
      turn: fc.constant(1),
      id,
      name: fc.constant('lookup'),
      arguments: fc.constant('{}'),
    }),
    fc.record({
      type: fc.constant('bot.toolResult'),
      turn: fc.constant(1),
      id,
      name: fc.constant('lookup'),
      content: text,
    }),
    fc.record({
      type: fc.constant('call.compacted'),
      history: fc.constant([system('Earlier: …'), user('Hi')]),
    }),
  );

  it('should lose none of the words of a call, in whichever order its events come', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), events => {
        const history = events.reduce<readonly Message[]>(remember, []);
        const ordered = strictOrder([system('Be brief.'), ...history]);
        expect(refusal(ordered)).toBeUndefined();
        for (const side of ['user', 'assistant'] as const) {
          const words = (messages: readonly Message[]) =>
            messages
              .flatMap(({ role, content }) => (role === side ? content.split(' ') : []))
              .filter(word => word !== '' && word !== '…');
          expect(words(ordered)).toEqual(words(history));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
