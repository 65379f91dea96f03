import { asyncScheduler, map, merge, NEVER, takeUntil, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { adaptivePatience } from '../../lib/operators.ts';
import { endOfTurn, type EndOfTurnOptions } from '../../lib/stt/endOfTurn.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { userTurns, type UserTurnsOptions } from '../../lib/stt/userTurns.ts';
import { virtualTime } from '../../lib/testing/index.ts';

type Told = readonly [number, SttEvent];
const S = (at: number, from = at - 50): Told => [at, { type: 'speechStart', at: from }];
const E = (at: number, to = at - 100): Told => [at, { type: 'speechEnd', at: to }];
const U = (at: number, end: number): Told => [at, { type: 'utteranceEnd', end }];
const I = (at: number, text: string): Told => [at, { type: 'interim', text }];
const T = (at: number, text: string, end: number): Told => [at, { type: 'final', text, end }];

const run = (told: readonly Told[], options: EndOfTurnOptions & UserTurnsOptions = {}) =>
  virtualTime(() =>
    merge(...told.map(([at, transcript]) => timer(at).pipe(map(() => transcript))), NEVER).pipe(
      // eslint-disable-next-line rxjs-x/no-unsafe-takeuntil -- the input ends there
      takeUntil(timer(60_000)),
      endOfTurn(options, { sinceMs: position => asyncScheduler.now() - position }),
      userTurns(options),
    ),
  ).values;

/** When each turn was said, its words, and where its voice ended. */
const turns = (told: readonly Told[], options: EndOfTurnOptions & UserTurnsOptions = {}) =>
  run(told, options).flatMap(({ at, value }) => (value.type === 'said' ? [[at, value.text, value.end]] : []));

describe('the order of the events of an engine', () => {
  it.each<[string, Told[], EndOfTurnOptions, unknown[]]>([
    [
      'final words after a voice that was dealt with as a noise',
      [S(1_000), E(2_000), T(4_000, 'What time is it?', 1_900)],
      { silenceMs: 600, finalMs: 1_500 },
      [[4_000, 'What time is it?', 1_900]],
    ],
    [
      'interims after it',
      [S(1_000), E(2_000), I(4_000, 'what'), I(4_300, 'what time'), T(4_600, 'What time is it?', 1_900)],
      { silenceMs: 600, finalMs: 1_500 },
      [[4_600, 'What time is it?', 1_900]],
    ],
    [
      'the end twice, before the final',
      [S(1_000), I(1_500, 'Hello there'), U(2_200, 1_900), U(2_300, 1_900), T(2_500, 'Hello there.', 1_900)],
      {},
      [[2_200, 'Hello there', 1_900]],
    ],
    [
      'the end before a final that is waited for',
      [S(1_000), I(1_500, 'I want a pizza and'), U(2_000, 1_900), T(2_500, 'I want a pizza and', 1_900)],
      {},
      [[3_100, 'I want a pizza and', 1_900]],
    ],
    [
      'the end before a final with more words',
      [
        S(1_000),
        I(1_500, 'I want a pizza and'),
        U(2_000, 1_900),
        T(2_500, 'I want a pizza and a salad.', 1_900),
      ],
      {},
      [[2_500, 'I want a pizza and a salad.', 1_900]],
    ],
    [
      'no end of a second turn',
      [S(1_000), T(1_500, 'Hello.', 1_400), U(2_000, 1_400), S(30_000), I(31_000, 'Are you there?')],
      {},
      [
        [2_000, 'Hello.', 1_400],
        [36_000, 'Are you there?', 31_000],
      ],
    ],
    [
      'words without any voice',
      [I(1_000, 'Yes'), T(1_300, 'Yes.', 1_100), I(9_000, 'No')],
      {},
      [
        [6_300, 'Yes.', 1_100],
        [14_000, 'No', 9_000],
      ],
    ],
    [
      'the end of the turn before, in this one',
      [
        S(1_000),
        I(1_500, 'Yes'),
        E(2_000),
        S(2_400),
        U(2_500, 1_900),
        I(2_900, 'Yes and no'),
        T(3_600, 'Yes. And no.', 3_400),
        U(3_700, 3_400),
      ],
      { finalMs: 300 },
      [
        [2_200, 'Yes', 1_900],
        [3_700, 'And no.', 3_400],
      ],
    ],
    [
      'a detector that flickers for as long as it likes',
      [
        S(1_000),
        I(1_500, 'Stop it'),
        ...Array.from({ length: 200 }, (_, index) => [E(2_000 + 100 * index), S(2_050 + 100 * index)]).flat(),
      ],
      {},
      [[6_500, 'Stop it', 6_400]],
    ],
    [
      'a voice that never ends, for a detector',
      [S(1_000), E(1_100), S(2_000), I(2_500, 'Stop it')],
      {},
      [[7_500, 'Stop it', 2_500]],
    ],
    [
      'empty finals',
      [
        S(1_000),
        T(1_200, '', 1_100),
        I(1_500, 'Hello'),
        T(1_800, 'Hello.', 1_700),
        T(1_900, '', 1_800),
        U(2_000, 1_700),
        T(2_100, '', 2_000),
      ],
      {},
      [[2_000, 'Hello.', 1_700]],
    ],
    [
      'the same said again, by an engine without finals',
      [
        S(1_000),
        I(1_400, 'Yes'),
        U(1_900, 1_500),
        S(5_000),
        I(5_300, 'Yes'),
        U(5_900, 5_500),
        I(9_000, 'yes'),
        U(9_500, 9_200),
      ],
      {},
      [
        [1_900, 'Yes', 1_500],
        [5_900, 'Yes', 5_500],
        [9_500, 'yes', 9_200],
      ],
    ],
    [
      'the same said again, with finals',
      [
        S(1_000),
        I(1_400, 'Yes'),
        U(1_900, 1_500),
        T(2_000, 'Yes.', 1_500),
        S(2_500),
        T(2_900, 'Yes.', 2_800),
        U(3_000, 2_800),
      ],
      {},
      [
        [1_900, 'Yes', 1_500],
        [3_000, 'Yes.', 2_800],
      ],
    ],
    [
      'a final without words, of audio before the words that ended the turn',
      [I(1_400, 'Turn it off'), U(1_900, 1_500), T(2_000, '', 600), T(2_500, 'Turn it off.', 1_500)],
      {},
      [[1_900, 'Turn it off', 1_500]],
    ],
    [
      'an engine that ends an old voice while a detector hears the next one',
      [
        E(600, 600),
        I(751, 'Turn'),
        I(902, 'Turn off'),
        U(1_203, 600),
        E(1_203, 892),
        S(1_233, 922),
        T(1_250, 'Turn off.', 902),
      ],
      { finalMs: 300 },
      [[1_202, 'Turn off', 600]],
    ],
  ])('should not matter: %s', (_, told, options, expected) => {
    expect(turns(told, options)).toEqual(expected);
  });

  it('should not have a policy that never decides hold a turn', () => {
    for (const silenceMs of [() => Infinity, () => NaN, () => 1e12])
      expect(
        turns([S(1_000), T(1_500, 'Hello.', 1_400), U(2_000, 1_400)], { silenceMs })[0]?.[0],
      ).toBeLessThanOrEqual(6_500);
  });

  it('should wait for longer than the watchdog where the user gives a number', () => {
    const told = [S(1_000), T(1_500, 'Hello.', 1_400), U(2_000, 1_400)];
    expect(turns(told, { silenceMs: 7_000 })).toEqual([[8_400, 'Hello.', 1_400]]);
  });
});

describe('a final that comes after its turn', () => {
  const late = (interim: string, final: string) =>
    turns([S(600), I(1_400, interim), E(1_500, 1_500), T(2_400, final, 2_300), U(2_500, 2_300)], {
      finalMs: 300,
    }).map(([, text]) => text);

  it.each([
    ['book a table', 'Book a table, please.', 'please.'],
    ['book a tab', 'Book a table, please.', 'please.'],
    ['我想订一张桌子', '我想订一张桌子，谢谢。', '谢谢。'],
    ['我想订 一张 桌子', '我想订一张桌子，谢谢。', '谢谢。'],
    ['ホテルを予約', 'ホテルを予約したいです。', 'したいです。'],
    ['ﾎﾃﾙを予約', 'ホテルを予約したいです。', 'したいです。'],
    ['호텔을 예약', '호텔을 예약해 주세요.', '해 주세요.'],
    ['호텔을 예약 해', '호텔을 예약해 주세요.', '주세요.'],
    ['จองโรงแรม', 'จองโรงแรมให้หน่อย', 'ให้หน่อย'],
    ['احجز طاولة', 'اِحجِز طاولةً، من فضلك.', 'من فضلك.'],
    ['אני רוצה', 'אני רוצה, בבקשה.', 'בבקשה.'],
    ['ISPARTA için bilet', 'Isparta için bilet lütfen.', 'lütfen.'],
    ['die strasse suchen', 'Die Straße suchen, bitte.', 'bitte.'],
    ['θελω ενα', 'Θέλω ένα, παρακαλώ.', 'παρακαλώ.'],
    ["what's that", 'What’s that? ¿Qué?', '¿Qué?'],
  ])('should be said less what was said: %s, %s', (interim, final, rest) => {
    expect(late(interim, final)).toEqual([interim, rest]);
  });

  it.each([
    ['book a table', 'Book a table.'],
    ['请停一下', '请停一下。'],
    ['مرحبا', 'مَرحَبًا!'],
    // Corrected, but no more words than the bot is answering already.
    ['book a cable', 'Book a table.'],
    ['please book a cable now', 'Please book a table.'],
    ['我想订一张卓子', '我想订一张桌子。'],
    ['호텔을 예약헤', '호텔을 예약해.'],
  ])('should not be said again: %s, %s', (interim, final) => {
    expect(late(interim, final)).toEqual([interim]);
  });

  // The rest alone would make no sense: the bot has not heard the words that were corrected.
  it.each([
    ['book a cable', 'Book a table, please.'],
    ['book a cable', 'Book a table for two, at eight.'],
    ['book the cable for two', 'Book a table for two, please.'],
    ['我想订一张卓子', '我想订一张桌子，谢谢。'],
    ['ホテルを要約', 'ホテルを予約したいです。'],
    ['호텔을 예약헤', '호텔을 예약해 주세요.'],
    ['จองโรงเเรม', 'จองโรงแรมให้หน่อย'],
    ['احجز ناولة', 'احجز طاولة، من فضلك.'],
    ['wreck a nice', 'Recognize speech, please, and write it down.'],
  ])('should be said whole if it corrects words and has more: %s, %s', (interim, final) => {
    expect(late(interim, final)).toEqual([interim, final]);
  });

  it.each([
    ['book a cable', 'Book a table, please.', ['Book a table, please.']],
    ['book a cable', 'Book a table.', []],
    ['open', 'Are you hoping to go?', ['Are you hoping to go?']],
    ['are you hopeful today', 'Are you open?', []],
  ])('should count the same where its audio is that of the turn: %s, %s', (interim, final, rest) => {
    const told = [S(600), I(1_400, interim), E(2_000, 1_900), T(2_600, final, 1_900), U(2_700, 1_900)];
    expect(turns(told, { finalMs: 300 }).map(([, text]) => text)).toEqual([interim, ...rest]);
  });

  it.each<[string, Told[], string[]]>([
    [
      'corrected in the second',
      [T(2_400, 'Book a', 1_000), T(2_500, 'table, please.', 1_450)],
      ['Book a table, please.'],
    ],
    [
      'with new audio in the second',
      [T(2_400, 'Book a', 1_000), T(2_500, 'table, please.', 2_300)],
      ['Book a table, please.'],
    ],
    [
      'corrected in the first',
      [T(2_400, 'Book a table', 1_400), T(2_500, 'please.', 2_300)],
      ['Book a table please.'],
    ],
    [
      'corrected in the first, with interims',
      [T(2_400, 'Book a table', 1_400), I(2_450, 'plea'), T(2_500, 'please.', 2_300)],
      ['Book a table please.'],
    ],
    [
      'longer in the first, which is no correction',
      [T(2_400, 'Book a cables', 1_400), T(2_500, 'please.', 2_300)],
      ['please.'],
    ],
    [
      'corrected in the first, and ended',
      [T(2_400, 'Book a table', 1_400), U(2_450, 1_400), T(2_900, 'Thanks.', 2_800)],
      ['Thanks.'],
    ],
    [
      'corrected in the first, and the second is another voice',
      [T(2_400, 'Book a table', 1_400), S(2_500), T(2_900, 'Thanks.', 2_800)],
      ['Thanks.'],
    ],
    [
      'corrected in the first, and the second comes much later',
      [T(2_400, 'Book a table', 1_400), T(12_900, 'Thanks.', 12_800)],
      ['Thanks.'],
    ],
    ['not corrected', [T(2_400, 'Book a', 1_000), T(2_500, 'cable, please.', 2_300)], ['please.']],
    [
      'after another voice',
      [T(2_400, 'Book a', 1_000), S(4_000), T(5_000, 'Wait, no.', 4_900)],
      ['Wait, no.'],
    ],
  ])('should count the same in two pieces: %s', (_, finals, rest) => {
    const told = [S(600), I(1_400, 'book a cable'), E(1_500, 1_500), ...finals];
    expect(turns(told, { finalMs: 300 }).map(([, text]) => text)).toEqual(['book a cable', ...rest]);
  });

  it('should be said whole after a first piece that corrects a long turn', () => {
    const told = [
      S(600),
      I(1_400, 'book a cable for two people'),
      E(1_500, 1_500),
      T(2_400, 'Book a table', 1_000),
      T(2_500, 'for two people at eight.', 2_300),
    ];
    expect(turns(told, { finalMs: 300 }).at(-1)?.[1]).toBe('Book a table for two people at eight.');
  });

  it('should be said whole as it grows, word by word', () => {
    const told = [
      S(600),
      I(1_400, 'book a cable'),
      E(1_500, 1_500),
      I(2_000, 'book a table'),
      I(2_200, 'book a table please'),
      T(2_400, 'Book a table, please.', 2_300),
      U(2_500, 2_300),
    ];
    const values = run(told, { finalMs: 300 }).map(({ value }) => value);
    expect(values.flatMap(value => (value.type === 'interim' ? [value.text] : []))).toEqual([
      'book a cable',
      'book a table please',
    ]);
    expect(values.at(-1)).toMatchObject({ type: 'said', turn: 2, text: 'Book a table, please.' });
  });
});

describe('a final that is repeated', () => {
  const end = 1_400;
  const words = [
    { text: 'Hello', start: 900, end: 1_100 },
    { text: 'there.', start: 1_100, end },
  ];
  const hello = [S(1_000), T(1_500, 'Hello there.', end), U(2_000, end)];
  const once = [[2_000, 'Hello there.', end]];

  it.each<[string, Told[], unknown[]]>([
    ['after its turn ended', [...hello, T(2_500, 'Hello there.', end)], once],
    ['long after', [...hello, T(40_000, 'Hello there.', end)], once],
    ['twice', [...hello, T(2_500, 'Hello there.', end), T(2_600, 'Hello there.', end)], once],
    ['in other spelling', [...hello, T(2_500, 'hello there', end)], once],
    ['with a position that is slightly different', [...hello, T(2_500, 'Hello there.', end + 60)], once],
    [
      'before its turn ended',
      [S(1_000), T(1_500, 'Hello there.', end), T(1_600, 'Hello there.', end), U(2_000, end)],
      once,
    ],
    ['in pieces', [...hello, T(2_500, 'Hello', 1_100), T(2_600, 'there.', end)], once],
    [
      'in one piece',
      [
        S(1_000),
        T(1_200, 'Hello', 1_100),
        T(1_500, 'there.', end),
        U(2_000, end),
        T(2_500, 'Hello there.', end),
      ],
      once,
    ],
    ['with its end', [...hello, T(2_500, 'Hello there.', end), U(2_600, end)], once],
    ['after its interim', [...hello, I(2_400, 'Hello there'), T(2_500, 'Hello there.', end)], once],
    [
      'with the positions of its words',
      [...hello, [2_500, { type: 'final', text: 'Hello there.', end, words }]],
      once,
    ],
    [
      'in the next turn, whose words stay',
      [
        ...hello,
        S(3_000),
        I(3_400, 'How are'),
        T(3_500, 'Hello there.', end),
        T(4_000, 'How are you?', 3_800),
        U(4_200, 3_800),
      ],
      [...once, [4_200, 'How are you?', 3_800]],
    ],
    [
      'in the next turn, which ends with an interim',
      [...hello, S(3_000), I(3_400, 'How are you'), T(3_500, 'Hello there.', end), U(4_200, 3_800)],
      [...once, [4_200, 'How are you', 3_800]],
    ],
  ])('should count once: %s', (_, told, expected) => {
    expect(turns(told)).toEqual(expected);
  });

  it.each<[string, Told[], string[]]>([
    [
      'later in the audio',
      [
        S(1_000),
        T(1_500, 'Yes.', 1_400),
        U(2_000, 1_400),
        S(2_200),
        T(2_600, 'Yes.', 2_500),
        U(2_900, 2_500),
      ],
      ['Yes.', 'Yes.'],
    ],
    [
      'soon after, without a voice between',
      [S(1_000), T(1_500, 'Yes.', 1_400), T(1_700, 'Yes.', 1_600), U(2_000, 1_600)],
      ['Yes. Yes.'],
    ],
    [
      'at once, with a voice of its own',
      [
        S(1_000),
        T(1_500, 'Yes.', 1_400),
        U(1_505, 1_400),
        S(1_510),
        T(1_600, 'Yes.', 1_490),
        U(2_000, 1_490),
      ],
      ['Yes.', 'Yes.'],
    ],
    [
      'by an engine without positions',
      [T(1_500, 'Yes.', 0), U(2_000, 0), T(3_000, 'Yes.', 0), U(3_500, 0)],
      ['Yes.', 'Yes.'],
    ],
    [
      'by an engine whose positions are no numbers',
      [T(1_500, 'Yes.', NaN), U(2_000, NaN), T(3_000, 'Yes.', NaN), U(3_500, NaN)],
      ['Yes.', 'Yes.'],
    ],
    [
      'by an engine whose positions begin at each utterance',
      [T(1_500, 'What time is it?', 1_200), U(1_600, 1_200), T(10_000, 'Yes.', 400), T(20_000, 'Yes.', 400)],
      ['What time is it?', 'Yes.', 'Yes.'],
    ],
    [
      'other words, of audio before',
      [T(1_500, 'world.', 1_400), T(1_600, 'Hello', 900), U(2_000, 1_400)],
      ['world. Hello'],
    ],
  ])('should count again where the user repeats it, or says something else: %s', (_, told, expected) => {
    expect(turns(told).map(([, text]) => text)).toEqual(expected);
  });
});

describe('a final without words', () => {
  const timed = (at: number, text: string, start: number, end: number): Told => [
    at,
    { type: 'interim', text, words: [{ text, start, end }] },
  ];

  it.each<[string, Told[], string[]]>([
    [
      'of audio before the voice',
      [S(1_000), I(1_500, 'Turn it off'), T(1_600, '', 900), U(2_000, 1_900)],
      ['Turn it off'],
    ],
    [
      'without any report of a voice',
      [I(1_400, 'Turn it off'), T(1_500, '', 600), U(2_000, 1_500)],
      ['Turn it off'],
    ],
    [
      'of audio before the words',
      [S(1_000), I(2_500, 'Turn it off'), T(2_600, '', 1_300), U(3_000, 2_500)],
      ['Turn it off'],
    ],
    [
      'with the position of the final before',
      [S(1_000), T(1_500, 'Please', 1_300), I(1_600, 'turn it off'), T(1_700, '', 1_300), U(2_000, 1_900)],
      ['Please turn it off'],
    ],
    [
      'of audio of the turn before',
      [
        S(1_000),
        T(1_500, 'Hello.', 1_400),
        U(2_000, 1_400),
        I(2_400, 'Turn it off'),
        T(2_500, '', 1_400),
        U(3_000, 2_400),
      ],
      ['Hello.', 'Turn it off'],
    ],
    [
      'of audio before timed words',
      [S(1_000), timed(1_500, 'Off', 1_200, 1_400), T(1_600, '', 1_050), U(2_000, 1_900)],
      ['Off'],
    ],
    [
      'again and again',
      [S(1_000), I(1_500, 'Off'), T(1_600, '', 300), T(1_700, '', 600), T(1_800, '', 900), U(2_000, 1_900)],
      ['Off'],
    ],
    ['with a mark', [S(1_000), I(1_500, 'Off'), T(1_600, '.', 900), U(2_000, 1_900)], ['Off']],
    [
      'before interims that grow',
      [
        S(1_000),
        I(1_500, 'Turn'),
        T(1_600, '', 900),
        I(1_700, 'Turn it'),
        T(1_900, 'Turn it off.', 1_800),
        U(2_000, 1_800),
      ],
      ['Turn it off.'],
    ],
  ])('should take nothing back that came later in the audio: %s', (_, told, expected) => {
    expect(turns(told).map(([, text]) => text)).toEqual(expected);
  });

  it.each<[string, Told[]]>([
    ['of the same audio', [S(1_000), I(1_500, 'Hm'), T(1_900, '', 1_800), U(2_000, 1_800)]],
    ['soon after', [S(1_000), I(1_500, 'Hm'), T(1_600, '', 1_450), U(2_000, 1_800)]],
    [
      'of the same audio, by timed words',
      [S(1_000), timed(1_900, 'Hm', 1_200, 1_300), T(2_000, '', 1_300), U(2_100, 1_800)],
    ],
    ['by an engine without positions', [I(1_500, 'Hm'), T(1_900, '', 0), U(2_000, 0)]],
    ['by an engine whose positions are no numbers', [I(1_500, 'Hm'), T(1_900, '', NaN), U(2_000, NaN)]],
  ])('should take interim words back %s', (_, told) => {
    expect(turns(told)).toEqual([]);
  });
});

describe('turns.maxWords', () => {
  it.each([
    ['en', 'one two', 'three four', 'five six'],
    ['zh', '我想更改', '酒店预订', '谢谢你'],
    ['th', 'สวัสดีครับ', 'ขอบคุณครับ', 'สวัสดีครับ'],
  ])('should count words in any script: %s', (_, first, second, third) => {
    const told = [
      S(1_000),
      T(2_000, first, 1_900),
      T(3_000, second, 2_900),
      T(4_000, third, 3_900),
      U(4_500, 3_900),
    ];
    expect(turns(told, { maxWords: 3 }).map(([at]) => at)).toEqual([3_000, 4_500]);
  });

  it('should restart the 20 s', () => {
    const told = Array.from({ length: 8 }, (_, index) =>
      T(1_000 + index * 3_000, 'one', 900 + index * 3_000),
    );
    // Four words are one too many at 10,000; 20 s after that is 30,000, and not 21,000.
    expect(turns([S(1_000), ...told, U(26_000, 25_000)], { maxWords: 3 }).map(([at]) => at)).toEqual([
      10_000, 22_000,
    ]);
    const slow = [
      S(1_000),
      T(4_000, 'a b c d', 3_900),
      ...Array.from({ length: 6 }, (_, index) => I(6_000 + index * 3_000, `e${index}`)),
      T(22_500, 'f', 22_400),
      U(23_500, 22_400),
    ];
    expect(turns(slow, { maxWords: 3 }).map(([at]) => at)).toEqual([4_000, 23_500]);
  });
});

describe('adaptivePatience', () => {
  const patient = { silenceMs: adaptivePatience() };
  /** Six of these, 900 ms apart, and how long a sentence after them waits. */
  const waits = (text: string, pauses: number): number => {
    const told = Array.from({ length: 6 }, (_, index) => {
      const from = 1_000 + index * (400 + pauses);
      return [
        S(from + 50, from),
        T(from + 450, text, from + 400),
        E(from + 460, from + 400),
        U(from + 470, from + 400),
      ];
    }).flat();
    return (
      Number(
        turns(
          [
            ...told,
            S(20_050, 20_000),
            T(21_050, 'That is all.', 21_000),
            E(21_060, 21_000),
            U(21_070, 21_000),
          ],
          patient,
        ).at(-1)![0],
      ) - 21_000
    );
  };

  it.each(['Uh-huh.', 'Mm-hmm.', 'Yeah.'])('should learn nothing of %s', text => {
    expect([waits(text, 900), waits(text, 300)]).toEqual([500, 500]);
  });

  it('should learn of pauses within turns', () => {
    expect(waits('Well,', 900)).toBe(1_080);
    expect(waits('A pizza.', 300)).toBe(360);
  });

  it('should learn nothing of turns that are over', () => {
    expect(waits('A pizza.', 900)).toBe(500);
  });
});
