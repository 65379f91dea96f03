import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concat,
  filter,
  finalize,
  firstValueFrom,
  from,
  lastValueFrom,
  NEVER,
  type Observable,
  of,
  type Subscription,
  toArray,
} from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AudioFrame, frameOf, silence } from '../../../lib/audio/frame.ts';
import { reframe } from '../../../lib/audio/reframe.ts';
import { localStt } from '../../../lib/providers/local/localStt.ts';
import { RxvoiceError } from '../../../lib/errors.ts';
import { loadSherpa } from '../../../lib/providers/local/sherpa.ts';
import type { SttEvent } from '../../../lib/stt/stt.ts';
import { wordErrors } from '../../../bench/wordErrors.js';

const folder = join(import.meta.dirname, '../../fixtures/speech');
const recordings = JSON.parse(readFileSync(join(folder, 'transcripts.json'), 'utf8')) as {
  file: string;
  text: string;
}[];
const clip = (file: string): AudioFrame => frameOf(readFileSync(join(folder, file)).subarray(44), 16_000);

/** A clip with half a second of silence before it and a second and a half after it. */
const spoken = (file: string, ms = 20): Observable<AudioFrame> =>
  from([silence(500), clip(file), silence(1_500)]).pipe(reframe(ms));
const hear = (audio$: Observable<AudioFrame>, options = {}): Promise<SttEvent[]> =>
  lastValueFrom(audio$.pipe(localStt(options), toArray()));
const text = (transcripts: readonly SttEvent[]): string =>
  transcripts.flatMap(transcript => (transcript.type === 'final' ? [transcript.text] : [])).join(' ');

describe('localStt', () => {
  let held: Subscription;

  // Fetches the models when this machine has none.
  beforeAll(async () => {
    const warm$ = localStt().warm$!;
    held = warm$.subscribe();
    await firstValueFrom(warm$.pipe(filter(({ progress }) => progress === 1)));
  }, 300_000);
  afterAll(() => held.unsubscribe());

  it('should write down what real people say', async () => {
    const results = await Promise.all(
      recordings.map(async ({ file, text: said }) => wordErrors(said, text(await hear(spoken(file))))),
    );
    const errors = results.reduce((sum, result) => sum + result.errors, 0);
    const words = results.reduce((sum, result) => sum + result.words, 0);
    expect(words).toBe(82);
    expect(errors / words).toBeLessThan(0.08);
  }, 120_000);

  it('should emit where speech begins and ends, and end each utterance once', async () => {
    const transcripts = await hear(spoken('goforward.wav'));
    expect(transcripts.filter(({ type }) => type !== 'interim').map(({ type }) => type)).toEqual([
      'speechStart',
      'final',
      'utteranceEnd',
    ]);
    const [start] = transcripts as [Extract<SttEvent, { type: 'speechStart' }>];
    const end = transcripts.at(-1) as Extract<SttEvent, { type: 'utteranceEnd' }>;
    // by its loudness the clip's voice goes from 500 + 690 to 500 + 2,340 ms
    expect(start.at).toBeGreaterThan(1_000);
    expect(start.at).toBeLessThan(1_350);
    expect(end.end).toBeGreaterThan(2_650);
    expect(end.end).toBeLessThan(3_050);
  }, 60_000);

  it('should hear the same however the audio is cut up', async () => {
    const [even, odd, whole] = await Promise.all([
      hear(spoken('something.wav')),
      hear(spoken('something.wav', 7)),
      hear(spoken('something.wav', 100_000)),
    ]);
    const lasting = (transcripts: SttEvent[]) => transcripts.filter(({ type }) => type !== 'interim');
    expect(lasting(odd)).toEqual(lasting(even));
    expect(lasting(whole)).toEqual(lasting(even));
  }, 60_000);

  it('should hear no words where there are none', async () => {
    const noise = (loudness: number): AudioFrame => ({
      pcm: Int16Array.from({ length: 48_000 }, (_, index) => loudness * Math.sin(index * index * 0.37)),
      sampleRate: 16_000,
    });
    expect(await hear(of(silence(5_000)).pipe(reframe()))).toEqual([]);
    expect(text(await hear(of(noise(300), noise(3_000)).pipe(reframe())))).toBe('');
  }, 60_000);

  it('should finish what it has when the audio ends mid-word', async () => {
    const transcripts = await hear(
      of({ ...clip('jfk.wav'), pcm: clip('jfk.wav').pcm.subarray(0, 16_000 * 1.6) }).pipe(reframe()),
    );
    expect(transcripts.at(-1)?.type).toBe('utteranceEnd');
    expect(text(transcripts)).toMatch(/and so/iu);
  }, 60_000);

  it('should emit finals during a long utterance, and lose no word of it', async () => {
    const transcripts = await hear(spoken('austen_0870.wav'), { maxMs: 3_000 });
    const finals = transcripts.filter(({ type }) => type === 'final');
    expect(finals.length).toBeGreaterThan(1);
    expect(transcripts.filter(({ type }) => type === 'speechStart')).toHaveLength(1);
    const { errors } = wordErrors(
      recordings.find(({ file }) => file === 'austen_0870.wav')!.text,
      text(transcripts),
    );
    expect(errors).toBeLessThan(5);
  }, 60_000);

  it('should bring other sample rates to its own', async () => {
    const slow = clip('goforward.wav');
    const high: AudioFrame = {
      pcm: Int16Array.from({ length: slow.pcm.length * 3 }, (_, index) => {
        const [at, part] = [Math.floor(index / 3), (index % 3) / 3];
        return slow.pcm[at]! * (1 - part) + (slow.pcm[at + 1] ?? 0) * part;
      }),
      sampleRate: 48_000,
    };
    expect(
      text(
        await hear(concat(of(silence(500, 48_000)), of(high), of(silence(1_000, 48_000))).pipe(reframe())),
      ),
    ).toMatch(/go forward ten meters/iu);
  }, 60_000);

  it('should share one model between conversations that listen at the same time', async () => {
    const heard = await Promise.all(Array.from({ length: 6 }, () => hear(spoken('goforward.wav'))));
    expect(new Set(heard.map(text))).toEqual(new Set(['Go forward ten meters.']));
  }, 60_000);

  it('should stop at once when unsubscribed, also while it decodes', async () => {
    let [told, listening] = [0, 0];
    const subscription = concat(spoken('goforward.wav'), NEVER)
      .pipe(
        finalize(() => (listening -= 1)),
        localStt(),
      )
      .subscribe(() => (told += 1));
    listening += 1;
    const before = told;
    subscription.unsubscribe();
    expect(listening).toBe(0);
    await hear(spoken('goforward.wav')); // decodes come in order: those of the other stream would have come by now
    expect(told).toBe(before);
  }, 60_000);
});

describe('loadSherpa', () => {
  const failing = (code: string) => () => {
    throw Object.assign(new Error('no'), { code });
  };

  it('should say how to get the runtime, and when it is unavailable', () => {
    expect(() => loadSherpa(failing('MODULE_NOT_FOUND'))).toThrow(/npm i sherpa-onnx-node@1\.13\.8/u);
    expect(() => loadSherpa(failing('ERR_DLOPEN_FAILED'))).toThrow(RxvoiceError);
    expect(() => loadSherpa(failing('ERR_DLOPEN_FAILED'))).toThrow(/glibc/u);
  });
});
