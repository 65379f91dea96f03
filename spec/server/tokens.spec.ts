import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mintToken, readToken } from '../../lib/server/index.ts';
import { UsedTokens } from '../../lib/server/usedTokens.ts';

const secret = 'a secret of at least thirty-two characters';
const other = 'another secret of thirty-two characters or more';

describe('tokens', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => vi.useRealTimers());

  it('should be good for their time, and for as long as clocks may be apart', () => {
    const token = mintToken(secret, { user: 'ada' });
    vi.advanceTimersByTime(65_000);
    expect(readToken(secret, token)).toEqual({ user: 'ada' });
    expect(readToken(secret, token, { leewayMs: 0 })).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(readToken(secret, token)).toBeUndefined();
    expect(readToken(secret, token, { leewayMs: 10_000 })).toEqual({ user: 'ada' });
  });

  it('should not live for longer by it than they were to', () => {
    const token = mintToken(secret, { ttlMs: 100 });
    vi.advanceTimersByTime(201);
    expect(readToken(secret, token)).toBeUndefined();
    expect(readToken(secret, mintToken(secret, { ttlMs: -1 }))).toBeUndefined();
  });

  it('should be good with each secret while one replaces another', () => {
    const [old, fresh] = [mintToken(other), mintToken(secret)];
    expect(readToken([secret, other], old)).toBeDefined();
    expect(readToken([secret, other], fresh)).toBeDefined();
    expect(readToken([secret], old)).toBeUndefined();
    expect(() => readToken([secret, 'short'], fresh)).toThrow(/expected 32 characters or more, but got 5/u);
    expect(() => readToken([], fresh)).toThrow(/token secret/u);
  });

  it('should be for one audience', () => {
    const token = mintToken(secret, { audience: 'support' });
    expect(readToken(secret, token, { audience: 'support' })).toBeDefined();
    expect(readToken(secret, token, { audience: 'sales' })).toBeUndefined();
    expect(readToken(secret, token)).toBeUndefined();
    expect(readToken(secret, mintToken(secret), { audience: 'support' })).toBeUndefined();
  });

  it.each([
    '',
    'hello',
    '{',
    'null',
    '[]',
    '5',
    '{"until":"tomorrow"}',
    '{"until":1e99}',
    '\u0000',
    '{"until":null}',
  ])('should be refused, not thrown, where what is signed is no token: %j', text => {
    const body = Buffer.from(text).toString('base64url');
    const signature = createHmac('sha256', secret).update(body).digest('base64url');
    expect(readToken(secret, `${body}.${signature}`)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a', 'a.b', 'a.b.c', '\u0000.\u0000', 'é.é', '.'.repeat(4_096)])(
    'should be refused where it is no token at all: %j',
    token => expect(readToken(secret, token)).toBeUndefined(),
  );
});

describe('the tokens that were used', () => {
  beforeEach(() => vi.useFakeTimers({ now: 0 }));
  afterEach(() => vi.useRealTimers());

  it('should be remembered exactly as long as they are good, however many they are', () => {
    const used = new UsedTokens();
    let taken = 0;
    for (let at = 0; at < 250_000; at++) if (used.use(`body.${at}`, 60_000 + at)) taken++;
    expect(taken).toBe(250_000);
    expect(used.use('body.0', 60_000)).toBe(false);
    vi.setSystemTime(60_000);
    expect(used.use('other.0', 60_000)).toBe(false); // by its signature
    vi.setSystemTime(60_001);
    expect(used.use('body.0', 70_000)).toBe(true); // it could not have come so far
    expect(used.use('body.249999', 309_999)).toBe(false);
  });

  it('should be forgotten when they are no longer good, whatever the order in which they are', () => {
    const used = new UsedTokens();
    used.use('.long', 1e9);
    for (let at = 0; at < 100_000; at++) {
      vi.setSystemTime(at);
      used.use(`.${at}`, at + 10);
    }
    expect(used.size).toBeLessThan(2_100);
    expect(used.use('.long', 1e9)).toBe(false);
  });
});
