import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';

/** The two functions of a test runner that a contract needs: of Vitest, Jest, Mocha or `node:test`. */
export interface ContractSuite {
  readonly describe: (name: string, body: () => void) => unknown;
  /** The third argument is the longest a test may take, ms, for runners that want to know. */
  readonly it: (name: string, body: () => Promise<void>, timeoutMs?: number) => unknown;
}

/** Options of every contract. */
export interface ContractOptions<Engine> extends ContractSuite {
  /** Name of the suite: the engine's name. */
  readonly name: string;
  /** A new engine. */
  readonly make: () => Engine | Promise<Engine>;
  /** How many connections, processes or the like are open for the engine: after each test there must be none. */
  readonly open?: () => number;
  /** An engine whose service can't be reached, to see that its error says so. */
  readonly broken?: () => Engine;
  /** The longest a test may take, ms. Default 20,000. */
  readonly timeoutMs?: number;
}

/** Waits until everything is closed; two seconds are enough to say goodbye. */
export async function settledTo(count: number, open: (() => number) | undefined): Promise<number> {
  if (open === undefined) return count;
  for (let waited = 0; waited < 2_000 && open() > count; waited += 20) await wait(20);
  return open();
}

/** Fails when something takes longer than it may: not every runner has a limit of its own. */
export async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const limit = wait(timeoutMs, undefined, { signal: over.signal }).then(
    () => assert.fail(`it took longer than ${timeoutMs} ms`),
    () => undefined,
  );
  try {
    await Promise.race([work, limit]);
  } finally {
    over.abort();
  }
}
