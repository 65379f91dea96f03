import { describe, expect, it } from 'vitest';
import { frameOf } from '../../lib/audio/frame.ts';

describe('frameOf', () => {
  it('should read bytes that begin anywhere, also those of a Buffer, and leave out half a sample', () => {
    const buffer = Buffer.from([9, 1, 0, 2, 0, 7]);
    for (const bytes of [buffer.subarray(1), Uint8Array.from(buffer).subarray(1)])
      expect([...frameOf(bytes, 16_000).pcm]).toEqual([1, 2]);
  });
});
