import { describe, expect, it } from 'vitest';
import { compress, expand } from '../../lib/emulators/loopback/companding.ts';

const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);

describe('G.711 of the loopback servers', () => {
  it('should know the ends of the A-law', () => {
    expect([...expand(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), 'alaw')]).toEqual([8, -8, 32_256, -32_256]);
  });

  it('should give every byte of the A-law back', () => {
    expect(compress(expand(allBytes, 'alaw'), 'alaw')).toEqual(allBytes);
  });

  it.each(['alaw', 'mulaw'] as const)('should lose little of a sound: %s', law => {
    const pcm = Int16Array.from({ length: 65_536 }, (_, index) => index - 32_768);
    const back = expand(compress(pcm, law), law);
    expect(pcm.every((sample, index) => Math.abs(back[index]! - sample) <= Math.abs(sample) / 20 + 16)).toBe(
      true,
    );
  });
});
