import { describe, expect, it } from 'vitest';
import { VoiceTimes } from '../../lib/tts/voiceTimes.ts';

const sentence = 'A sentence of thirty characters.';

describe('VoiceTimes', () => {
  it('should take a text for as long as the slowest voice would, before anything is known', () => {
    expect(new VoiceTimes().longestMs('Hello')).toBe(750);
    expect(new VoiceTimes(40).longestMs('Hello')).toBe(200);
  });

  it('should learn from the slowest text so far, with a margin', () => {
    const times = new VoiceTimes();
    times.learn(sentence, sentence.length * 100);
    times.learn(sentence, sentence.length * 50);
    expect(times.longestMs('Hello')).toBeCloseTo(575);
  });

  it.each<[string, string, number]>([
    ['a text of few characters', 'Hi.', 10],
    ['a text without audio', sentence, 0],
  ])('should learn nothing from %s', (_, text, ms) => {
    const times = new VoiceTimes();
    times.learn(text, ms);
    expect(times.longestMs('Hello')).toBe(750);
  });

  it.each(['日本語', 'ひらが', '한국어', '中文字'])(
    'should take a character of %s for three letters',
    text => {
      expect(new VoiceTimes().longestMs(text)).toBe(3 * 3 * 150);
    },
  );

  it('should keep the words of the latest texts, also of one that is said again', () => {
    const times = new VoiceTimes();
    const words = [{ word: 'Hi', endMs: 100 }];
    for (let index = 0; index < 20; index += 1) times.noteWords(`Text ${index}`, words);
    times.noteWords('Text 0', words);
    times.noteWords('Text 20', words);
    expect([times.wordsOf('Text 0'), times.wordsOf('Text 20')]).toEqual([words, words]);
    expect(times.wordsOf('Text 1')).toBeUndefined();
    expect(times.wordsOf('Never said')).toBeUndefined();
  });

  it.each([
    ['I am here. ', "I'm here.", "I'm here. "],
    ['\nI am here.', ' I’m here. ', '\nI’m here.'],
    ['你好。', '您好。', '您好。'],
    ['Fine.', '', ''],
  ])('should keep the words that were said of %j, with the spaces around them', (text, spoken, kept) => {
    const times = new VoiceTimes();
    expect(times.spokenOf(text)).toBeUndefined();
    times.noteSpoken(text, spoken);
    expect(times.spokenOf(text)).toBe(kept);
    times.noteSpoken(text, text);
    expect(times.spokenOf(text)).toBe(text);
  });
});
