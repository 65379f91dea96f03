import { describe, expect, it } from 'vitest';
import { type BotState, completeness, interruption } from '../../lib/operators.ts';
import { endsWithPhrase } from '../../lib/languages/phrases.ts';
import { unitsOf } from '../../lib/languages/units.ts';
import { wordSpans } from '../../lib/languages/words.ts';
import { joinedText, normalised, retold } from '../../lib/stt/sameWords.ts';
import { wordsUntil, wordsWithin } from '../../lib/tts/wordsWithin.ts';

const bot: BotState = { doing: 'speaking', sentence: '', text: 'So. ', protectedMs: 0, warmingUp: false };
const functions: Readonly<Record<string, (text: string) => unknown>> = {
  completeness: text => completeness({ text }),
  interruption: text => interruption(text, bot, { minWords: 3 }),
  normalised,
  joinedText: text => joinedText([text, text]),
  wordSpans,
  unitsOf,
  retold: text =>
    retold(
      unitsOf(text).map(({ letters }) => letters),
      unitsOf(`${text} x`),
      true,
    ),
  endsWithPhrase: text => endsWithPhrase(text, ['so', '-x']),
  wordsWithin: text => wordsWithin(text, 0.9),
  wordsUntil: text => wordsUntil(text, [{ word: 'x', endMs: 1 }], 1),
};

describe('a text without end', () => {
  // Generous: what is quadratic takes minutes for these.
  it.each(Object.keys(functions))('should be no matter of minutes for %s', { timeout: 120_000 }, name => {
    for (const unit of [
      '-',
      'a',
      'a-',
      "a'",
      'a b ',
      '我想',
      'สวัสดี',
      'あ',
      'ア',
      '가',
      '1.',
      '\u0301',
      '\u200d',
      '👍',
      ' ',
      '*',
      'mm ',
    ])
      functions[name]!(unit.repeat(Math.floor(50_000 / unit.length)));
    expect(name).toBeDefined();
  });
});
