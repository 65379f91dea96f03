import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NovaTurns } from '../../../lib/providers/deepgram/novaTurns.ts';
import { FluxTurns } from '../../../lib/providers/deepgram/fluxTurns.ts';
import type { ServerMessage } from '../../../lib/providers/socket/wire.ts';

const seconds = (at: number): number => Math.round(at * 1000);

type Placed = readonly [word: string, start: number, end: number];
interface Window {
  readonly start?: number;
  readonly duration?: number;
  readonly text?: string;
  readonly words?: readonly unknown[];
  readonly last?: boolean;
}

const final = ({ text, words, last = false, ...window }: Window): ServerMessage => ({
  type: 'Results',
  ...window,
  is_final: true,
  speech_final: last,
  channel: { alternatives: [{ transcript: text, words }] },
});
/** A final whose words have times. */
const timed = (start: number, duration: number, words: readonly Placed[], last = false): ServerMessage =>
  final({
    start,
    duration,
    last,
    text: words.map(([word]) => word).join(' '),
    words: words.map(([word, start, end]) => ({
      word: word.toLowerCase().replace(/\W/gu, ''),
      punctuated_word: word,
      start,
      end,
    })),
  });
/** A final whose words have none. */
const untimed = (start: number, duration: number, text: string, last = false): ServerMessage =>
  final({ start, duration, text, words: [], last });

const finals = (messages: readonly ServerMessage[]): string[] => {
  const turns = new NovaTurns({ silenceMs: 1_500 });
  return messages
    .flatMap(message => turns.hear(message, seconds))
    .flatMap(transcript => (transcript.type === 'final' ? [transcript.text] : []));
};

const book: readonly Placed[] = [
  ['Book', 0.1, 0.35],
  ['a', 0.4, 0.65],
  ['table.', 0.7, 0.95],
];
const four: readonly Placed[] = [...book, ['Thanks.', 1.2, 1.6]];
const shifted = (words: readonly Placed[], by: number): Placed[] =>
  words.map(([word, start, end]) => [word, start + by, end + by]);

describe('finals of Nova that overlap', () => {
  it.each<[name: string, messages: ServerMessage[], expected: string[]]>([
    ['the same window twice', [timed(0, 1, book), timed(0, 1, book)], ['Book a table.']],
    [
      'the same window twice, the second ends the turn',
      [timed(0, 1, book), timed(0, 1, book, true)],
      ['Book a table.'],
    ],
    [
      'the same window after the turn has ended',
      [timed(0, 1, book, true), timed(0, 1, book, true)],
      ['Book a table.'],
    ],
    ['three times', [timed(0, 1, book), timed(0, 1, book), timed(0, 1, book, true)], ['Book a table.']],
    ['one that begins with another', [timed(0, 1, book), timed(0, 2, four)], ['Book a table.', 'Thanks.']],
    [
      'one that ends with another',
      [timed(0.4, 1.6, four.slice(1)), timed(0, 2, four)],
      ['a table. Thanks.', 'Book'],
    ],
    [
      'one inside another',
      [timed(0, 2, four), timed(0.35, 0.35, four.slice(1, 2))],
      ['Book a table. Thanks.'],
    ],
    [
      'one around another',
      [timed(0.38, 0.6, four.slice(1, 3)), timed(0, 2, four, true)],
      ['a table.', 'Book Thanks.'],
    ],
    ['parts of two', [timed(0, 1, book), timed(0.5, 1.5, four.slice(2))], ['Book a table.', 'Thanks.']],
    ['times that moved a little', [timed(0, 1, book), timed(0, 1, shifted(book, 0.06))], ['Book a table.']],
    [
      'words that were heard differently the second time',
      [
        timed(0, 1, book),
        timed(0, 1, [
          ['Look', 0.1, 0.35],
          ['able', 0.4, 0.95],
        ]),
      ],
      ['Book a table.'],
    ],
    [
      'windows that only touch, with words over the edge',
      [
        timed(0, 1, book),
        timed(1, 1, [
          ['for', 0.9, 1.0],
          ['two.', 1.1, 1.3],
        ]),
      ],
      ['Book a table.', 'for two.'],
    ],
    [
      'the same words said again',
      [timed(0, 1, book), timed(1, 1, shifted(book, 1))],
      ['Book a table.', 'Book a table.'],
    ],
    ['no words at all, the same window', [untimed(0, 1, 'Yes.'), untimed(0, 1, 'Yes.', true)], ['Yes.']],
    [
      'no words at all, one after the other',
      [untimed(0, 1, 'Yes.'), untimed(1, 1, 'Yes.')],
      ['Yes.', 'Yes.'],
    ],
    [
      'no times, parts of two',
      [untimed(0, 2, 'Book a table'), untimed(1, 2, 'a table for two.')],
      ['Book a table', 'for two.'],
    ],
    ['no times, one inside another', [untimed(0, 3, 'Book a table.'), untimed(1, 1, 'a')], ['Book a table.']],
    [
      'no times, one around another',
      [untimed(1, 1, 'a table'), untimed(0, 3, 'Book a table for two.')],
      ['a table', 'Book for two.'],
    ],
    ['times in the one only', [timed(0, 1, book), untimed(0, 1, 'Book a table.')], ['Book a table.']],
    ['times in the other only', [untimed(0, 1, 'Book a table.'), timed(0, 1, book, true)], ['Book a table.']],
    [
      'times of some words only',
      [
        timed(0, 1, book),
        final({
          start: 0,
          duration: 1,
          text: 'Book a table.',
          words: [{ word: 'book', start: 0.1 }, { word: 'a' }, {}],
        }),
      ],
      ['Book a table.'],
    ],
    ['a negative duration', [timed(0, -1, book), timed(0, -1, book, true)], ['Book a table.']],
    ['a negative duration without times', [untimed(1, -1, 'Yes.'), untimed(1, -1, 'Yes.')], ['Yes.']],
    ['a duration of zero', [untimed(1, 0, 'Yes.'), untimed(1, 0, 'Yes.')], ['Yes.']],
    ['a duration of zero, and other words', [untimed(1, 0, 'Yes.'), untimed(1, 0, 'No.')], ['Yes.', 'No.']],
    [
      'words without a length',
      [
        timed(0, 1, [
          ['One', 0.5, 0.5],
          ['two', 0.5, 0.5],
        ]),
        timed(0, 1, [
          ['One', 0.5, 0.5],
          ['two', 0.5, 0.5],
        ]),
      ],
      ['One two'],
    ],
    [
      'words that end before they begin',
      [timed(0, 1, [['Hello', 0.9, 0.4]]), timed(0, 1, [['Hello', 0.9, 0.4]])],
      ['Hello'],
    ],
    ['no window at all: nobody knows', [final({ text: 'Yes.' }), final({ text: 'Yes.' })], ['Yes.', 'Yes.']],
    [
      'a language without spaces',
      [
        final({
          start: 0,
          duration: 1,
          text: '予約を',
          words: [
            { word: '予約', start: 0.1, end: 0.5 },
            { word: 'を', start: 0.5, end: 0.7 },
          ],
        }),
        final({
          start: 0,
          duration: 2,
          text: '予約をお願いします。',
          words: [
            { word: '予約', start: 0.1, end: 0.5 },
            { word: 'を', start: 0.5, end: 0.7 },
            { word: 'お願い', start: 0.8, end: 1.1 },
            { word: 'します', start: 1.1, end: 1.4 },
          ],
        }),
      ],
      ['予約を', 'お願いします。'],
    ],
    [
      'a language without spaces and times',
      [untimed(0, 1, '予約を'), untimed(0, 2, '予約をお願いします。')],
      ['予約を', 'お願いします。'],
    ],
  ])('should give each word once: %s', (_, messages, expected) => {
    expect(finals(messages)).toEqual(expected);
  });

  it('should end the turn when a repetition says so, and begin none', () => {
    const turns = new NovaTurns({ silenceMs: 1_500 });
    const told = [timed(0, 1, book), timed(0, 1, book, true), timed(0, 1, book, true)].flatMap(message =>
      turns.hear(message, seconds),
    );
    expect(told.map(({ type }) => type)).toEqual(['speechStart', 'final', 'utteranceEnd']);
  });

  it('should pass on where each word is', () => {
    const turns = new NovaTurns({ silenceMs: 1_500 });
    expect(turns.hear(timed(0, 1, book, true), seconds)[1]).toEqual({
      type: 'final',
      text: 'Book a table.',
      end: 950,
      words: [
        { text: 'Book', start: 100, end: 350 },
        { text: 'a', start: 400, end: 650 },
        { text: 'table.', start: 700, end: 950 },
      ],
    });
    expect(turns.hear(untimed(1, 1, 'Yes.'), seconds)[1]).toEqual({
      type: 'final',
      text: 'Yes.',
      end: 2_000,
    });
  });

  it('should give each word once and lose none, whatever the windows', () => {
    const words = Array.from({ length: 12 }, (_, index): Placed => [
      `w${index}`,
      index * 0.5 + 0.1,
      index * 0.5 + 0.45,
    ]);
    const window = fc.tuple(fc.nat({ max: 11 }), fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 12 }), fc.boolean(), (windows, isTimed) => {
        const covered = new Set<string>();
        const messages = windows.map(([first, count, last]) => {
          const some = words.slice(first, first + count);
          for (const [word] of some) covered.add(word);
          const [start, duration] = [first * 0.5, some.length * 0.5];
          return isTimed
            ? timed(start, duration, some, last)
            : untimed(start, duration, some.map(([word]) => word).join(' '), last);
        });
        const told = finals(messages).flatMap(text => text.split(' '));
        expect(new Set(told).size).toBe(told.length);
        expect(told.sort()).toEqual([...covered].sort());
      }),
      { numRuns: 500 },
    );
  });
});

describe('turns of Flux that come twice', () => {
  const turn = (event: string, turn_index: number, to: number, transcript: string): ServerMessage => ({
    type: 'TurnInfo',
    event,
    turn_index,
    audio_window_start: 0,
    audio_window_end: to,
    transcript,
    words:
      transcript === ''
        ? []
        : transcript.split(' ').map((word, index) => ({ word, start: index * 0.3, end: index * 0.3 + 0.25 })),
  });
  const types = (turns: FluxTurns, messages: readonly ServerMessage[]) =>
    messages
      .flatMap(message => turns.hear(message, seconds))
      .map(transcript => ('text' in transcript ? `${transcript.type} ${transcript.text}` : transcript.type));

  it('should report an end that comes twice once', () => {
    const end = turn('EndOfTurn', 0, 1.5, 'Book a table.');
    expect(types(new FluxTurns({ maxMs: 20_000 }), [end, end, turn('Update', 1, 2, '')])).toEqual([
      'speechStart',
      'final Book a table.',
      'utteranceEnd',
    ]);
  });

  it('should leave out the words of a turn that was ended here when the service goes on with it', () => {
    const turns = new FluxTurns({ maxMs: 20_000 });
    types(turns, [turn('StartOfTurn', 0, 1, 'Book a')]);
    turns.finish(true);
    expect(
      types(turns, [
        turn('Update', 0, 1.2, 'Book a'),
        turn('Update', 0, 1.5, 'Book a table'),
        turn('EndOfTurn', 0, 1.8, 'Book a table.'),
        turn('EndOfTurn', 1, 3, 'Thanks.'),
      ]),
    ).toEqual([
      'speechStart',
      'interim table',
      'final table.',
      'utteranceEnd',
      'speechStart',
      'final Thanks.',
      'utteranceEnd',
    ]);
  });
});
