import { setTimeout as wait } from 'node:timers/promises';
import { firstValueFrom, type Subscription, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../../lib/engine.ts';
import type { Llm } from '../../../lib/llm/message.ts';
import { openaiLlm } from '../../../lib/providers/openai/index.ts';
import { type OpenaiServer, openaiServer, type OpenaiServerOptions } from '../../../lib/testing/index.ts';

let server: OpenaiServer;
const open: Subscription[] = [];
afterEach(async () => {
  for (const subscription of open.splice(0)) subscription.unsubscribe();
  await server.close();
});

const serve = async (options: OpenaiServerOptions = {}) => {
  server = await openaiServer({
    latencies: { firstTokenMs: 0, tokensPerSecond: 0 },
    reply: 'Yes.',
    ...options,
  });
  return openaiLlm({ apiKey: 'any', baseURL: server.baseURL, model: 'test' });
};
const ask = (llm: Llm) => firstValueFrom(llm([{ role: 'user', content: 'Well?' }]).pipe(toArray()));
const noticed = (llm: Llm): Notice[] => {
  const notices: Notice[] = [];
  open.push(llm.notice$!.subscribe(notice => notices.push(notice)));
  return notices;
};
const until = async (reached: () => boolean) => {
  while (!reached()) await wait(5);
};
const knocked = () => server.events.some(({ type, endpoint }) => type === 'closed' && endpoint === 'models');

describe('the connections of openaiLlm', () => {
  it('should be open before the first turn of a call, and used by every turn', async () => {
    const llm = (await serve()).session!();
    const notices = noticed(llm);
    open.push(llm.warm$!.subscribe());
    await until(knocked);
    await wait(1);
    for (let turn = 0; turn < 3; turn++) {
      await ask(llm);
      await wait(1);
    }
    expect(notices).toEqual([1, 2, 3].map(() => ({ type: 'connected', reused: true, ms: 0 })));
    expect(server.sockets).toBe(1);
  });

  it('should outlast a pause that Node itself does not keep them for', { timeout: 15_000 }, async () => {
    const llm = (await serve()).session!();
    open.push(llm.warm$!.subscribe());
    const notices = noticed(llm);
    await until(knocked);
    await wait(5_000);
    await ask(llm);
    expect(notices).toEqual([{ type: 'connected', reused: true, ms: 0 }]);
  });

  it('should be closed when the call is over', async () => {
    const llm = (await serve()).session!();
    const held = llm.warm$!.subscribe();
    await ask(llm);
    held.unsubscribe();
    await until(() => server.sockets === 0);
  });

  it('should be shared by calls, each with notices of its own requests only', async () => {
    const llm = await serve();
    const [one, other] = [llm.session!(), llm.session!()];
    const notices = [noticed(one), noticed(other)];
    open.push(one.warm$!.subscribe(), other.warm$!.subscribe());
    await until(knocked);
    await wait(1);
    await ask(one);
    expect(notices.map(({ length }) => length)).toEqual([1, 0]);
    expect(
      server.events.filter(({ type, endpoint }) => type === 'opened' && endpoint === 'models'),
    ).toHaveLength(1);
  });

  it('should not hold up the start of a call, whatever the server does', async () => {
    const llm = await serve({ faults: ['no-answer'] });
    expect(await firstValueFrom(llm.warm$!)).toEqual({
      engine: `${server.url.slice(7)} test`,
      progress: 1,
    });
  });

  it('should warn before the first turn when the key is wrong', async () => {
    const llm = (await serve({ key: 'another' })).session!();
    const notices = noticed(llm);
    open.push(llm.warm$!.subscribe());
    await until(() => notices.length > 0);
    expect(notices).toEqual([
      { type: 'warning', message: `${server.url.slice(7)} does not accept the API key.` },
    ]);
  });

  it('should be opened again when the server gave up the one that was idle', async () => {
    const llm = await serve({ faults: [{ fault: 'refused', on: 'completions', nth: 1 }] });
    const notices = noticed(llm);
    expect(await ask(llm)).toContainEqual({ type: 'token', text: 'Yes' });
    expect(notices.map(notice => notice.type === 'connected' && notice.reused)).toEqual([false, false]);
  });

  it('should leave connections to a fetch of the user', async () => {
    await serve();
    const llm = openaiLlm({
      apiKey: 'any',
      baseURL: server.baseURL,
      model: 'test',
      fetch: (input, init) => fetch(input, init),
    });
    expect(llm.warm$).toBeUndefined();
    expect(await ask(llm)).toContainEqual({ type: 'token', text: 'Yes' });
  });
});
