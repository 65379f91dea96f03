import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pronounceable } from '../../../lib/providers/local/pronounceable.ts';

describe('pronounceable', () => {
  it.each([
    ['plain text', 'Hello, how are you?', 'Hello, how are you?'],
    ['smart quotes and dashes', 'It’s “fine” — really', "It's fine, really"],
    ['an ellipsis', 'Well… let me see...', 'Well, let me see.'],
    ['accents', 'café, naïve, straße, São Paulo', 'cafe, naive, strasse, Sao Paulo'],
    ['Markdown', '# News\n- **one**\n- see [the docs](https://a.com/b)', 'News. one. see the docs'],
    ['code', 'Run `npm test` now', 'Run npm test now'],
    ['a table', '| a | b |\n|---|---|\n| 1 | 2 |', 'a, b, one, two,'],
    ['emoji', 'Hi 😀!', 'Hi!'],
    ['an ampersand', 'salt & pepper, R&D', 'salt and pepper, R and D'],
    ['a mail address', 'Ask bob@example.com.', 'Ask bob at example dot com.'],
    [
      'a web address',
      'See https://www.example.com/docs/intro?x=1#y!',
      'See example dot com slash docs slash intro!',
    ],
    ['a host that is spelled', 'example.io', 'example dot I O'],
    ['a file name', 'index.ts and Node.js', 'index dot ts and Node dot js'],
    ['acronyms', 'The API, LLMs, HTTP and UIs', "The A P I, L L M's, H T T P and U I's"],
    ['acronyms that are words', 'NASA and REST', 'nasa and rest'],
    ['stress', 'Do NOT stop. I said STOP IT', 'Do not stop. I said stop I T'],
    ['shouting', 'STOP IT NOW', 'stop it now'],
    ['names in mixed case', 'WebRTC and ChatGPT', 'Web R T C and Chat G P T'],
    ['the project itself', 'rxvoice is built on RxJS', 'R X voice is built on R X J S'],
    ['languages', 'C++ and C#', 'C plus plus and C sharp'],
    [
      'units',
      '5 km, 1 kg, 20°C, 200ms, 80 km/h',
      'five kilometers, one kilogram, twenty degrees Celsius, two hundred milliseconds, eighty kilometers per hour',
    ],
    ['percents', '5%, 3.5 %', 'five percent, 3.5 percent'],
    [
      'currencies',
      '€5.50, £1, 10 €, $1.5k, €3 million',
      'five euros fifty, one pound, ten euros, 1.5 thousand dollars, three million euros',
    ],
    ['dollars, which Flite knows', '$3.50', '$3.50'],
    ['versions', 'v1.2.3 or version v2', 'version one point two point three or version two'],
    [
      'numbers',
      '391 of 12,345 and 1\u202f000\u202f000',
      'three hundred ninety one of twelve thousand three hundred forty five and one million',
    ],
    ['negative numbers', '-5 degrees', 'minus five degrees'],
    ['years and dates', 'in 2024, on 2024-12-25', 'in 2024, on December 25, 2024'],
    ['times, which Flite knows', 'at 10:30 or 5pm', 'at 10:30 or 5pm'],
    ['times with seconds', '10:30:15', '10:30 and fifteen seconds'],
    [
      'telephone numbers',
      'call 555-1234 or +1 415 555 2671',
      'call five five five, one two three four or one, four one five, five five five, two six seven one',
    ],
    ['sums', '17 * 23 = 391', 'seventeen times twenty three equals three hundred ninety one'],
    ['ranges', '10-15 minutes, 3–5 days', 'ten to fifteen minutes, three to five days'],
    ['abbreviations', 'e.g. tea, i.e. a drink, etc.', 'for example tea, that is a drink, et cetera'],
    ['titles, which Flite knows', 'Dr. Smith', 'Dr. Smith'],
    ['sentences without a space between them', 'Done.Next one', 'Done. Next one'],
    ['hours of the day', 'Open 8 a.m. to 5 p.m.', 'Open eight A M to five P M.'],
    ['an hour that ends a sentence', 'At 10:30 a.m. Shall we?', 'At 10:30 A M. Shall we?'],
    ['decades', 'the 1990s, the 2010s, the ’80s', 'the nineteen nineties, the twenty tens, the eighties'],
    ['older decades', 'the 1900s and 2000s', 'the nineteen hundreds and two thousands'],
    ['an area code', 'Call (212) 555-0123.', 'Call two one two, five five five, zero one two three.'],
    [
      'other telephone numbers',
      '212-555-0123, +1 (212) 555-0123 or 212.555.0123',
      'two one two, five five five, zero one two three, one, two one two, five five five, zero one two three or two one two, five five five, zero one two three',
    ],
    [
      'fractions',
      '½ cup, 1½ hours, 2 ¾ miles',
      'one half cup, one and a half hours, two and three quarters miles',
    ],
    [
      'abbreviated millions',
      '£3.5m, $2bn, €10k, $1.2B',
      '3.5 million pounds, two billion dollars, ten thousand euros, 1.2 billion dollars',
    ],
    ['ampersands', 'AT&T, R&D, Q&A, B&B', 'A T and T, R and D, Q and A, B and B'],
    ['wars and chapters', 'World War II, Chapter IV, Part I', 'World War two, Chapter four, Part one'],
    ['rulers', 'Henry VIII and Louis XIV', 'Henry the eighth and Louis the fourteenth'],
    ['names with a number', 'Rocky IV', 'Rocky four'],
    ['what looks like a numeral', 'I am John. I see an IV.', 'I am John. I see an I V.'],
    ['dates', 'on Dec. 25 and Feb. 3', 'on December 25 and February 3'],
    ['areas', '50 m² of land', 'fifty square meters of land'],
    ['temperatures', '-5°C or 72 °F', 'minus five degrees Celsius or seventy two degrees Fahrenheit'],
    ['repeated marks', 'What?! Really!!!', 'What! Really!'],
  ])('should make %s sayable', (_, written, said) => {
    expect(pronounceable(written)).toBe(said);
  });

  it.each(['', ' ', '...', '…', '😀', '---', '**', '你好', '?!'])('should leave nothing of %j', text => {
    expect(pronounceable(text)).toBe('');
  });

  it('should cut a word without an end', () => {
    expect(pronounceable('x'.repeat(400))).toHaveLength(45);
  });

  it('should give plain ASCII in one line whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), text => {
        expect(pronounceable(text)).toMatch(/^[\x20-\x7e]*$/);
      }),
    );
  });

  it('should take time in proportion to the text, whatever is repeated in it', () => {
    for (const piece of ['*', '_', '[', '1', '1 ', '1,', '.', '-', '`', 'a.', 'a@', 'A', ' ', '\n', '|']) {
      expect(pronounceable(piece.repeat(5_000)).length).toBeLessThan(50_000);
    }
  });
});
