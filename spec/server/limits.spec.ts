import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TokenBucket } from '../../lib/server/tokenBucket.ts';
import { limitsOf } from '../../lib/server/limitsOf.ts';

describe('the limits of a server', () => {
  it('should be what they are by default where nothing is given', () => {
    expect(limitsOf({ calls: undefined, idleMs: undefined } as object)).toEqual(limitsOf());
  });

  it('should last as long as a timer can where they are endless', () => {
    const { callMs, idleMs, calls } = limitsOf({ callMs: Infinity, idleMs: 1e12, calls: Infinity });
    expect([callMs, idleMs, calls]).toEqual([2 ** 31 - 1, 2 ** 31 - 1, Infinity]);
  });
});

describe('TokenBucket', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => vi.useRealTimers());

  it('should give back what time brings, and lose nothing to a clock that is set back', () => {
    const bucket = new TokenBucket(1, 100);
    expect(bucket.take(90)).toBe(true);
    vi.setSystemTime(500_000);
    expect(bucket.take(10)).toBe(true);
    expect(bucket.take(1)).toBe(false);
    vi.advanceTimersByTime(50);
    expect(bucket.take(40)).toBe(true);
  });
});
