import { filter, map, type OperatorFunction, Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../lib/audio/frame.ts';
import type { VoiceActivity } from '../../lib/audio/voiceActivity.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { withVad } from '../../lib/stt/withVad.ts';
import { marbles } from '../marbles.ts';

const loud: AudioFrame = { pcm: new Int16Array(320).fill(9_000), sampleRate: 16_000 };
const frames = { v: loud, q: silence(20) };
const word: SttEvent = { type: 'interim', text: 'yes' };
const start: VoiceActivity = { type: 'speechStart', at: 0 };
const values = { w: word, s: start };

/** Emits a word for each loud frame. */
const stt: OperatorFunction<AudioFrame, SttEvent> = frame$ =>
  frame$.pipe(
    filter(frame => frame === loud),
    map(() => word),
  );
/** Reports a voice for each loud frame. */
const voice: OperatorFunction<AudioFrame, VoiceActivity> = frame$ =>
  frame$.pipe(
    filter(frame => frame === loud),
    map(() => start),
  );

describe('withVad', () => {
  it('should emit the events of both, the detector’s first, from one subscription of the audio', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const frame$ = cold('                                        q-v---q-v---|', frames);
      expectObservable(frame$.pipe(withVad(stt, voice))).toBe('--(sw)--(sw)|', values);
      expectSubscriptions(frame$.subscriptions).toBe('             ^-----------!');
    });
  });

  it('should complete when the engine has, although a detector has before', () => {
    marbles(({ cold, expectObservable }) => {
      const late: OperatorFunction<AudioFrame, SttEvent> = () => cold('-----(w|)', values);
      const frame$ = cold('v-|', frames);
      expectObservable(frame$.pipe(withVad(late, voice))).toBe('s----(w|)', values);
    });
  });

  it.each<[string, string, string]>([
    ['the audio', '#', '|'],
    ['the engine', 'stt', '#'],
    ['the detector', 'voice', '#'],
  ])('should fail with %s, and unsubscribe the audio', (_, which) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const frame$ = cold(which === '#' ? '---#' : '-----|', frames);
      const failing =
        <Value>(): OperatorFunction<AudioFrame, Value> =>
        () =>
          cold('---#');
      const both$ = frame$.pipe(
        withVad(which === 'stt' ? failing() : stt, which === 'voice' ? failing() : voice),
      );
      expectObservable(both$).toBe('---#');
      expectSubscriptions(frame$.subscriptions).toBe('^--!');
    });
  });

  it('should unsubscribe the audio, the engine and the detector', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const frame$ = cold('-v--v--', frames);
      const [heard$, voices$] = [cold<SttEvent>('-------'), cold<VoiceActivity>('-------')];
      expectObservable(
        frame$.pipe(
          withVad(
            () => heard$,
            () => voices$,
          ),
        ),
        '^--!',
      ).toBe('----');
      for (const { subscriptions } of [heard$, voices$]) expectSubscriptions(subscriptions).toBe('^--!');
      expectObservable(frame$.pipe(withVad(stt, voice)), '^--!').toBe('-(sw)', values);
      expectObservable(frame$.pipe(withVad(stt, voice), take(1))).toBe('-(s|)', values);
    });
  });

  it('should pass a frame on to both, also one that answers an event', () => {
    const frame$ = new Subject<AudioFrame>();
    const log: string[] = [];
    const call = frame$.pipe(withVad(stt, voice)).subscribe(({ type }) => {
      log.push(type);
      if (log.length === 2) frame$.next(loud);
    });
    frame$.next(loud);
    expect(log).toEqual(['speechStart', 'interim', 'speechStart', 'interim']);
    call.unsubscribe();
    expect(frame$.observed).toBe(false);
  });
});
