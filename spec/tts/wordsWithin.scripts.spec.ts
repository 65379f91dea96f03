import { describe, expect, it } from 'vitest';
import { wordsUntil, wordsWithin } from '../../lib/tts/wordsWithin.ts';

const texts = [
  'Well-known: it’s 3.5 kg at 10:30 a.m., don’t you think?',
  '今天天气很好，我们去公园吧。',
  '今日は天気がいいですね。ホテルを予約しました。',
  'สวัสดีครับ วันนี้อากาศดีมาก',
  'ສະບາຍດີ ຂອບໃຈຫຼາຍໆ',
  'សួស្តី តើអ្នកសុខសប្បាយទេ',
  'မင်္ဂလာပါ ကျေးဇူးတင်ပါတယ်',
  '안녕하세요, 오늘은 날씨가 좋네요.',
  'مَرحَبًا، كَيفَ حالُكَ اليَوم؟',
  'שָׁלוֹם, מַה שְׁלוֹמְךָ?',
  'मुझे अपनी बुकिंग बदलनी है।',
  'e\u0301te\u0301 cafe\u0301 nai\u0308ve',
  'Hi 👩‍👩‍👧‍👦, take 👍🏽 and 🇫🇷 home',
  '𠮷野家で食べました',
];
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

describe('wordsWithin, in any script', () => {
  it.each(texts)('should split no word and no character, and never shrink: %s', text => {
    const borders = new Set([...graphemes.segment(text)].map(({ index }) => index)).add(text.length);
    const words = [...new Intl.Segmenter(undefined, { granularity: 'word' }).segment(text)].filter(
      ({ isWordLike }) => isWordLike,
    );
    let before = '';
    for (let length = 0; length <= text.length; length += 1) {
      const heard = wordsWithin(text, length / text.length);
      expect(text.startsWith(heard)).toBe(true);
      expect(heard.startsWith(before)).toBe(true);
      expect(heard.length).toBeLessThanOrEqual(length);
      expect(borders).toContain(heard.length);
      for (const { index, segment } of words)
        expect(heard.length <= index || heard.length >= index + segment.length, `${heard}|`).toBe(true);
      before = heard;
    }
    expect(before).toBe(text);
  });

  it.each([
    ['It is a well-known song', 0.6, 'It is a'],
    ['At 10:30 we go', 0.4, 'At'],
    ['今天天气很好', 0.7, '今天天气'],
    ['He said "yes" to it', 0.7, 'He said "yes"'],
  ])('should give of %s at %d', (text, share, heard) => {
    expect(wordsWithin(text, share)).toBe(heard);
  });

  it('should find timed words in any script and case, and no word within another', () => {
    expect(
      wordsUntil(
        'The cat has a hat.',
        [
          { word: 'the', endMs: 1 },
          { word: 'a', endMs: 2 },
        ],
        2,
      ),
    ).toBe('The cat has a');
    expect(wordsUntil('İstanbul güzel', [{ word: 'istanbul', endMs: 1 }], 1)).toBe('İstanbul');
    expect(
      wordsUntil(
        '今天很好。',
        [
          { word: '今天', endMs: 1 },
          { word: '很好', endMs: 2 },
        ],
        1,
      ),
    ).toBe('今天');
    expect(
      wordsUntil(
        'Take 3 of them',
        [
          { word: 'Take', endMs: 1 },
          { word: 'three', endMs: 2 },
          { word: 'of', endMs: 3 },
        ],
        3,
      ),
    ).toBe('Take 3 of');
  });
});
