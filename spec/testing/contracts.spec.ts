import { concat, EMPTY, ignoreElements, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../lib/audio/frame.ts';
import type { Stt, SttEvent } from '../../lib/stt/stt.ts';
import { scriptedTts, sttContract, ttsContract } from '../../lib/testing/index.ts';
import type { Tts } from '../../lib/tts/tts.ts';

/** The sentences of a contract that an engine does not keep. */
const broken = async (
  contract: (runner: {
    describe: (name: string, body: () => void) => void;
    it: (name: string, body: () => Promise<void>) => void;
  }) => void,
): Promise<string[]> => {
  const tests: [string, () => Promise<void>][] = [];
  contract({ describe: (_, body) => body(), it: (name, body) => tests.push([name, body]) });
  const results = await Promise.allSettled(tests.map(([, body]) => body()));
  return tests.flatMap(([name], index) => (results[index]?.status === 'rejected' ? [name] : []));
};
const ofStt = (make: () => Stt, open?: () => number) =>
  broken(runner =>
    sttContract({
      ...runner,
      name: '',
      make,
      timeoutMs: 2_000,
      speech$: of(silence(3_000)),
      ...(open && { open }),
    }),
  );
const ofTts = (make: () => Tts) =>
  broken(runner => ttsContract({ ...runner, name: '', make, timeoutMs: 2_000 }));

const utterance: readonly SttEvent[] = [
  { type: 'final', text: 'Hello.', end: 900 },
  { type: 'utteranceEnd', end: 900 },
];

describe('the contracts', () => {
  it('should find a speech-to-text engine out that ends an utterance twice, or emits positions outside of the audio', async () => {
    const twice: Stt = frame$ =>
      concat(frame$.pipe(ignoreElements()), of(...utterance, { type: 'utteranceEnd', end: 9_000 } as const));
    expect(await ofStt(() => twice)).toEqual(
      expect.arrayContaining([
        'should hear what is said, and end it once',
        'should emit positions within the audio it received',
        'should hear nothing in silence',
        'should complete when there is no audio',
      ]),
    );
  });

  it('should find a speech-to-text engine out that holds on to the input, or leaves something open', async () => {
    const deaf: Stt = frame$ => {
      frame$.subscribe({ error: () => undefined });
      return of(...utterance);
    };
    expect(await ofStt(() => deaf)).toEqual(
      expect.arrayContaining([
        'should release the input and everything else when it is unsubscribed',
        'should pass on that the input failed',
      ]),
    );
    expect(
      (
        await ofStt(
          () => deaf,
          () => 1,
        )
      ).length,
    ).toBeGreaterThanOrEqual(10);
  });

  it('should find a voice out that says nothing, that says too much, and that is late', async () => {
    expect(await ofTts(() => () => EMPTY)).toContain('should speak a sentence, and complete');
    let spoken = '';
    const growing: Tts = text => scriptedTts()((spoken += text));
    expect(await ofTts(() => growing)).toEqual(
      expect.arrayContaining([
        'should speak several sentences at once, each for itself',
        'should go on with a sentence when the one before it is unsubscribed',
      ]),
    );
  });

  it('should find a voice out that takes replies, and is done before they were heard', async () => {
    const hasty: Tts = Object.assign(scriptedTts(), { stream: () => scriptedTts()('Too soon.') });
    expect(await ofTts(() => hasty)).toEqual(
      expect.arrayContaining([
        'should speak a reply as it is written, where it can',
        'should complete a reply without words, where it speaks replies',
      ]),
    );
  });

  it('should find nothing to say against our scripted voice', async () => {
    expect(await ofTts(() => scriptedTts())).toEqual([]);
  });
});
