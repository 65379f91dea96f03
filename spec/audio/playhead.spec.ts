import { describe, expect, it } from 'vitest';
import { Playhead } from '../../lib/audio/playhead.ts';

describe('Playhead', () => {
  it('should play what it is handed in real time', () => {
    const playhead = new Playhead();
    playhead.hand(100, 1_000);
    playhead.hand(100, 1_000);
    expect(playhead.playedMs(1_000)).toBe(0);
    expect(playhead.playedMs(1_130)).toBe(130);
    expect(playhead.playedMs(5_000)).toBe(200);
    expect(playhead.dueAt(1_050)).toBe(1_200);
  });

  it('should not count a gap as played', () => {
    const playhead = new Playhead();
    playhead.hand(100, 0);
    playhead.hand(100, 500);
    expect(playhead.playedMs(550)).toBe(150);
    expect(playhead.handedMs).toBe(200);
  });
});
