import { from, lastValueFrom, of, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import { fresh, notMuted } from '../../lib/devices/fresh.ts';

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const sound = (ageMs: number, dropped = 0) => ({
  type: 'audio' as const,
  pcm: new Uint8Array(640),
  at: now() - ageMs,
  dropped,
});

describe('sound that comes late', () => {
  it('should be left out, and reported once it is over', async () => {
    const said: string[] = [];
    const messages = [sound(5_000), sound(4_980, 3), sound(1_500), sound(20), sound(0)];
    const kept = await lastValueFrom(
      of(...messages).pipe(
        fresh(message => said.push(message)),
        toArray(),
      ),
    );
    expect(kept).toEqual(messages.slice(3));
    expect(said).toEqual(['120 ms of sound were left out: this program was busy for over a second.']);
  });

  it('should be the only report', async () => {
    const said: string[] = [];
    await lastValueFrom(
      of(sound(0), sound(900)).pipe(
        fresh(message => said.push(message)),
        toArray(),
      ),
    );
    expect(said).toEqual([]);
  });
});

describe('a microphone that gives nothing but zeros', () => {
  const warningsOf = async (frames: number, loudAt?: number): Promise<number> => {
    const said: string[] = [];
    const frame = (index: number) => ({
      ...silence(),
      pcm: new Int16Array(320).fill(index === loudAt ? 1 : 0),
    });
    await lastValueFrom(
      from(Array.from({ length: frames }, (_, index) => frame(index))).pipe(
        notMuted(message => said.push(message)),
        toArray(),
      ),
    );
    return said.length;
  };

  it('should be reported after three seconds, once', async () => {
    expect(await warningsOf(149)).toBe(0);
    expect(await warningsOf(1_000)).toBe(1);
  });

  it('should not be reported for one that has emitted sound', async () => {
    expect(await warningsOf(1_000, 0)).toBe(0);
    expect(await warningsOf(1_000, 149)).toBe(0);
  });
});
