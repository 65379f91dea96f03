import assert from 'node:assert/strict';
import {
  concat,
  defer,
  EMPTY,
  filter,
  finalize,
  firstValueFrom,
  lastValueFrom,
  NEVER,
  type Observable,
  of,
  reduce,
  takeWhile,
  throwError,
  toArray,
} from 'rxjs';
import { type AudioFrame, frameMs, silence } from '../../audio/frame.ts';
import { sessionOf } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { type ContractOptions, settledTo, within } from './contractSuite.ts';

/** Options of the contract of speech-to-text engines. */
export interface SttContractOptions extends ContractOptions<Stt> {
  /** One thing that is said, with half a second of silence before it and a second and a half after it. */
  readonly speech$: Observable<AudioFrame>;
  /** Text that the engine recognises in it. Default: any words. */
  readonly words?: RegExp;
}

/**
 * The contract between a conversation and a speech-to-text engine, as tests for your own: it transcribes speech, ends
 * each utterance once, drains when the audio completes, and releases everything when it is unsubscribed.
 *
 * @example
 * import { describe, it } from 'vitest';
 * sttContract({ describe, it, name: 'my engine', make: () => myStt(), speech$: wavInput('hello.wav') });
 */
export function sttContract(options: SttContractOptions): void {
  const { describe, it, name, make, open, broken, speech$, words = /\w/u, timeoutMs = 20_000 } = options;
  const check = (sentence: string, body: (stt: Stt) => Promise<void>): unknown =>
    it(
      sentence,
      async () => {
        await within(timeoutMs, body(sessionOf(await make())));
        assert.equal(await settledTo(0, open), 0, 'something is still open');
      },
      // The runner's own limit is no sooner than ours, which says more.
      timeoutMs + 3_000,
    );
  const heard = (stt: Stt, audio$: Observable<AudioFrame>): Promise<SttEvent[]> =>
    lastValueFrom(audio$.pipe(stt, toArray()), { defaultValue: [] });
  const textOf = (transcripts: readonly SttEvent[]): string =>
    transcripts.flatMap(transcript => (transcript.type === 'final' ? [transcript.text] : [])).join(' ');
  const ends = (transcripts: readonly SttEvent[]) =>
    transcripts.filter(transcript => transcript.type === 'utteranceEnd');

  describe(`${name}, as a speech-to-text engine`, () => {
    check('should hear what is said, and end it once', async stt => {
      const transcripts = await heard(stt, speech$);
      assert.match(textOf(transcripts), words);
      assert.equal(ends(transcripts).length, 1, 'one utterance has one end');
      assert.equal(transcripts.at(-1)?.type, 'utteranceEnd', 'nothing comes after the end');
      assert.ok(transcripts.filter(({ type }) => type === 'speechStart').length <= 1, 'it begins once');
    });

    check('should emit positions within the audio it received', async stt => {
      const lengthMs = await lengthOf(speech$);
      for (const transcript of await heard(stt, speech$)) {
        const at = 'at' in transcript ? transcript.at : 'end' in transcript ? transcript.end : 0;
        assert.ok(at >= 0 && at <= lengthMs, `${transcript.type} is at ${at} ms of ${lengthMs} ms`);
      }
    });

    check('should go on after an utterance: two of them have two ends, one after the other', async stt => {
      const lengthMs = await lengthOf(speech$);
      const [first, second, ...more] = ends(await heard(stt, concat(speech$, speech$)));
      assert.ok(first && second && more.length === 0, 'two utterances have two ends');
      assert.ok(first.end <= lengthMs && second.end >= lengthMs, 'positions go on');
    });

    check('should finish what was begun when the audio ends in the middle of it', async stt => {
      const [end] = ends(await heard(stt, speech$));
      assert.ok(end);
      const transcripts = await heard(stt, upTo(speech$, end.end));
      assert.equal(ends(transcripts).length, 1);
      assert.match(textOf(transcripts), words);
    });

    check('should hear nothing in silence', async stt => {
      const transcripts = await heard(stt, of(silence(500), silence(500)));
      assert.equal(textOf(transcripts), '');
    });

    check('should complete when there is no audio', async stt => {
      assert.deepEqual(await heard(stt, EMPTY), []);
    });

    check('should release the input and everything else when it is unsubscribed', async stt => {
      let isRead = true;
      let isOver = false;
      const late: SttEvent[] = [];
      await new Promise<void>((resolve, reject) => {
        const subscription = concat(speech$, NEVER)
          .pipe(
            finalize(() => (isRead = false)),
            stt,
          )
          .subscribe({
            next: transcript => {
              if (isOver) late.push(transcript);
              if (transcript.type === 'final' || transcript.type === 'interim')
                queueMicrotask(() => {
                  subscription.unsubscribe();
                  isOver = true;
                  resolve();
                });
            },
            error: reject,
          });
      });
      assert.equal(isRead, false, 'the input is still read');
      assert.equal(await settledTo(0, open), 0, 'something is still open');
      assert.deepEqual(late, [], 'it went on emitting');
    });

    check('should pass on that the input failed', async stt => {
      const failing$ = concat(
        speech$,
        throwError(() => new Error('unplugged')),
      );
      await assert.rejects(heard(stt, failing$), /unplugged/u);
    });

    check('should hear two calls at once, each for itself', async stt => {
      const other = sessionOf(await make());
      const [one, two] = await Promise.all([heard(stt, speech$), heard(other, speech$)]);
      assert.match(textOf(one), words);
      assert.match(textOf(two), words);
    });

    check('should be warm before it is needed, where it can be', async stt => {
      if (stt.warm$ === undefined) return;
      const held = stt.warm$.subscribe();
      await firstValueFrom(stt.warm$.pipe(filter(({ progress }) => progress >= 1)), {
        defaultValue: undefined,
      });
      const transcripts = await heard(stt, speech$);
      held.unsubscribe();
      assert.equal(ends(transcripts).length, 1);
    });

    if (broken)
      it(
        'should fail with an error that names the stage when its service can not be reached',
        async () => {
          const stt = sessionOf(broken());
          await assert.rejects(heard(stt, concat(speech$, NEVER)), error => {
            assert.ok(RxvoiceError.is(error), 'it is an RxvoiceError');
            assert.equal(error.stage, 'stt');
            return true;
          });
        },
        timeoutMs,
      );
  });
}

const lengthOf = (audio$: Observable<AudioFrame>): Promise<number> =>
  lastValueFrom(audio$.pipe(reduce((sum, frame) => sum + frameMs(frame), 0)), { defaultValue: 0 });

/** The beginning of some audio, of a given length, ms. */
const upTo = (audio$: Observable<AudioFrame>, ms: number): Observable<AudioFrame> =>
  defer(() => {
    let lengthMs = 0;
    return audio$.pipe(takeWhile(frame => (lengthMs += frameMs(frame)) <= ms));
  });
