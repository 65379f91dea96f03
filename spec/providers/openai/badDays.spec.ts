import { inspect } from 'node:util';
import type { Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RxvoiceError } from '../../../lib/errors.ts';
import { openaiLlm, openaiTts } from '../../../lib/providers/openai/index.ts';
import {
  type Endpoint,
  type Fault,
  faults,
  type OpenaiServer,
  openaiServer,
} from '../../../lib/testing/index.ts';

const apiKey = 'sk-proj-0123456789abcdef';
const words = 'My card number is four two four two.';

let server: OpenaiServer;
beforeEach(async () => {
  server = await openaiServer({
    latencies: { firstTokenMs: 5, tokensPerSecond: 500, ttsMs: 5, ttsSpeed: 100 },
    reply: 'One two three four five six seven eight.',
  });
});
afterEach(() => server.close());

/** Result of a request: its length, and how it ended. */
const outcome = (
  value$: Observable<unknown>,
): Promise<{ readonly count: number; readonly error?: unknown }> =>
  new Promise(resolve => {
    let count = 0;
    value$.subscribe({
      next: () => (count += 1),
      error: (error: unknown) => resolve({ count, error }),
      complete: () => resolve({ count }),
    });
  });
const befalling = (endpoint: Endpoint): Fault[] =>
  (Object.keys(faults) as Fault[]).filter(fault => faults[fault].endpoints.includes(endpoint));

/** Faults that a request survives; the others are errors, of which some may pass later. */
const harmless: readonly Fault[] = ['slow', 'no-done', 'ping', 'unknown-messages'];
const final: readonly Fault[] = ['400', '401', '402', '403', '404', 'quota', 'garbage'];
const limits = { timeoutMs: 600, retries: 1 };

const engines = [
  {
    name: 'openaiLlm',
    endpoint: 'completions',
    use: (address: string) =>
      openaiLlm({ apiKey, baseURL: address, model: 'test', ...limits })([{ role: 'user', content: words }]),
  },
  {
    name: 'openaiLlm by responses',
    endpoint: 'responses',
    use: (address: string) =>
      openaiLlm({ apiKey, baseURL: address, model: 'test', api: 'responses', ...limits })([
        { role: 'user', content: words },
      ]),
  },
  {
    name: 'openaiTts',
    endpoint: 'speech',
    use: (address: string) => openaiTts({ apiKey, baseURL: address, model: 'test', ...limits })(words),
  },
] as const;

describe.each(engines)('$name on bad days', ({ endpoint, use }) => {
  it.each(befalling(endpoint))('should end in time, with one clear error or none: %s', async fault => {
    await server.set({ faults: [{ fault, on: endpoint, delayMs: 50 }] });
    const { count, error } = await outcome(use(server.baseURL));
    const isKept =
      harmless.includes(fault) || (endpoint === 'speech' && (fault === 'end' || fault === 'garbage'));
    if (isKept) {
      expect(error).toBeUndefined();
      expect(count).toBeGreaterThan(0);
    } else {
      expect(RxvoiceError.is(error)).toBe(true);
      const { message, retryable, stage } = error as RxvoiceError;
      expect(stage).toBe(endpoint === 'speech' ? 'tts' : 'llm');
      expect({ fault, retryable }).toEqual({ fault, retryable: !final.includes(fault) });
      expect(message).toMatch(/^127\.0\.0\.1:\d+ |^The language model broke off/);
    }
    expect(inspect(error, { depth: 9 })).not.toMatch(/sk-proj|card/);
    // The half-open one can't see that it was closed.
    if (fault !== 'half-open') await expect.poll(() => server.connections).toBe(0);
  });

  it('should say so where there is no such address', async () => {
    const { error } = await outcome(use('http://nowhere.invalid/v1'));
    expect(error).toMatchObject({ message: expect.stringMatching(/can not be reached/) as string });
  });
});

describe.each(engines)('$name while the server is down', ({ endpoint, name }) => {
  const patient = { apiKey, model: 'test', timeoutMs: 300, retryForMs: 15_000 };
  const use = (baseURL: string, options = {}): Observable<unknown> =>
    name === 'openaiTts'
      ? openaiTts({ ...patient, ...options, baseURL })(words)
      : openaiLlm({
          ...patient,
          ...options,
          baseURL,
          api: endpoint === 'responses' ? 'responses' : 'chat',
        })([{ role: 'user', content: words }]);

  it.each([
    ['its port is closed', 'refused', {}],
    ['it resets connections', 'refused', { on: endpoint }],
    ['it fails', '500', { on: endpoint }],
    ['a proxy answers for it', '503-html', { on: endpoint }],
    ['it does not answer', 'no-answer', { on: endpoint }],
  ] as const)('should answer late, once, when it is back: %s', async (_, fault, rule) => {
    await server.set({ faults: [{ fault, ...rule }] });
    const late = outcome(use(server.baseURL));
    // A closed port sees no attempt; the others have refused some before they are back.
    const tried = (): number => server.events.filter(({ type }) => type === 'refused').length;
    if (fault === 'refused' && !('on' in rule)) await new Promise(resolve => setTimeout(resolve, 400));
    else await expect.poll(tried, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    await server.set({ faults: [] });
    const { count, error } = await late;
    expect(error).toBeUndefined();
    expect(count).toBeGreaterThan(0);
    expect(server.events.filter(({ type }) => type === 'opened').length - tried()).toBe(1);
  });

  it('should give up in words when it stays down for longer', async () => {
    await server.set({ faults: [{ fault: 'refused' }] });
    const baseURL = server.baseURL;
    const { error } = await outcome(use(baseURL, { retryForMs: 600 }));
    expect(error).toMatchObject({
      retryable: true,
      message: expect.stringMatching(/can not be reached/) as string,
    });
  });
});
