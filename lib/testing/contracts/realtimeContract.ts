import assert from 'node:assert/strict';
import { finalize, ignoreElements, interval, map, merge, type Observable, tap, toArray } from 'rxjs';
import { lastValueFrom, takeUntil, Subject } from 'rxjs';
import { type AudioFrame, frameMs, level, silence } from '../../audio/frame.ts';
import { RxvoiceError } from '../../errors.ts';
import type { AnswerVoice, LlmEvent, Message } from '../../llm/message.ts';
import type { Realtime, RealtimeCall } from '../../realtime.ts';
import { type ContractOptions, settledTo, within } from './contractSuite.ts';

/** Options of the contract of models that hear and speak. */
export type RealtimeContractOptions = ContractOptions<Realtime>;

/**
 * The contract between a conversation and a model that hears and speaks, as tests for your own: it answers the messages
 * that it is given, in words and with its own voice, stops when it is unsubscribed, and answers again after a cut. For
 * its speech-to-text see `sttContract`, for its voice of other texts `ttsContract`.
 *
 * @example
 * import { describe, it } from 'node:test';
 * realtimeContract({ describe, it, name: 'my model', make: () => myRealtime });
 */
export function realtimeContract(options: RealtimeContractOptions): void {
  const { describe, it, name, make, open, broken, timeoutMs = 20_000 } = options;
  const check = (sentence: string, body: (call: RealtimeCall) => Promise<void>): unknown =>
    it(
      sentence,
      async () => {
        await within(timeoutMs, (async () => during((await make())(), body))());
        assert.equal(await settledTo(0, open), 0, 'something is still open');
      },
      timeoutMs + 3_000,
    );

  describe(`${name}, as a model that hears and speaks`, () => {
    check('should answer in words, with its own voice where it has one', async ({ llm }) => {
      const { text, voices } = await answered(llm(question));
      assert.notEqual(text.trim(), '', 'the answer has words');
      if (llm.voiced !== true) return;
      assert.ok(voices.length > 0, 'the answer has a voice');
      const frames = (
        await Promise.all(
          voices.map(({ audio$ }) => lastValueFrom(audio$.pipe(toArray()), { defaultValue: [] })),
        )
      ).flat();
      const ms = frames.reduce((sum, frame) => sum + frameMs(frame), 0);
      assert.ok(ms > 100, `${ms} ms of speech`);
      assert.ok(Math.max(...frames.map(level)) > 0.005, 'it can be heard');
      for (const { played } of voices) played?.(ms);
    });

    check('should emit the voice before the words that it says', async ({ llm }) => {
      if (llm.voiced !== true) return;
      const { types } = await answered(llm(question));
      assert.equal(
        types.find(type => type === 'voice' || type === 'token'),
        'voice',
      );
    });

    check('should keep the audio of an answer until it is played', async ({ llm }) => {
      const { voices } = await answered(llm(question));
      const [voice] = voices;
      if (voice === undefined) return;
      const frames = await lastValueFrom(voice.audio$.pipe(toArray()), { defaultValue: [] });
      assert.ok(frames.length > 0, 'audio that came before it was subscribed is there');
    });

    check('should stop when it is unsubscribed, and answer again', async ({ llm }) => {
      await new Promise<void>((resolve, reject) => {
        const answer = llm(question).subscribe({
          next: event => {
            if (event.type === 'voice') play(event);
            queueMicrotask(() => {
              answer.unsubscribe();
              resolve();
            });
          },
          error: reject,
        });
      });
      const { text } = await answered(llm(afterCut));
      assert.notEqual(text.trim(), '');
    });

    check('should bear being unsubscribed at once', async ({ llm }) => {
      llm(question)
        .subscribe({ error: () => undefined })
        .unsubscribe();
      assert.notEqual((await answered(llm(question))).text.trim(), '');
    });

    check('should answer a conversation that it has not heard itself', async ({ llm }) => {
      assert.notEqual((await answered(llm(earlier))).text.trim(), '');
    });

    check('should read other texts', async ({ tts }) => {
      const frames = await lastValueFrom(tts('Good morning.').pipe(toArray()), { defaultValue: [] });
      assert.ok(frames.reduce((sum, frame) => sum + frameMs(frame), 0) > 100);
    });

    check('should serve two calls at once, each with its own memory', async ({ llm }) => {
      const other = (await make())();
      await during(other, async () => {
        const [one, two] = await Promise.all([answered(llm(question)), answered(other.llm(earlier))]);
        assert.ok(one.text.trim() !== '' && two.text.trim() !== '');
      });
    });

    if (broken)
      it(
        'should fail with an error that names the stage when its service can not be reached',
        async () => {
          await assert.rejects(
            during(broken()(), async ({ llm }) => {
              await answered(llm(question));
            }),
            error => {
              assert.ok(RxvoiceError.is(error), 'it is an RxvoiceError');
              assert.ok(error.stage === 'stt' || error.stage === 'llm', 'it names its stage');
              return true;
            },
          );
        },
        timeoutMs,
      );
  });
}

const question: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'What time is it?' },
];
const afterCut: readonly Message[] = [...question, { role: 'user', content: 'Wait. And what day?' }];
const earlier: readonly Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'assistant', content: 'Hello, what can I do for you?' },
  { role: 'user', content: 'What time is it?' },
  { role: 'assistant', content: '', toolCalls: [{ id: 'call_1', name: 'clock', arguments: '{}' }] },
  { role: 'tool', content: 'noon', toolCallId: 'call_1' },
  { role: 'assistant', content: 'It is noon.' },
  { role: 'user', content: 'Thank you.' },
];

/** A call that listens to silence while something is done. */
async function during(call: RealtimeCall, body: (call: RealtimeCall) => Promise<void>): Promise<void> {
  const over$ = new Subject<void>();
  const silence$: Observable<AudioFrame> = interval(20).pipe(map(() => silence(20, 16_000)));
  const listening = lastValueFrom(
    merge(call.stt.warm$ ?? [], silence$.pipe(call.stt)).pipe(ignoreElements(), takeUntil(over$)),
    { defaultValue: undefined },
  );
  try {
    await Promise.race([
      body(call),
      listening.then(() => assert.fail('speech-to-text completed before its audio')),
    ]);
  } finally {
    over$.next();
    await listening.catch(() => undefined);
  }
}

/** Begins to play, and is cut at once. */
const play = ({ audio$, played }: AnswerVoice): void =>
  audio$
    .pipe(finalize(() => played?.(40)))
    .subscribe({ error: () => undefined })
    .unsubscribe();

/** A whole answer. */
async function answered(
  event$: Observable<LlmEvent>,
): Promise<{ text: string; voices: readonly AnswerVoice[]; types: readonly string[] }> {
  let text = '';
  const voices: AnswerVoice[] = [];
  const types: string[] = [];
  await lastValueFrom(
    event$.pipe(
      tap(event => {
        types.push(event.type);
        if (event.type === 'token') text += event.text;
        if (event.type === 'voice') voices.push(event);
      }),
    ),
    { defaultValue: undefined },
  );
  return { text, voices, types };
}
