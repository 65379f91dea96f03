import { concat, concatMap, delay, map, mergeMap, type Observable, of, range, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, silence } from '../../../lib/audio/frame.ts';
import { scriptedLlm } from '../../../lib/testing/index.ts';
import type { Tts } from '../../../lib/tts/tts.ts';
import { run } from '../call.ts';

const texts = {
  English: 'Once upon a time there was a king who had a very large castle and three daughters.',
  digits: 'Your number is four seven one one eight two nine five three.',
  German: 'Selbstverständlich können Sie die Reisebuchungsbestätigung jederzeit herunterladen.',
  Chinese: '从前有一个国王，他有一座很大的城堡和三个女儿，她们都很喜欢在花园里散步。',
  Japanese: 'ホテルの予約を変更したい場合は、お電話でお問い合わせいただくこともできます。',
  Thai: 'กาลครั้งหนึ่งมีพระราชาองค์หนึ่งซึ่งมีปราสาทใหญ่มากและลูกสาวสามคน',
  Arabic: 'كان يا ما كان في قديم الزمان ملك له قلعة كبيرة جدا وثلاث بنات',
  Hindi: 'एक समय की बात है एक राजा था जिसके पास एक बहुत बड़ा महल और तीन बेटियाँ थीं',
} as const;

/** Frames of a length, all at once. */
const frames = (ms: number): Observable<AudioFrame> =>
  range(0, Math.round(ms / 20)).pipe(map(() => silence(20, 16_000)));
const lengthOf = (text: string, msPerCharacter: number): number =>
  Math.round((text.trim().length * msPerCharacter) / 20) * 20;

/** Voices that have this much audio for a character, and emit it in their own way. */
const voices: Readonly<Record<string, (msPerCharacter: number) => Tts>> = {
  'all at once': each => text => timer(100).pipe(mergeMap(() => frames(lengthOf(text, each)))),
  'in real time': each => text =>
    timer(100).pipe(
      mergeMap(() => range(0, lengthOf(text, each) / 20)),
      concatMap(() => of(silence(20, 16_000)).pipe(delay(20))),
    ),
  'with a stall': each => text => {
    const ms = lengthOf(text, each);
    return concat(
      timer(100).pipe(mergeMap(() => frames(ms / 4))),
      timer(1_500).pipe(mergeMap(() => frames(ms - Math.round(ms / 80) * 20))),
    );
  },
};

/** When the answer is first heard, ms. */
const firstHeard = 1_600;

/** The words in the history of an answer that is cut by a voice at this time, and the share of its audio that was heard. */
function cut(text: string, tts: Tts, msPerCharacter: number, at: number) {
  const says = [
    { from: 500, to: 1_000, text: 'Go.' },
    { from: at, to: at + 500, text: 'Wait please.', noticedMs: 0 },
  ];
  const { events } = run({
    says,
    lasts: 20_000,
    llm: scriptedLlm(text, { tokenMs: 0 }),
    tts,
    sentences: { firstMinChars: false },
  });
  const { heard, audioMs } = events.find(event => event.type === 'bot.interrupted')!;
  return { heard, share: audioMs / lengthOf(text, msPerCharacter) };
}

describe.each(Object.entries(texts))('an answer that is cut: %s', (language, text) => {
  const spaced = !['Chinese', 'Japanese', 'Thai'].includes(language);

  it.each(Object.entries(voices))(
    'should be remembered as far as it was heard, never further: %s',
    (_, voice) => {
      for (const msPerCharacter of [25, 60, 100, 140]) {
        const tts = voice(msPerCharacter);
        const whole = lengthOf(text, msPerCharacter);
        let before = '';
        for (const at of [1_700, 2_000, 2_500, 3_100, 4_000, 5_500]) {
          if (at - firstHeard > whole - 200) continue;
          const { heard, share } = cut(text, tts, msPerCharacter, at);
          const where = `${msPerCharacter} ms a character, at ${at} ms: “${heard}”`;
          expect(text.startsWith(heard), where).toBe(true);
          // In whole words, at most in proportion to the audio; later never less.
          expect(heard.length, where).toBeLessThanOrEqual(Math.ceil(text.length * share) + 1);
          if (spaced && heard !== '') expect(text.slice(heard.length), where).toMatch(/^(?:$|[\s.,])/u);
          expect(heard.startsWith(before), where).toBe(true);
          before = heard;
        }
      }
    },
  );

  it('should be remembered to a word, once all of its audio has come', () => {
    for (const msPerCharacter of [25, 60, 100, 140]) {
      const at = firstHeard + 20 * Math.round((0.7 * lengthOf(text, msPerCharacter)) / 20);
      const { heard, share } = cut(text, voices['all at once']!(msPerCharacter), msPerCharacter, at);
      // No more than a long word behind.
      expect(heard.length).toBeGreaterThan(text.length * Math.min(1, share) - 26);
    }
  });
});
