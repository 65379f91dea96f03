import { describe, expect, it } from 'vitest';
import { CalledTools, type ToolCallDelta } from '../../../lib/providers/openai/calledTools.ts';

const calls = (...deltas: ToolCallDelta[]) => {
  const called = new CalledTools();
  for (const delta of deltas) called.add(delta);
  return called.calls;
};
const both = [
  { id: 'a', name: 'weather', arguments: '{"city":"Bern"}' },
  { id: 'b', name: 'time', arguments: '{}' },
];

describe('CalledTools', () => {
  it('should put parallel calls together by their index, however their pieces are mixed', () => {
    expect(
      calls(
        { index: 0, id: 'a', function: { name: 'weather', arguments: '' } },
        { index: 1, id: 'b', function: { name: 'time', arguments: '{' } },
        { index: 0, function: { arguments: '{"city":' } },
        { index: 1, function: { arguments: '}' } },
        { index: 0, function: { arguments: '"Bern"}' } },
      ),
    ).toEqual(both);
  });

  it('should take them whole, with no index, or the same one for all', () => {
    const whole = both.map(({ id, name, arguments: json }) => ({ id, function: { name, arguments: json } }));
    expect(calls(...whole)).toEqual(both);
    expect(calls(...whole.map(call => ({ index: 0, ...call })))).toEqual(both);
  });

  it('should take an id and a name that are repeated, or empty, in every piece', () => {
    expect(
      calls(
        { index: 0, id: 'a', function: { name: 'weather', arguments: '{"city"' } },
        { index: 0, id: 'a', function: { name: 'weather', arguments: ':"Bern"}' } },
        { index: 1, id: 'b', function: { name: 'time', arguments: '{' } },
        { index: 1, id: '', function: { name: '', arguments: '}' } },
      ),
    ).toEqual(both);
  });

  it('should take a fresh id in each piece of a call, of which only the first has a name', () => {
    const pieces = (index?: number): ToolCallDelta[] =>
      [
        { id: 'a', function: { name: 'weather', arguments: '' } },
        { id: 'x', function: { arguments: '{"city":' } },
        { id: 'y', function: { name: '', arguments: '"Bern"}' } },
        { id: 'b', function: { name: 'time', arguments: '{' } },
        { id: 'z', function: { arguments: '}' } },
      ].map((piece, at) => (index === undefined ? piece : { index: at < 3 ? 0 : index, ...piece }));
    expect(calls(...pieces(1))).toEqual(both);
    expect(calls(...pieces(0))).toEqual(both);
    expect(calls(...pieces())).toEqual(both);
  });

  it('should do without ids, and make up different ones', () => {
    const [one, other] = calls(
      { function: { name: 'weather', arguments: '{}' } },
      { function: { name: 'time' } },
      { function: { arguments: '{}' } },
    );
    expect([one, other]).toMatchObject([
      { name: 'weather', arguments: '{}' },
      { name: 'time', arguments: '{}' },
    ]);
    expect(one!.id).toMatch(/^[a-z0-9]{9}$/);
    expect(one!.id).not.toBe(other!.id);
  });

  it('should take arguments that are no text but the object itself', () => {
    expect(calls({ index: 0, id: 'a', function: { name: 'weather', arguments: { city: 'Bern' } } })).toEqual([
      both[0],
    ]);
  });

  const rome = '{"city":"Rome"}';
  const oslo = '{"city":"Oslo"}';
  const of = (name: string, json: unknown, more: object = {}): ToolCallDelta => ({
    index: 0,
    function: { name, arguments: json },
    ...more,
  });
  const more = (json: unknown, extra: object = {}): ToolCallDelta => ({
    index: 0,
    function: { arguments: json },
    ...extra,
  });

  it.each<[string, readonly ToolCallDelta[], readonly string[]]>([
    [
      'index 0 for all, no ids, one name',
      [of('weather', rome), of('weather', oslo)],
      [`weather ${rome}`, `weather ${oslo}`],
    ],
    [
      'index 0 for all, no ids, other names',
      [of('weather', rome), of('time', oslo)],
      [`weather ${rome}`, `time ${oslo}`],
    ],
    [
      'index 0 for all, no ids, in pieces',
      [of('weather', '{"city"'), more(':"Rome"}'), of('weather', '{"city"'), more(':"Oslo"}')],
      [`weather ${rome}`, `weather ${oslo}`],
    ],
    [
      'index 0 for all, without arguments',
      [of('time', ''), of('weather', rome)],
      ['time {}', `weather ${rome}`],
    ],
    [
      'one id for all',
      [of('weather', rome, { id: 'a' }), of('weather', oslo, { id: 'a' })],
      [`weather ${rome}`, `weather ${oslo}`],
    ],
    [
      'one id and index for all, other names',
      [of('weather', rome, { id: 'a' }), of('time', '{}', { id: 'a' })],
      [`weather ${rome}`, 'time {}'],
    ],
    [
      'one id, two indices',
      [of('weather', rome, { id: 'a' }), of('time', '{}', { id: 'a', index: 1 })],
      [`weather ${rome}`, 'time {}'],
    ],
    [
      'a call that is sent once more at the end',
      [of('weather', '', { id: 'a' }), more(rome), of('weather', rome, { id: 'a' })],
      [`weather ${rome}`],
    ],
    [
      'arguments that are sent once more',
      [of('weather', '{"city":', { id: 'a' }), more('"Rome"}'), more(rome)],
      [`weather ${rome}`],
    ],
    ['arguments that grow', [of('weather', '{"ci'), more('{"city":"Ro'), more(rome)], [`weather ${rome}`]],
    ['an empty object first', [of('weather', '{}', { id: 'a' }), more(rome)], [`weather ${rome}`]],
    [
      'an empty object first, as an object',
      [of('weather', {}, { id: 'a' }), more('{"city":'), more('"Rome"}')],
      [`weather ${rome}`],
    ],
    ['a name in pieces', [of('wea', ''), of('ther', ''), more(rome)], [`weather ${rome}`]],
    [
      'a name in pieces with an id',
      [of('wea', '', { id: 'a' }), of('ther', rome, { id: 'a' })],
      [`weather ${rome}`],
    ],
    ['a name in every piece', [of('weather', '{"city"'), of('weather', ':"Rome"}')], [`weather ${rome}`]],
    ['null arguments', [of('time', null)], ['time {}']],
    ['"null"', [of('time', 'null')], ['time {}']],
    ['JSON in JSON', [of('weather', JSON.stringify(rome))], [`weather ${rome}`]],
    [
      'JSON in JSON, in pieces',
      [of('weather', JSON.stringify(rome).slice(0, 7)), more(JSON.stringify(rome).slice(7))],
      [`weather ${rome}`],
    ],
    ['fields outside of "function"', [{ id: 'a', name: 'weather', arguments: rome }], [`weather ${rome}`]],
    [
      'an index that is a text',
      [of('weather', '{"city"', { index: '0' }), more(':"Rome"}', { index: '0' })],
      [`weather ${rome}`],
    ],
    ['a namespace', [of('functions.weather', rome)], [`weather ${rome}`]],
    ['a control token', [of('weather<|channel|>commentary', rome)], [`weather ${rome}`]],
    ['a tool that there is not', [of('magic', rome)], [`magic ${rome}`]],
  ])('should understand %s', (_, deltas, expected) => {
    const called = new CalledTools(['weather', 'time']);
    for (const delta of deltas) called.add(delta);
    expect(called.calls.map(({ name, arguments: json }) => `${name} ${json}`)).toEqual(expected);
    for (const { id } of called.calls) expect(id).not.toBe('');
  });

  it('should keep what a server attached to a call and to its function', () => {
    const called = new CalledTools();
    called.add(
      of('weather', '', {
        id: 'a',
        type: 'function',
        extra_content: { google: { thought_signature: 's' } },
        nothing: null,
      }),
    );
    called.add({ index: 0, function: { arguments: rome, signature: 't' } });
    expect(called.calls).toEqual([
      {
        id: 'a',
        name: 'weather',
        arguments: rome,
        attached: {
          call: { extra_content: { google: { thought_signature: 's' } } },
          function: { signature: 't' },
        },
      },
    ]);
  });
});
