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
});
