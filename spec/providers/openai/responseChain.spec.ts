import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/llm/message.ts';
import { ResponseChain } from '../../../lib/providers/openai/responseChain.ts';

const system: Message = { role: 'system', content: 'Be brief.' };
const user = (content: string): Message => ({ role: 'user', content });
const bot = (content: string): Message => ({ role: 'assistant', content });
const call = (id: string, json = '{}'): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id, name: 'weather', arguments: json }],
});
const result = (toolCallId: string, content: string): Message => ({ role: 'tool', content, toolCallId });

const first = [system, user('Hello.')];
const answered = [...first, bot('Hello. How are you?')];

describe('ResponseChain', () => {
  it('should find the response that stands for all but the new messages', () => {
    const chain = new ResponseChain(16);
    chain.add('a', answered);
    expect(chain.find([...answered, user('Fine.')])).toEqual({ id: 'a', messages: 3 });
  });

  it('should find nothing at first, for another conversation, or where no message is new', () => {
    const chain = new ResponseChain(16);
    expect(chain.find([...answered, user('Fine.')])).toBeUndefined();
    chain.add('a', answered);
    expect(
      chain.find([{ ...system, content: 'Be loud.' }, ...answered.slice(1), user('Fine.')]),
    ).toBeUndefined();
    expect(chain.find(answered)).toBeUndefined();
    expect(chain.find([])).toBeUndefined();
  });

  const second = [...answered, user('Fine.'), bot('Good. Can I help you?')];
  it.each<[string, readonly Message[], string | undefined]>([
    ['the reply was heard whole', [...second, user('Yes.')], 'b'],
    ['it was cut', [...answered, user('Fine.'), bot('Good.'), user('Yes.')], 'a'],
    ['nothing of it was heard, and the user went on', [...answered, user('Fine. Yes.')], 'a'],
    ['the first reply was cut after all', [...first, bot('Hello.'), user('Fine.'), user('Yes.')], undefined],
    [
      'the bot added something',
      [...answered, user('Fine.'), bot('Good. Can I help you? Hm?'), user('Yes.')],
      'a',
    ],
    ['the history was trimmed', [system, ...second.slice(3), user('Yes.')], undefined],
    ['a summary replaced it', [system, { role: 'system', content: 'They met.' }, user('Yes.')], undefined],
    [
      'words were changed on their way to the voice',
      [...answered, user('Fine.'), bot('Well. Can I help you?'), user('Yes.')],
      'a',
    ],
  ])('should continue a response only where its conversation is true: %s', (_, messages, expected) => {
    const chain = new ResponseChain(16);
    chain.add('a', answered);
    chain.add('b', second);
    expect(chain.find(messages)?.id).toBe(expected);
  });

  it.each([
    ['markup', '**Hello.** How are _you_?', 'Hello. How are you?'],
    ['line ends', 'Hello.\n\nHow are you?\n', 'Hello. How are you?'],
    ['sentences without a space between them', '你好。你好吗?', '你好。 你好吗?'],
    ['a link', 'See [our page](https://example.com).', 'See our page.'],
    ['reasoning in the text', '<think>Hm.</think>Hello.', 'Hello.'],
  ])('should take words as the same without their %s', (_, written, spoken) => {
    const chain = new ResponseChain(16);
    chain.add('a', [...first, bot(written)]);
    expect(chain.find([...first, bot(spoken), user('Yes.')])).toEqual({ id: 'a', messages: 3 });
  });

  it.each([
    ['case', 'Polish it.', 'polish it.'],
    ['a sign', 'It is -5.', 'It is 5.'],
    ['a decimal point', 'It is 1.5.', 'It is 15.'],
    ['a user’s spaces', 'a b', 'ab'],
  ])('should take words as different that differ in %s', (what, written, spoken) => {
    const chain = new ResponseChain(16);
    const [by, more] = what.includes('user') ? [user, bot] : [bot, user];
    chain.add('a', [...first, by(written)]);
    expect(chain.find([...first, by(spoken), more('Yes.')])).toBeUndefined();
  });

  it('should compare calls and results of tools', () => {
    const chain = new ResponseChain(16);
    chain.add('called', [...first, call('c1', '{"city":"Oslo"}')]);
    chain.add('running', [
      ...first,
      call('c1', '{"city":"Oslo"}'),
      result('c1', 'running'),
      bot('One moment.'),
    ]);
    const done = [...first, call('c1', '{"city":"Oslo"}'), result('c1', 'Rain.')];
    expect(chain.find(done)).toEqual({ id: 'called', messages: 3 });
    expect(chain.find([...done, bot('One moment.'), user('Well?')])).toEqual({ id: 'called', messages: 3 });
    expect(chain.find([...first, call('c2', '{"city":"Oslo"}'), result('c2', 'Rain.')])).toBeUndefined();
    expect(chain.find([...first, call('c1', '{"city":"Rome"}'), result('c1', 'Rain.')])).toBeUndefined();
  });

  it('should not mind data that a service attached to a call', () => {
    const chain = new ResponseChain(16);
    const [called] = call('c1').toolCalls!;
    chain.add('a', [...first, call('c1')]);
    const withData: Message = { ...call('c1'), toolCalls: [{ ...called!, providerData: { from: 'x' } }] };
    expect(chain.find([...first, withData, result('c1', 'Rain.')])?.id).toBe('a');
  });

  it('should take the later of two responses that stand for the same', () => {
    const chain = new ResponseChain(16);
    chain.add('a', answered);
    chain.add('b', answered);
    expect(chain.find([...answered, user('Fine.')])?.id).toBe('b');
    chain.forget('a');
    expect(chain.find([...answered, user('Fine.')])?.id).toBe('b');
  });

  it('should forget', () => {
    const chain = new ResponseChain(16);
    chain.add('a', answered);
    chain.forget('unknown');
    chain.forget('a');
    expect(chain.find([...answered, user('Fine.')])).toBeUndefined();
    chain.add('b', answered);
    chain.clear();
    expect(chain.size).toBe(0);
    expect(chain.find([...answered, user('Fine.')])).toBeUndefined();
  });

  it('should find the longest true prefix of any conversation, and never another, within its memory', () => {
    const message: fc.Arbitrary<Message> = fc.oneof(
      fc.constantFrom(system, user('a'), user('b'), user('a b'), bot('a'), bot('b'), bot('a. b')),
      fc.constantFrom(call('1'), call('2'), result('1', 'x'), result('1', 'y'), result('2', 'x')),
    );
    const history = fc.array(message, { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(history, { maxLength: 12 }),
        history,
        fc.integer({ min: 1, max: 12 }),
        (known, asked, most) => {
          const chain = new ResponseChain(most);
          known.forEach((messages, index) => chain.add(`r${index}`, messages));
          expect(chain.size).toBeLessThanOrEqual(most);
          const kept = known.map((messages, index) => ({ id: `r${index}`, messages })).slice(-most);
          const isPrefix = (messages: readonly Message[]): boolean =>
            messages.length > 0 &&
            messages.length < asked.length &&
            JSON.stringify(messages) === JSON.stringify(asked.slice(0, messages.length));
          const fitting = kept.filter(({ messages }) => isPrefix(messages));
          const longest = Math.max(...fitting.map(({ messages }) => messages.length));
          const best = fitting.findLast(({ messages }) => messages.length === longest);
          expect(chain.find(asked)).toEqual(best && { id: best.id, messages: longest });
        },
      ),
    );
  });

  it('should take time in proportion to the conversation', () => {
    const conversation = (turns: number): Message[] =>
      Array.from({ length: turns }, (_, turn) => [user(`Question ${turn}?`), bot(`Answer ${turn}.`)]).flat();
    const chain = new ResponseChain(16);
    const long = conversation(5_000);
    chain.add('a', long);
    expect(chain.find([...long, user('And?')])).toEqual({ id: 'a', messages: 10_000 });
  });
});
