import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentsOf, isWhole } from '../../../lib/providers/openai/toolArguments.ts';

const rome = '{"city":"Rome"}';

describe('argumentsOf', () => {
  it.each([
    ['', '{}'],
    ['  ', '{}'],
    ['null', '{}'],
    ['"null"', '{}'],
    ['""', '{}'],
    [rome, rome],
    [JSON.stringify(rome), rome],
    [JSON.stringify(JSON.stringify(rome)), rome],
    [`{}${rome}`, rome],
    [`${rome}${rome}`, rome],
    [`{} \n ${rome}`, rome],
    ['{"a":{"b":1}}{"a":{"b":2}}', '{"a":{"b":2}}'],
    ['{"ci', '{"ci'],
    ['city: Rome', 'city: Rome'],
    ['"Rome"', '"Rome"'],
    ['```json\n{"city":"Rome"}\n```', rome],
    ['```\n{"city":"Rome"}```', rome],
    [' ```JSON {"city":"Rome"}\n``` ', rome],
    ['```json\nnull\n```', '{}'],
    ['```json\n{"ci', '```json\n{"ci'],
    ['``````', '``````'],
    ['{"text":"```json"}', '{"text":"```json"}'],
    ['{}{"ci', '{}{"ci'],
    ['{}{"a":"}{"}', '{"a":"}{"}'],
    ['{"a":1}{"b":2} and more', '{"a":1}{"b":2} and more'],
  ])('should read %s as %s', (sent, read) => {
    expect(argumentsOf(sent)).toBe(read);
  });

  it('should take any number of objects', () => {
    expect(argumentsOf(`${'{}'.repeat(50_000)}${rome}`)).toBe(rome);
  });

  it('should leave every object as it is, and find it in a string or behind an empty one', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
        const json = JSON.stringify(value);
        for (const sent of [json, JSON.stringify(json), `{}${json}`, `${json}${json}`])
          expect(JSON.parse(argumentsOf(sent))).toEqual(JSON.parse(json));
        expect(isWhole(json)).toBe(true);
      }),
    );
  });
});
