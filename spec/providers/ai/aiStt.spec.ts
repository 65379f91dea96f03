import { interval, lastValueFrom, map, type Observable, take, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type AudioFrame, silence } from '../../../lib/audio/frame.ts';
import type { Notice } from '../../../lib/engine.ts';
import { conversation } from '../../../lib/index.ts';
import { type AiSttOptions, aiStt, type AiTranscriptionModel } from '../../../lib/providers/ai/index.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { fakeTime, scriptedLlm, scriptedTts } from '../../../lib/testing/index.ts';

const voice: AudioFrame = {
  pcm: Int16Array.from({ length: 320 }, (_, at) => Math.round(8_000 * Math.sin(at / 3))),
  sampleRate: 16_000,
};
/** A microphone in real time, with voices between these times, ms. */
const microphone = (ms: number, ...voices: (readonly [number, number])[]): Observable<AudioFrame> =>
  interval(20).pipe(
    take(ms / 20),
    map(at => (voices.some(([from, to]) => at * 20 >= from && at * 20 < to) ? voice : silence())),
  );

/** A transcription model whose parts come when that much audio was read, ms; the n-th stream has the n-th list. */
function transcribing(...streams: readonly (readonly (readonly [number, unknown])[])[]) {
  const asked: { audio: ReadableStream<Uint8Array>; inputAudioFormat: object; abortSignal: AbortSignal }[] =
    [];
  const model: AiTranscriptionModel = {
    specificationVersion: 'v4',
    provider: 'mock',
    modelId: 'ears',
    doStream: (options: (typeof asked)[0]) => {
      const left = [...(streams[asked.length] ?? [])];
      asked.push(options);
      const stream = new ReadableStream({
        start: controller => {
          void (async () => {
            let ms = 0;
            for await (const bytes of options.audio) {
              ms += bytes.length / 32;
              while (left.length > 0 && left[0]![0] <= ms) {
                const part = left.shift()![1];
                if (part instanceof Error) return controller.error(part);
                controller.enqueue(part);
              }
            }
            for (const [, part] of left) controller.enqueue(part);
            controller.close();
          })().catch(() => undefined);
        },
      });
      return Promise.resolve({ stream });
    },
  };
  return { model, asked };
}
const partial = (text: string, id?: string) => ({ type: 'transcript-partial', text, ...(id && { id }) });
const delta = (text: string, id?: string) => ({ type: 'transcript-delta', delta: text, ...(id && { id }) });
const final = (text: string, endSecond?: number, id?: string) => ({
  type: 'transcript-final',
  text,
  ...(endSecond !== undefined && { endSecond }),
  ...(id && { id }),
});

/** The events of a stream, with their times: `950 final One. 800`. */
async function heard(
  model: AiTranscriptionModel,
  frame$: Observable<AudioFrame>,
  options?: AiSttOptions,
): Promise<string[]> {
  const { values } = await fakeTime(vi, () => frame$.pipe(aiStt(model, options)));
  return values.map(({ at, value }) =>
    [at, value.type, 'text' in value && value.text, 'at' in value && value.at, 'end' in value && value.end]
      .filter(part => part !== false)
      .join(' '),
  );
}

describe('aiStt', () => {
  it('should end an utterance as soon as its words are final, after its voice', async () => {
    const { model, asked } = transcribing([
      [500, partial('Hello', 'a')],
      [1_400, final('Hello there.', 0.98, 'a')],
    ]);
    expect(await heard(model, microphone(2_000, [200, 1_000]))).toEqual([
      '260 speechStart 200',
      '500 interim Hello',
      '1300 speechEnd 1000',
      '1400 final Hello there. 980',
      '1400 utteranceEnd 1000',
    ]);
    expect(asked[0]!.inputAudioFormat).toEqual({ type: 'audio/pcm', rate: 16_000 });
    expect(asked[0]!.abortSignal.aborted).toBe(true);
  });

  it.each<[string, (readonly [number, unknown])[], string[]]>([
    [
      'words that the model never makes final: after a time',
      [
        [500, delta('Hello')],
        [900, delta(' there.')],
      ],
      [
        '500 interim Hello',
        '900 interim Hello there.',
        '2000 final Hello there. 1000',
        '2000 utteranceEnd 1000',
      ],
    ],
    [
      'words that become final too late: once',
      [
        [900, partial('Hello there.', 'a')],
        [2_300, final('Hello there.', 1, 'a')],
      ],
      ['900 interim Hello there.', '2000 final Hello there. 1000', '2000 utteranceEnd 1000'],
    ],
    [
      'several segments: all of them',
      [
        [600, final('One.', 0.5, 'a')],
        [900, partial('Two', 'b')],
        [1_500, final('Two.', 1, 'b')],
      ],
      ['600 final One. 500', '900 interim Two', '1500 final Two. 1000', '1500 utteranceEnd 1000'],
    ],
    [
      'words that come whole after the voice',
      [
        [700, final('One.', 0.4)],
        [1_600, final('Two.', 1)],
      ],
      ['700 final One. 400', '1600 final Two. 1000', '1600 utteranceEnd 1000'],
    ],
    ['a noise: nothing', [], []],
    [
      'parts that say nothing of words',
      [
        [500, { type: 'raw', rawValue: 1 }],
        [600, partial(' ')],
      ],
      [],
    ],
  ])('should hear %s', async (_, parts, events) => {
    const { model } = transcribing(parts);
    expect(await heard(model, microphone(3_000, [200, 1_000]))).toEqual(
      [...events, '260 speechStart 200', '1300 speechEnd 1000'].sort(
        (one, other) => parseInt(one) - parseInt(other),
      ),
    );
  });

  it('should end the words of a voice that the end of the audio cuts', async () => {
    const { model } = transcribing([
      [500, partial('Hello')],
      [9_999, final('Hello there.')],
    ]);
    const events = await heard(model, microphone(800, [200, 800]));
    expect(events.slice(-2)).toEqual(['800 final Hello there. 800', '800 utteranceEnd 800']);
  });

  it('should open a stream that breaks again, and report that', async () => {
    const lost = new TypeError('terminated', { cause: { code: 'ECONNRESET' } });
    const { model, asked } = transcribing([[300, lost]], [[1_200, final('Hello.', 0.6)]]);
    const stt = aiStt(model).session!();
    const warnings: string[] = [];
    stt.notice$!.subscribe((notice: Notice) => 'message' in notice && warnings.push(notice.message));
    const { values } = await fakeTime(vi, () => microphone(3_000, [600, 1_200]).pipe(stt));
    expect(values.map(({ value }) => value.type)).toEqual([
      'speechStart',
      'speechEnd',
      'final',
      'utteranceEnd',
    ]);
    expect([asked.length, warnings]).toEqual([2, [expect.stringContaining('It is connected again.')]]);
  });

  it.each<[string, unknown, string]>([
    ['a key that is wrong', { type: 'error', error: { statusCode: 401 } }, 'does not accept the API key'],
    ['a key that is missing', Object.assign(new Error(), { name: 'AI_LoadAPIKeyError' }), 'has no API key'],
  ])('should fail at once for %s', async (_, part, message) => {
    const { model } = transcribing([[100, part]]);
    const events = lastValueFrom(microphone(400).pipe(aiStt(model), toArray<SttEvent>()));
    await expect(events).rejects.toMatchObject({
      stage: 'stt',
      message: expect.stringContaining(message) as string,
    });
  });

  it('should refuse a model that transcribes whole recordings only', () => {
    const model = { specificationVersion: 'v3', provider: 'mock', modelId: 'whisper-1', doGenerate: vi.fn() };
    expect(() => aiStt(model)).toThrow('whisper-1 has no doStream: it transcribes whole recordings only');
  });

  it('should hear in a conversation', async () => {
    const { model } = transcribing([
      [900, partial('How much', 'a')],
      [1_400, final('How much is it?', 1, 'a')],
    ]);
    const { values } = await fakeTime(vi, () =>
      conversation({ stt: aiStt(model), llm: scriptedLlm('Four euros.'), tts: scriptedTts() })(
        microphone(4_000, [200, 1_000]),
        { write: () => undefined },
      ),
    );
    const texts = values.flatMap(({ at, value }) =>
      value.type === 'user.said' || value.type === 'bot.spoke' ? [`${at} ${value.text}`] : [],
    );
    expect(texts).toEqual([
      expect.stringMatching(/^1\d{3} How much is it\?$/u),
      expect.stringContaining('Four euros.'),
    ]);
  });
});
