import { concat, EMPTY, from, NEVER, of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../lib/audio/frame.ts';
import { voiceActivity, type VoiceActivityOptions } from '../../lib/audio/voiceActivity.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { marbles } from '../marbles.ts';

const sound = (ms: number, loudness: number): AudioFrame => ({
  pcm: silence(ms).pcm.map((_, index) => 32_767 * loudness * Math.SQRT2 * Math.sin(index / 5)),
  sampleRate: 16_000,
});
const hear = (pieces: AudioFrame[], options: VoiceActivityOptions = {}) =>
  virtualTime(() => from(pieces).pipe(voiceActivity(options))).values.map(
    ({ value: { type, at } }) => `${type} ${at}`,
  );

describe('voiceActivity', () => {
  it('should report where a voice begins and ends', () => {
    expect(hear([silence(500), sound(1_000, 0.2), silence(1_000)])).toEqual([
      'speechStart 500',
      'speechEnd 1500',
    ]);
  });

  it('should take a pause for a part of the voice, and a click for none', () => {
    expect(hear([sound(400, 0.2), silence(300), sound(400, 0.2), silence(600)])).toEqual([
      'speechStart 0',
      'speechEnd 1100',
    ]);
    expect(hear([silence(500), sound(40, 0.5), silence(800)])).toEqual([]);
  });

  it('should learn the background', () => {
    expect(hear([sound(4_000, 0.008), sound(500, 0.2), sound(2_000, 0.008)])).toEqual([
      'speechStart 4000',
      'speechEnd 4500',
    ]);
    expect(hear([sound(4_000, 0.008), sound(500, 0.015), sound(1_000, 0.008)])).toEqual([]);
  });

  it('should end a voice where the audio does', () => {
    expect(hear([sound(300, 0.2)])).toEqual(['speechStart 0', 'speechEnd 300']);
    expect(hear([])).toEqual([]);
  });

  it('should behave as an operator does', () => {
    expect(virtualTime(() => EMPTY.pipe(voiceActivity())).completedAt).toBe(0);
    expect(
      virtualTime(() => concat(of(sound(300, 0.2)), NEVER).pipe(voiceActivity(), take(1))).completedAt,
    ).toBe(0);
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('a-#', { a: silence() });
      expectObservable(source$.pipe(voiceActivity())).toBe('--#');
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });
});
