import { BehaviorSubject, finalize, lastValueFrom, NEVER, Observable, of, Subject, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import type { LlmEvent } from '../../lib/llm/message.ts';
import type { Tool } from '../../lib/llm/tool.ts';
import { askWithTools, distinctNames, toolName } from '../../lib/llm/toolSource.ts';

const named = (...names: string[]): Tool[] =>
  names.map(name => ({ name, description: '', parameters: {}, call: () => of('') }));
const names = (tools: readonly Tool[]): string[] => tools.map(({ name }) => name);

it.each<[string, string[], [string, string[]][], string[]]>([
  ['leave names that differ', ['a'], [['x', ['b']]], ['a', 'b']],
  ['add the source where another tool has the name', ['a'], [['x', ['a', 'b']]], ['a', 'x_a', 'b']],
  [
    'do so between sources',
    [],
    [
      ['x', ['a']],
      ['y', ['a']],
    ],
    ['a', 'y_a'],
  ],
  ['number what still has the same name', ['a', 'x_a'], [['x', ['a', 'a']]], ['a', 'x_a', 'a_2', 'a_3']],
  ['name a source as a model can call it', ['a'], [['my server!', ['a']]], ['a', 'my_server__a']],
  [
    'keep within 64 characters',
    ['a'.repeat(64)],
    [['x', ['a'.repeat(64)]]],
    ['a'.repeat(64), `x_${'a'.repeat(62)}`],
  ],
])('should %s', (_, own, sources, expected) => {
  const lists = sources.map(([name, tools]) => ({ name, tools: named(...tools) }));
  expect(names(distinctNames(named(...own), lists))).toEqual(expected);
});

it.each([
  ['größe in cm', 'gr_e_in_cm'],
  ['', 'tool'],
  ['a/b/c', 'a_b_c'],
])('should make %j the name %s', (text, name) => {
  expect(toolName(text)).toBe(name);
});

it('should ask once all tools are known, and hold their sources until the answer is over', async () => {
  const [first$, answer$] = [new Subject<readonly Tool[]>(), new Subject<LlmEvent>()];
  let held = 0;
  const source = {
    name: 'x',
    tools$: new Observable<readonly Tool[]>(subscriber => {
      held += 1;
      // eslint-disable-next-line rxjs-x/no-subscribe-in-pipe -- an observable that counts its subscribers
      return first$.subscribe(value => subscriber.next(value));
    }).pipe(finalize(() => (held -= 1))),
  };
  const asked: string[][] = [];
  const answer = lastValueFrom(
    askWithTools([...named('own'), source], tools => {
      asked.push(names(tools));
      return answer$;
    }).pipe(toArray()),
  );
  expect([asked, held]).toEqual([[], 1]);
  first$.next(named('a'));
  first$.next(named('b')); // for the next answer
  expect([asked, held]).toEqual([[['own', 'a']], 1]);
  answer$.next({ type: 'token', text: 'Hi.' });
  answer$.complete();
  expect([await answer, held]).toEqual([[{ type: 'token', text: 'Hi.' }], 0]);
});

it('should release the sources when the answer is unsubscribed', () => {
  const tools$ = new BehaviorSubject(named('a'));
  const subscription = askWithTools([{ name: 'x', tools$ }], () => NEVER).subscribe();
  expect(tools$.observed).toBe(true);
  subscription.unsubscribe();
  expect(tools$.observed).toBe(false);
});
