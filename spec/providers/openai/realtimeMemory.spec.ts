import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/index.ts';
import { RealtimeMemory } from '../../../lib/providers/openai/realtimeMemory.ts';

const user = (content: string): Message => ({ role: 'user', content });
const bot = (content: string): Message => ({ role: 'assistant', content });
const call = (id: string): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: [{ id, name: 'clock', arguments: '{}' }],
});
const result = (toolCallId: string, content: string): Message => ({ role: 'tool', content, toolCallId });

/** A memory of these items: `u` the user's audio, `b` the bot's, `b!` one that was cut, `c` a call. */
function memoryOf(...items: readonly (readonly [kind: string, text: string])[]): RealtimeMemory {
  const memory = new RealtimeMemory();
  items.forEach(([kind, text], index) => {
    const id = `${kind[0]!}${index}`;
    const type = kind === 'c' ? 'function_call' : 'message';
    const role = kind === 'u' ? 'user' : 'assistant';
    memory.added({ id, type, role, call_id: text }, undefined);
    if (kind !== 'c') memory.wrote(id, () => text);
    if (kind === 'b!') memory.cut(id);
  });
  return memory;
}

/** Events as short texts: `-id`, and `+role text after id`. */
const short = (events: readonly object[]): string[] =>
  (events as readonly Record<string, unknown>[]).map(event => {
    const { type, item_id: deleted, previous_item_id: after, item = {} } = event;
    if (type === 'conversation.item.delete') return `-${String(deleted)}`;
    const { role, type: kind, content, call_id } = item as Record<string, unknown>;
    const [part] = (content ?? []) as { text?: string }[];
    return `+${String(role ?? kind)} ${part?.text ?? String(call_id)} after ${String(after)}`;
  });

describe('RealtimeMemory', () => {
  it.each<[string, RealtimeMemory, Message[], string[]]>([
    ['nothing, where nothing was said', memoryOf(), [], []],
    ['audio that is the history', memoryOf(['u', 'Hello.'], ['b', 'Hi!']), [user('Hello.'), bot('Hi!')], []],
    ['words however they are written', memoryOf(['u', 'ten meters']), [user('Ten meters.')], []],
    [
      'a greeting that it did not say',
      memoryOf(['u', 'Hello.']),
      [bot('Bakery.'), user('Hello.')],
      ['+assistant Bakery. after root'],
    ],
    [
      'an earlier call',
      memoryOf(),
      [user('A.'), bot('B.')],
      ['+user A. after root', '+assistant B. after rxvoice_1'],
    ],
    [
      'a back-channel that did not count',
      memoryOf(['u', 'A.'], ['u', 'uh-huh'], ['b', 'B.']),
      [user('A.'), bot('B.')],
      ['-u1'],
    ],
    ['a noise without words', memoryOf(['u', ''], ['u', 'A.']), [user('A.')], ['-u0']],
    [
      'a cut answer, by its beginning',
      memoryOf(['u', 'A.'], ['b!', 'One two three four.']),
      [user('A.'), bot('One two')],
      [],
    ],
    [
      'a whole answer that was not heard whole',
      memoryOf(['b', 'One two.']),
      [bot('One')],
      ['-b0', '+assistant One after root'],
    ],
    [
      'an answer of which nothing was heard',
      memoryOf(['u', 'A.'], ['b!', 'One.']),
      [user('A. B.')],
      ['-b1', '+user B. after u0'],
    ],
    [
      'two turns that became one message',
      memoryOf(['u', 'A one.'], ['u', 'B two.']),
      [user('A one. B two.')],
      [],
    ],
    [
      'words that were changed',
      memoryOf(['u', 'damn it']),
      [user('darn it')],
      ['-u0', '+user darn it after root'],
    ],
    [
      'what was said after an answer',
      memoryOf(['b', 'One.']),
      [bot('One. Still there?')],
      ['+assistant Still there? after b0'],
    ],
    [
      'a call and its result',
      memoryOf(['c', 'c1']),
      [call('c1'), result('c1', 'noon')],
      ['+function_call_output c1 after c0'],
    ],
    [
      'a call of another session',
      memoryOf(),
      [call('c1'), result('c1', 'noon')],
      ['+function_call c1 after root', '+function_call_output c1 after rxvoice_1'],
    ],
    [
      'a summary',
      memoryOf(['u', 'A.'], ['b', 'B.']),
      [{ role: 'system', content: 'Before: A, B.' }],
      ['-u0', '-b1', '+system Before: A, B. after root'],
    ],
  ])('should bring it in line with the history: %s', (_, memory, messages, expected) => {
    expect(short(memory.recall(messages))).toEqual(expected);
    expect(memory.recall(messages), 'the second time there is nothing to do').toEqual([]);
  });

  it('should replace the placeholder of a tool by its result', () => {
    const memory = memoryOf(['c', 'c1']);
    memory.recall([call('c1'), result('c1', 'still running')]);
    expect(short(memory.recall([call('c1'), result('c1', 'noon')]))).toEqual([
      '-rxvoice_1',
      '+function_call_output c1 after c0',
    ]);
  });

  it('should begin empty with each session', () => {
    const memory = memoryOf(['u', 'A.']);
    memory.reset();
    expect(short(memory.recall([user('A.')]))).toEqual(['+user A. after root']);
  });
});
