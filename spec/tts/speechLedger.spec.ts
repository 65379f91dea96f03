import { concat, ignoreElements, timer, tap, defer, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import { SpeechLedger } from '../../lib/tts/speechLedger.ts';
import { virtualTime } from '../../lib/testing/index.ts';

const hand = (spoken: SpeechLedger, ms: number): void => {
  const frame = silence(ms);
  spoken.playhead.hand(ms, 0);
  spoken.receive(frame);
  spoken.hand(frame);
};

/** The words heard at these times of two sentences of a second each, the second still arriving. */
const heardAt = (...times: number[]): string[] =>
  times.map(
    at =>
      virtualTime(() => {
        const spoken = new SpeechLedger();
        spoken.begin('Ask not what your country can do. ');
        hand(spoken, 1_000);
        spoken.receivedAll();
        spoken.handedAll();
        spoken.begin('Ask what you can do.');
        hand(spoken, 600);
        return concat(
          timer(at).pipe(ignoreElements()),
          defer(() => of(spoken.heard)),
        );
      }).values[0]!.value,
  );

describe('SpeechLedger', () => {
  it('should return the words that were heard, whole ones, in proportion to the audio', () => {
    expect(heardAt(0, 300, 1_000, 5_000)).toEqual([
      '',
      'Ask not',
      'Ask not what your country can do.',
      // the rest of the second sentence had not come: it is taken to last as long as the slowest one so far would
      'Ask not what your country can do. Ask what you can',
    ]);
  });

  it('should believe an output that knows better', () => {
    const heard = virtualTime(() => {
      const spoken = new SpeechLedger();
      spoken.begin('One two three four.');
      hand(spoken, 1_000);
      spoken.receivedAll();
      spoken.handedAll();
      spoken.report({ playedMs: 500 });
      return timer(5_000).pipe(
        tap(() => undefined),
        () => of(spoken.heard, spoken.heardMs),
      );
    }).values.map(({ value }) => value);
    expect(heard).toEqual(['One two', 500]);
  });

  it('should join sentences with a space where the model wrote none', () => {
    const spoken = new SpeechLedger();
    for (const text of ['One.', 'Two. ', 'Three.']) spoken.begin(text);
    expect(spoken.text).toBe('One. Two. Three.');
  });

  it('should join the pieces of a word that was cut without one', () => {
    const spoken = new SpeechLedger();
    for (const text of ['Visit example.', 'com or wwww', 'wwww.org.']) spoken.begin(text);
    expect(spoken.text).toBe('Visit example.com or wwwwwwww.org.');
  });
});
