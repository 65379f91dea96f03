import { describe, expect, it } from 'vitest';
import { type Reading, readingOf, readingSoFar } from '../../lib/tts/reading.ts';

describe('readingOf', () => {
  it.each<[Reading, string, string]>([
    ['same', 'I am here.', 'i am here'],
    ['same', 'It’s a well-known place!', "It's a well known place."],
    ['same', 'Good bye.', 'Goodbye.'],
    ['same', 'Good morning.', ''],
    ['same', 'STRASSE 5', 'Straße 5'],
    ['same', '你好，世界。', '你好 世界'],
    ['reworded', 'I am here.', "I'm here."],
    ['reworded', 'I will not go, and they have left.', "I won't go, and they've left."],
    ['reworded', 'It is sunny today.', 'It is sunny today, I believe.'],
    ['reworded', 'The train leaves at half past nine.', 'The train leaves at nine thirty.'],
    ['reworded', 'It costs $3.50.', 'It costs three dollars and fifty cents.'],
    ['reworded', "It's 3:45 PM.", "It's three forty-five in the afternoon."],
    ['reworded', '42', 'Forty-two.'],
    ['reworded', 'Call 555-0199 & ask.', 'Call five five five zero one nine nine and ask.'],
    ['reworded', '我不知道。', '我不太知道。'],
    ['other', 'Is it raining?', "I'm sorry, but I can't see the weather from here."],
    ['other', 'Yes.', 'Of course.'],
    ['other', 'Tell me a joke.', 'Why did the chicken cross the road? To get to the other side.'],
    ['other', 'Fine.', 'Fine. Is there anything else that I can help you with today, my dear friend?'],
    ['other', 'Das ist gut.', 'That is fine.'],
    ['other', '你好。', '今天天气怎么样'],
  ])('should find it %s: %j, said as %j', (reading, text, spoken) => {
    expect(readingOf(text, spoken)).toBe(reading);
  });
});

describe('readingSoFar', () => {
  const text = 'The train to the north leaves at half past nine.';
  it.each<['unsure' | 'fine' | 'other', string, string]>([
    ['unsure', text, ''],
    ['unsure', text, 'The'],
    ['unsure', text, 'The train to'],
    ['fine', text, 'The train to '],
    ['fine', text, text],
    ['fine', 'I am here with you.', "I'm here "],
    ['fine', 'Yes.', 'Yes.'],
    ['unsure', text, 'Sure, here '],
    ['other', text, 'Sure, here is your sentence: '],
    ['other', text, "I'm sorry, but I can't help "],
    ['other', 'Fine.', `Fine. ${'And on it goes '.repeat(3)}`],
    ['fine', 'It is $3.50 for 2 of them.', 'It is three dollars and '],
    ['fine', '5 + 7 = 12', 'Five plus seven equals twelve, '],
  ])('should find it %s after the beginning of %j: %j', (verdict, written, spoken) => {
    expect(readingSoFar(written, spoken)).toBe(verdict);
  });

  it('should never find a reading of itself something else, however far it has come', () => {
    for (const whole of [
      text,
      'Yes.',
      'It costs $3.50!',
      '我不知道你在说什么。',
      "I'm not sure; they've left.",
    ])
      for (let length = 0; length <= whole.length; length += 1)
        expect([whole.slice(0, length), readingSoFar(whole, whole.slice(0, length))]).not.toContain('other');
  });
});
