import assert from 'node:assert/strict';
import {
  concatMap,
  EMPTY,
  filter,
  firstValueFrom,
  forkJoin,
  from,
  lastValueFrom,
  map,
  type Observable,
  of,
  reduce,
  timer,
  toArray,
} from 'rxjs';

import { type AudioFrame, frameMs, level } from '../../audio/frame.ts';
import { sessionOf } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Tts } from '../../tts/tts.ts';
import { type ContractOptions, settledTo, within } from './contractSuite.ts';

/** Options of the contract of text-to-speech engines. */
export interface TtsContractOptions extends ContractOptions<Tts> {
  /** A short and a longer sentence. Default English ones. */
  readonly sentences?: readonly [string, string];
  /** By how much two syntheses of one sentence may differ in length, as a share. Default 0.1. */
  readonly tolerance?: number;
}

/**
 * The contract between a conversation and a text-to-speech engine, as tests for your own: it speaks its text and
 * nothing else, several sentences at once, and falls silent when it is unsubscribed; and the form for whole replies,
 * where it has one.
 *
 * @example
 * import { describe, it } from 'node:test';
 * ttsContract({ describe, it, name: 'my voice', make: () => myTts() });
 */
export function ttsContract(options: TtsContractOptions): void {
  const { describe, it, name, make, open, broken, tolerance = 0.1, timeoutMs = 20_000 } = options;
  const [short, long] = options.sentences ?? [
    'Good morning.',
    'The train to the north leaves at half past nine.',
  ];
  const check = (sentence: string, body: (tts: Tts) => Promise<void>): unknown =>
    it(
      sentence,
      async () => {
        await within(timeoutMs, body(sessionOf(await make())));
        assert.equal(await settledTo(0, open), 0, 'something is still open');
      },
      // The runner's own limit is no sooner than ours, which says more.
      timeoutMs + 3_000,
    );
  const alike = (one: number, other: number): void =>
    assert.ok(Math.abs(one - other) <= tolerance * Math.max(one, other) + 20, `${one} ms and ${other} ms`);

  describe(`${name}, as a text-to-speech engine`, () => {
    check('should speak a sentence, and complete', async tts => {
      const frames = await lastValueFrom(tts(long).pipe(toArray()), { defaultValue: [] });
      const ms = frames.reduce((sum, frame) => sum + frameMs(frame), 0);
      assert.ok(ms > 500 && ms < 15_000, `${ms} ms of speech`);
      assert.equal(new Set(frames.map(({ sampleRate }) => sampleRate)).size, 1, 'one sample rate');
      assert.ok(
        frames.every(({ pcm }) => pcm.length > 0),
        'no frame is empty',
      );
      assert.ok(Math.max(...frames.map(level)) > 0.005, 'it can be heard');
    });

    check('should do nothing before it is subscribed, and the same each time it is', async tts => {
      const speech$ = tts(short);
      if (open) assert.equal(open(), 0, 'it began before it was subscribed');
      alike(await lengthOf(speech$), await lengthOf(speech$));
    });

    check('should speak several sentences at once, each for itself', async tts => {
      const alone = await lengthOf(tts(short));
      const [one, other, again] = await lastValueFrom(
        forkJoin([lengthOf$(tts(short)), lengthOf$(tts(long)), lengthOf$(tts(short))]),
        { defaultValue: [0, 0, 0] },
      );
      alike(one, alone);
      alike(again, alone);
      assert.ok(other > alone, 'the longer sentence is longer');
    });

    check('should fall silent when it is unsubscribed, and speak the next sentence whole', async tts => {
      const alone = await lengthOf(tts(short));
      const late = await cutAfterFirst(tts(long));
      alike(await lengthOf(tts(short)), alone);
      assert.equal(late.count, 0, 'it went on speaking');
    });

    check('should bear being unsubscribed at once', async tts => {
      tts(long)
        .subscribe({ error: () => undefined })
        .unsubscribe();
      assert.ok((await lengthOf(tts(short))) > 100);
    });

    check('should go on with a sentence when the one before it is unsubscribed', async tts => {
      const alone = await lengthOf(tts(long));
      const first = tts(short).subscribe({ error: () => undefined });
      const second = lengthOf(tts(long));
      first.unsubscribe();
      alike(await second, alone);
    });

    check('should not hang on a text without words', async tts => {
      for (const text of [' ', '…', '!?'])
        await lengthOf(tts(text)).catch((error: unknown) => assert.ok(RxvoiceError.is(error)));
    });

    check('should be warm before it is needed, where it can be', async tts => {
      if (tts.warm$ === undefined) return;
      const held = tts.warm$.subscribe();
      await firstValueFrom(tts.warm$.pipe(filter(({ progress }) => progress >= 1)), {
        defaultValue: undefined,
      });
      const opened = open?.();
      assert.ok((await lengthOf(tts(short))) > 100);
      if (opened !== undefined) assert.equal(open?.(), opened, 'what was opened before is used, and kept');
      held.unsubscribe();
    });

    check('should speak a reply as it is written, where it can', async tts => {
      if (tts.stream === undefined) return;
      const text$ = from(long.match(/\S+\s*/gu) ?? []).pipe(
        concatMap(word => timer(10).pipe(map(() => word))),
      );
      let ms = 0;
      let isWhole = false;
      const speech$ = tts.stream(text$, () => (isWhole ? ms : 0));
      const heard = new Promise<void>((resolve, reject) => {
        let isOver: NodeJS.Timeout | undefined;
        speech$.subscribe({
          next: frame => {
            ms += frameMs(frame);
            clearTimeout(isOver);
            // Heard when no more comes.
            isOver = setTimeout(() => (isWhole = true), 500);
          },
          error: reject,
          complete: () => {
            clearTimeout(isOver);
            if (isWhole) resolve();
            else reject(new Error('it completed before its audio was heard'));
          },
        });
      });
      await heard;
      alike(ms, await lengthOf(tts(long)));
    });

    check('should speak the next reply whole when one is cut, where it speaks replies', async tts => {
      const { stream } = tts;
      if (stream === undefined) return;
      const alone = await lengthOf(tts(short));
      await cutAfterFirst(stream(of(long), () => 10));
      let ms = 0;
      const next$ = stream(of(short), () => ms);
      await lastValueFrom(next$.pipe(map(frame => (ms += frameMs(frame)))), { defaultValue: 0 });
      alike(ms, alone);
    });

    check('should complete a reply without words, where it speaks replies', async tts => {
      if (tts.stream) assert.equal(await lengthOf(tts.stream(EMPTY, () => 0)), 0);
    });

    if (broken)
      it(
        'should fail with an error that names the stage when its service can not be reached',
        async () => {
          await assert.rejects(lengthOf(sessionOf(broken())(short)), error => {
            assert.ok(RxvoiceError.is(error), 'it is an RxvoiceError');
            assert.equal(error.stage, 'tts');
            return true;
          });
        },
        timeoutMs,
      );
  });
}

const lengthOf$ = (speech$: Observable<AudioFrame>): Observable<number> =>
  speech$.pipe(reduce((sum, frame) => sum + frameMs(frame), 0));
const lengthOf = (speech$: Observable<AudioFrame>): Promise<number> =>
  lastValueFrom(lengthOf$(speech$), { defaultValue: 0 });

/** Unsubscribes some speech with its first audio, and counts the frames that come all the same. */
const cutAfterFirst = (speech$: Observable<AudioFrame>): Promise<{ readonly count: number }> =>
  new Promise((resolve, reject) => {
    const late = { count: -1 };
    const subscription = speech$.subscribe({
      next: () => {
        late.count++;
        if (late.count > 0) return;
        queueMicrotask(() => {
          // Audio that came with the first frame was not late.
          late.count = 0;
          subscription.unsubscribe();
          resolve(late);
        });
      },
      error: reject,
      complete: () => {
        // Some give all of it at once.
        if (late.count < 0) reject(new Error('there was nothing to cut'));
      },
    });
  });
