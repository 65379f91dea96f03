import { NEVER, firstValueFrom, Observable, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool, type ToolOptions } from '../../lib/llm/tool.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const parameters = z.object({
  city: z.string().describe('The name of a city.'),
  days: z.number().int().default(1),
});
const weather = (run: ToolOptions<typeof parameters>['run']) =>
  tool({ name: 'weather', description: 'The weather.', parameters, run });
const result = (run: ToolOptions<typeof parameters>['run'], json = '{"city":"Oslo"}') =>
  firstValueFrom(weather(run).call(json));

describe('tool', () => {
  it('should be described to the model as JSON Schema, in which what has a default may be left out', () => {
    expect(weather(() => 'fine').parameters).toEqual({
      type: 'object',
      properties: {
        city: { type: 'string', description: 'The name of a city.' },
        days: expect.objectContaining({ type: 'integer', default: 1 }) as unknown,
      },
      required: ['city'],
    });
  });

  it('should run with the arguments as the schema reads them', async () => {
    expect(await result(({ city, days }) => `${city} ${days}`)).toBe('Oslo 1');
  });

  it.each([
    ['a value', () => 'fine'],
    ['a promise', () => Promise.resolve('fine')],
    ['an observable, of which the last value counts', () => of('searching', 'fine')],
  ])('should take %s', async (_, run) => {
    expect(await result(run)).toBe('fine');
  });

  it('should give what is no text as JSON', async () => {
    expect(await result(() => ({ degrees: 3 }))).toBe('{"degrees":3}');
    expect(await result(() => undefined)).toBe('done');
  });

  it.each([
    ['function', () => 'fine'],
    ['symbol', Symbol('fine')],
  ] as const)('should give the model a result that is a %s', async (type, value) => {
    expect(JSON.parse(await result(() => value))).toEqual({
      error: `The result is no JSON, but a value of type ${type}.`,
    });
  });

  it.each([
    ['no JSON', '{"city":', 'not JSON'],
    ['an argument that is missing', '{}', 'city'],
    ['an argument of the wrong kind', '{"city":"Oslo","days":"two"}', 'days'],
  ])('should not run with %s, but report it to the model', async (_, json, told) => {
    let ran = false;
    const content = await result(() => (ran = true), json);
    expect(JSON.parse(content)).toEqual({ error: expect.stringContaining(told) as string });
    expect(ran).toBe(false);
  });

  it('should refuse an invalid time, and take one that is too long for a timer as no limit', async () => {
    const taking = (timeoutMs: number) =>
      tool({ name: 'slow', description: '', parameters: z.object({}), run: () => timer(30), timeoutMs });
    for (const timeoutMs of [0, -1, NaN])
      expect(() => taking(timeoutMs)).toThrow(/timeoutMs of more than 0/u);
    for (const timeoutMs of [2 ** 31, Infinity])
      expect(await firstValueFrom(taking(timeoutMs).call('{}'))).toBe('0');
  });

  it('should take no arguments as an empty object, as some models call', async () => {
    const clock = tool({ name: 'clock', description: '', parameters: z.object({}), run: () => 'noon' });
    expect(await firstValueFrom(clock.call(''))).toBe('noon');
  });

  it.each([
    [
      'thrown',
      () => {
        throw new Error('no such city');
      },
    ],
    ['rejected', () => Promise.reject(new Error('no such city'))],
  ])('should report to the model what was %s', async (_, run) => {
    expect(await result(run)).toBe('{"error":"no such city"}');
  });

  it('should report to the model when there is no result at all, or none that is JSON', async () => {
    expect(await result(() => of())).toMatch(/without a result/);
    expect(await result(() => 10n)).toMatch(/error/);
  });

  it('should be aborted when its time is up, and the model informed', () => {
    let aborted = false;
    const { values } = virtualTime(() =>
      weather((_, { signal }) => {
        signal.addEventListener('abort', () => (aborted = true));
        return NEVER;
      }).call('{"city":"Oslo"}'),
    );
    expect(values).toEqual([{ at: 10_000, value: '{"error":"It took longer than 10000 ms."}' }]);
    expect(aborted).toBe(true);
  });

  it('should stop in the instant it is unsubscribed', () => {
    let stopped = 0;
    const slow = weather(
      (_, { signal }) =>
        new Observable(() => {
          signal.addEventListener('abort', () => (stopped += 1));
          return () => (stopped += 1);
        }),
    );
    const { leftTimers } = virtualTime(() => slow.call('{"city":"Oslo"}'), { until: 50 });
    expect({ stopped, leftTimers }).toEqual({ stopped: 2, leftTimers: 0 });
  });

  it('should run again with every subscription, and not before', () => {
    let runs = 0;
    const call$ = weather(() => timer(5 + runs++)).call('{"city":"Oslo"}');
    expect(runs).toBe(0);
    virtualTime(() => call$);
    expect(virtualTime(() => call$).values[0]?.at).toBe(6);
  });

  it('should refuse a name that no model takes, and parameters that JSON Schema can not say', () => {
    const make = (name: string, shape: z.ZodObject) => () =>
      tool({ name, description: '', parameters: shape, run: () => 0 });
    expect(make('get weather', z.object({}))).toThrow(/named 'get weather'/);
    expect(make('remind', z.object({ at: z.date() }))).toThrow(/tool 'remind' can't be described/);
  });
});
