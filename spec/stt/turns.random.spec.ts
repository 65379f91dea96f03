import fc from 'fast-check';
import { asyncScheduler, identity, map, merge, NEVER, takeUntil, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { eagerly } from '../../lib/conversation/eagerly.ts';
import { endOfTurn, type EndOfTurnOptions } from '../../lib/stt/endOfTurn.ts';
import type { SttEvent } from '../../lib/stt/stt.ts';
import { type UserTurnEvent, userTurns } from '../../lib/stt/userTurns.ts';
import { virtualTime } from '../../lib/testing/index.ts';

/** One breath of the user's, and how an engine and a voice detector hear it. All times in ms. */
interface Breath {
  readonly silenceMs: number;
  readonly words: number;
  readonly wordMs: number;
  /** How late words come, and how often interims are emitted. */
  readonly lagMs: number;
  readonly interimEvery: number;
  /** How long after the words their final comes; some are final only with the next ones. */
  readonly finalMs: number;
  readonly isFinal: boolean;
  /** How long after the voice the engine reports its end, and how often; 0 for never. */
  readonly endMs: number;
  readonly ends: number;
  /** Whether the engine is sure, by the words. */
  readonly decided: boolean;
  /** Whether a detector hears it begin and end, and how late; how often it flickers. */
  readonly starts: boolean;
  readonly stops: boolean;
  readonly detectorMs: number;
  readonly flickers: number;
  /** Whether a final without words comes after it; whether one about the audio before it comes after its words. */
  readonly empty: boolean;
  readonly stale: boolean;
  /** How often its final is repeated, and how much later each time. */
  readonly again: number;
  readonly againMs: number;
}

const ms = (max: number, min = 0): fc.Arbitrary<number> => fc.integer({ min, max });
const breath: fc.Arbitrary<Breath> = fc.record({
  silenceMs: fc.oneof(ms(800), ms(9_000)),
  words: ms(6),
  wordMs: ms(500, 80),
  lagMs: ms(900),
  interimEvery: ms(3),
  finalMs: fc.oneof(ms(300), ms(3_000)),
  isFinal: fc.boolean(),
  endMs: fc.oneof(ms(600), ms(3_000)),
  ends: ms(2),
  decided: fc.boolean(),
  starts: fc.boolean(),
  stops: fc.boolean(),
  detectorMs: ms(400),
  flickers: ms(3),
  empty: fc.boolean(),
  stale: fc.boolean(),
  again: fc.oneof(fc.constant(0), ms(2)),
  againMs: fc.oneof(ms(400), ms(6_000)),
});

type Told = readonly [number, SttEvent];

/** The events for these breaths, in order. Interims hold the words since the last final, as a correct engine's do. */
function tellings(
  breaths: readonly Breath[],
  script: string,
  /** Which words an interim gets wrong, in turn. */
  wrong: readonly boolean[] = [],
): { told: Told[]; words: string[]; starts: number[] } {
  interface Step {
    readonly at: number;
    readonly tell: () => SttEvent[];
  }
  const steps: Step[] = [];
  const words: string[] = [];
  const starts: number[] = [];
  const heard: string[] = [];
  /** Where each word begins. */
  const froms: number[] = [];
  let heardTo = 0;
  let wordAt = 0;
  let finals = 0;
  const join = (list: readonly string[]): string => list.join(script === '' ? ' ' : '');
  const misheard = (index: number): string =>
    wrong[index % wrong.length] ? mistakeOf(heard[index]!) : heard[index]!;
  let now = 500;
  for (const planned of breaths) {
    const from = now + planned.silenceMs;
    const to = from + Math.max(planned.words * planned.wordMs, 100);
    now = to;
    starts.push(from);
    const tell = (at: number, ...transcripts: SttEvent[]): void =>
      void steps.push({ at, tell: () => transcripts });
    if (planned.starts) tell(from + planned.detectorMs, { type: 'speechStart', at: from });
    for (let flicker = 0; flicker < planned.flickers; flicker += 1) {
      tell(to + planned.detectorMs + flicker * 60, { type: 'speechEnd', at: to - 10 + flicker * 60 });
      tell(to + planned.detectorMs + 30 + flicker * 60, { type: 'speechStart', at: to + 20 + flicker * 60 });
    }
    if (planned.stops)
      tell(to + planned.detectorMs + 60 * planned.flickers, {
        type: 'speechEnd',
        at: to + 60 * planned.flickers,
      });
    for (let index = 0; index < planned.words; index += 1) {
      const word = `${script}${wordOf(words.length, script)}`;
      words.push(word);
      froms.push(from + index * planned.wordMs);
      const wordTo = from + (index + 1) * planned.wordMs;
      const at = (wordAt = Math.max(wordAt, wordTo + planned.lagMs));
      steps.push({
        at,
        tell: () => {
          heard.push(word);
          heardTo = wordTo;
          const isTold = planned.interimEvery > 0 && index % planned.interimEvery === 0;
          const open = heard.map((_, at) => misheard(at)).slice(finals);
          return isTold ? [{ type: 'interim', text: join(open) }] : [];
        },
      });
    }
    const finalAt = to + planned.lagMs + planned.finalMs;
    let final: SttEvent[] = [];
    if (planned.isFinal)
      steps.push({
        at: finalAt,
        tell: () => {
          const text = join(heard.slice(finals));
          finals = heard.length;
          return (final = text === '' ? [] : [{ type: 'final', text, end: heardTo }]);
        },
      });
    for (let count = 1; count <= planned.again; count += 1)
      steps.push({ at: finalAt + 1 + planned.againMs * count, tell: () => final });
    if (planned.stale)
      steps.push({
        at: to + planned.lagMs + 20,
        tell: () => {
          const end = Math.min(from, (froms[finals] ?? 0) - 400);
          return end > 0 ? [{ type: 'final', text: '', end }] : [];
        },
      });
    for (let end = 0; end < planned.ends; end += 1)
      tell(to + planned.endMs + 100 * end, {
        type: 'utteranceEnd',
        end: to,
        ...(planned.decided && { decided: true }),
      });
    if (planned.empty && planned.isFinal) tell(finalAt + 50, { type: 'final', text: '', end: to });
  }
  const lastAt = Math.max(...steps.map(({ at }) => at));
  // The engine owes the last words.
  steps.push({
    at: lastAt + 10,
    tell: () => {
      const text = join(heard.slice(finals));
      return text === '' ? [] : [{ type: 'final', text, end: heardTo }];
    },
  });
  const told = steps
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, tell }): Told[] => tell().map(transcript => [at, transcript]));
  return { told, words, starts };
}

/** A word as an interim gets it wrong. */
const mistakeOf = (word: string): string => word.replace(/^w/u, 'v').replace(/^字/u, '宇');

/** Each word another one. */
const wordOf = (number: number, script: string): string =>
  script === '' ? `w${number.toString(26)}x` : String.fromCodePoint(0x4e00 + number * 7);

const turnsOf = (
  told: readonly Told[],
  options: EndOfTurnOptions & { maxMs?: number; maxWords?: number },
  guesses: boolean,
) => {
  const { values } = virtualTime(
    () =>
      merge(...told.map(([at, transcript]) => timer(at).pipe(map(() => transcript))), NEVER).pipe(
        // eslint-disable-next-line rxjs-x/no-unsafe-takeuntil -- the input ends there
        takeUntil(timer((told.at(-1)?.[0] ?? 0) + 30_000)),
        endOfTurn(options, { sinceMs: position => asyncScheduler.now() - position }),
        userTurns(options),
        guesses ? eagerly({ perTurn: 9, perMinute: 99 }) : identity,
      ),
    { until: 600_000 },
  );
  return values;
};

const options: fc.Arbitrary<EndOfTurnOptions & { maxMs?: number; maxWords?: number }> = fc.record(
  {
    silenceMs: fc.constantFrom(0, 300, 600, 1_200),
    finalMs: fc.constantFrom(300, 900, 1_500),
    completeness: fc.constantFrom<EndOfTurnOptions['completeness'][]>(
      () => 0,
      () => 1,
      () => timer(200).pipe(map(() => 0.2)),
      () => NEVER,
    ) as fc.Arbitrary<NonNullable<EndOfTurnOptions['completeness']>>,
    maxWords: fc.constantFrom(3, 8),
    maxMs: fc.constantFrom(2_000, 20_000),
  },
  { requiredKeys: [] },
);

const runs = Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 120);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_128);

describe('any order of events from engines and detectors', () => {
  it.each([
    ['with spaces', ''],
    ['without spaces', '字'],
  ])(
    'should give each word once, in time, with figures of its own turn: %s',
    { timeout: 3_600_000 },
    (_, script) => {
      fc.assert(
        fc.property(
          fc.array(breath, { minLength: 1, maxLength: 5 }),
          options,
          fc.boolean(),
          (breaths, chosen, guesses) => {
            const { told, words } = tellings(breaths, script);
            const values = turnsOf(told, chosen, guesses);
            const said = values.filter(({ value }) => value.type === 'said') as {
              at: number;
              value: Extract<UserTurnEvent, { type: 'said' }>;
            }[];
            const separator = script === '' ? ' ' : '';
            expect(said.map(({ value }) => value.text).join(separator)).toBe(words.join(separator));
            let voiceAt = -Infinity;
            let before = -Infinity;
            let speakingAt: number | undefined;
            for (const { at, value } of values) {
              if (value.type === 'speaking') {
                if (value.at < Infinity) {
                  voiceAt = value.at;
                  expect(value.at).toBeGreaterThanOrEqual(before);
                } else voiceAt = before;
                speakingAt = at;
              }
              if (value.type === 'silent') speakingAt = undefined;
              if (value.type !== 'said') continue;
              speakingAt = undefined;
              // In its own turn, and not in the future.
              expect(value.end).toBeGreaterThanOrEqual(voiceAt);
              expect(value.end).toBeGreaterThanOrEqual(before);
              expect(at - value.end).toBeGreaterThanOrEqual(0);
              before = value.end;
              // The watchdog: since the last words, or the last voice.
              const last = Math.max(
                ...told
                  .filter(([when, { type }]) => when <= at && type !== 'utteranceEnd')
                  .map(([when]) => when),
              );
              expect(at - last).toBeLessThanOrEqual(5_000);
            }
            expect(speakingAt).toBeUndefined();
          },
        ),
        { numRuns: runs, seed },
      );
    },
  );

  it.each([
    ['with spaces', ''],
    ['without spaces', '字'],
  ])('should lose no word that a final corrects: %s', { timeout: 3_600_000 }, (_, script) => {
    const wrong = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(breath, { minLength: 1, maxLength: 5 }),
        options,
        wrong,
        (breaths, chosen, wrong) => {
          const { told, words } = tellings(breaths, script, wrong);
          const said = turnsOf(told, chosen, false).flatMap(({ value }) =>
            value.type === 'said' ? [value.text] : [],
          );
          for (const word of words)
            expect(said.some(text => text.includes(word) || text.includes(mistakeOf(word)))).toBe(true);
        },
      ),
      { numRuns: runs, seed },
    );
  });
});
