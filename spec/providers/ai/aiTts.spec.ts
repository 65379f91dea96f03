import { MockSpeechModelV3 } from 'ai/test';
import { lastValueFrom, of, Subject, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type AudioFrame, frameBytes } from '../../../lib/audio/frame.ts';
import { writeWav } from '../../../lib/audio/wav.ts';
import { conversation } from '../../../lib/index.ts';
import { type AiSpeechModel, aiTts } from '../../../lib/providers/ai/index.ts';
import { fakeTime, scriptedInput, scriptedLlm, scriptedStt } from '../../../lib/testing/index.ts';
import { partStreams } from '../../support/aiAudio.ts';

const sound: AudioFrame = { pcm: Int16Array.from({ length: 480 }, (_, at) => at * 10), sampleRate: 24_000 };
const bytes = frameBytes(sound);
const once = { retries: 0 };
const framesOf = (frame$: ReturnType<ReturnType<typeof aiTts>>): Promise<AudioFrame[]> =>
  lastValueFrom(frame$.pipe(toArray()));
const samples = (frames: readonly AudioFrame[]): number[] => frames.flatMap(({ pcm }) => [...pcm]);

/** A model that streams: the text it read, and its answer. */
function streaming(parts: readonly (readonly [number, unknown])[], { afterText = false } = {}) {
  const { of, open } = partStreams();
  const read: string[] = [];
  const asked: Record<string, unknown>[] = [];
  const model = {
    specificationVersion: 'v4',
    provider: 'mock',
    modelId: 'voice',
    doGenerate: () => Promise.reject(new Error('not asked')),
    doStream: (options: { text: ReadableStream<{ text: string }>; abortSignal: AbortSignal }) => {
      asked.push({ ...options });
      const reading = (async () => {
        for await (const { text } of options.text) read.push(text);
      })().catch(() => undefined);
      return (afterText ? reading : Promise.resolve()).then(() => ({ stream: of(parts) }));
    },
  };
  return { model, read, asked, open };
}
const audio = (audio: string | Uint8Array, audioFormat: object = { type: 'audio/pcm', rate: 24_000 }) =>
  ({ type: 'audio', audio, audioFormat }) as const;
const whole = (audio: string | Uint8Array): AiSpeechModel =>
  new MockSpeechModelV3({
    doGenerate: () =>
      Promise.resolve({ audio, warnings: [], response: { timestamp: new Date(), modelId: 'voice' } }),
  });

describe('aiTts', () => {
  it('should speak a reply as it is written, with a model that streams', async () => {
    const { model, read, asked, open } = streaming([
      [0, { type: 'stream-start', warnings: [] }],
      [0, audio(bytes.subarray(0, 101))], // half a sample
      [0, audio(Buffer.from(bytes.subarray(101)).toString('base64'))],
      [20, { type: 'finish' }],
    ]);
    const tts = aiTts(model, { voice: 'anna', speed: 1.2 });
    const frames = await framesOf(tts.stream!(of('Hello ', 'there.'), () => 0));
    expect(samples(frames)).toEqual([...sound.pcm]);
    expect([read, open()]).toEqual([['Hello ', 'there.'], 0]);
    expect(asked[0]).toMatchObject({
      voice: 'anna',
      speed: 1.2,
      outputFormat: { type: 'audio/pcm', rate: 24_000 },
    });
  });

  it('should abort the request, and read no more text, when the reply is cut', async () => {
    const { model, asked, open } = streaming([
      [0, audio(bytes)],
      [60_000, audio(bytes)],
    ]);
    const text$ = new Subject<string>();
    const heard = vi.fn();
    const subscription = aiTts(model).stream!(text$, () => 0).subscribe(heard);
    text$.next('Hello');
    await expect.poll(() => heard.mock.calls.length).toBe(1);
    subscription.unsubscribe();
    expect([(asked[0]!['abortSignal'] as AbortSignal).aborted, text$.observed]).toEqual([true, false]);
    await expect.poll(open).toBe(0);
  });

  it.each<[string, AiSpeechModel]>([
    ['in WAV', whole(writeWav(sound))],
    ['in base64', whole(Buffer.from(writeWav(sound)).toString('base64'))],
    ['of a model that streams', streaming([[0, audio(bytes)]]).model],
  ])('should speak a sentence %s', async (_, model) => {
    expect(samples(await framesOf(aiTts(model, once)('Hello.')))).toEqual([...sound.pcm]);
  });

  it('should read PCM of a model that gives a sentence whole', async () => {
    const tts = aiTts(whole(bytes), { ...once, outputFormat: 'pcm', sampleRate: 8_000 });
    expect(tts.stream).toBeUndefined();
    expect(await framesOf(tts('Hello.'))).toEqual([{ ...sound, sampleRate: 8_000 }]);
  });

  it.each<[string, AiSpeechModel, string]>([
    ['MP3 in a stream', streaming([[0, audio(bytes, { type: 'audio/mpeg' })]]).model, 'sent audio/mpeg'],
    ['Ogg', whole(new TextEncoder().encode('OggS and more')), "can't be played. Ask it for PCM or WAV"],
    [
      'an error',
      streaming([[0, { type: 'error', error: { statusCode: 401 } }]]).model,
      'does not accept the API key',
    ],
    [
      'a broken stream',
      streaming([[0, new TypeError('terminated', { cause: { code: 'ECONNRESET' } })]]).model,
      'can not be reached',
    ],
  ])('should fail with the stage tts for %s', async (_, model, message) => {
    await expect(framesOf(aiTts(model, once)('Hello.'))).rejects.toMatchObject({
      stage: 'tts',
      message: expect.stringContaining(message) as string,
    });
  });

  it.each<[string, unknown, string]>([
    ['an id', 'openai/tts-1', "'openai/tts-1' is an id"],
    ['nothing', undefined, 'expected a model of the AI SDK'],
    ['a version to come', { specificationVersion: 'v5', modelId: 'x' }, "specification version 'v5'"],
    ['another model', { specificationVersion: 'v3', modelId: 'x' }, 'has no doStream and no doGenerate'],
  ])('should refuse %s', (_, model, message) => {
    expect(() => aiTts(model as AiSpeechModel)).toThrow(message);
  });

  it('should speak in a conversation', async () => {
    const { model } = streaming(
      [
        [100, audio(bytes)],
        [50, audio(bytes)],
        [0, { type: 'finish' }],
      ],
      { afterText: true },
    );
    const { values } = await fakeTime(vi, () =>
      conversation({
        stt: scriptedStt([{ from: 200, to: 800, text: 'Hello?' }]),
        llm: scriptedLlm('Yes, I am here.'),
        tts: aiTts(model),
      })(scriptedInput(2_500), { write: () => undefined }),
    );
    expect(values.flatMap(({ value }) => (value.type === 'bot.spoke' ? [value.text] : []))).toEqual([
      'Yes, I am here.',
    ]);
  });
});
