import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silence } from '../../../lib/audio/frame.ts';
import { languages } from '../../../lib/languages/languages.ts';
import type { EndingContext } from '../../../lib/stt/ending/context.ts';
import { endingOf } from '../../../lib/stt/ending/endingOf.ts';
import {
  type EndingState,
  initialState,
  openedTurn,
  type OpenTurn,
} from '../../../lib/stt/ending/endingState.ts';
import { noWords, type OpenWords } from '../../../lib/stt/ending/openWords.ts';

const now = 10_000;

const context: EndingContext = {
  silenceMs: ({ probability }) => 1_000 * (1 - probability),
  completeness: () => 0.4,
  language: languages.en,
  finalMs: Infinity,
  watchdogMs: 5_000,
  longestMs: 5_000,
  sinceMs: position => now - position,
  audio: () => silence(0),
};

const someWords: OpenWords = { ...noWords, open: 'hello there' };
const finalWords: OpenWords = {
  ...noWords,
  finals: { text: 'Hello there.', last: 'Hello there.' },
  finalEnd: 9_000,
};

interface Case {
  readonly turn?: Partial<OpenTurn>;
  readonly state?: Partial<EndingState>;
  readonly context?: Partial<EndingContext>;
  readonly probability?: number;
}

/** The cause, when the turn ends, and where its voice ended. The turn opened at 7,000; its last words came at 8,500. */
const ending = ({ turn, state, context: changed, probability }: Case): unknown[] | undefined => {
  const open = { ...openedTurn(7_000, 7_100), since: 8_500, wordsAt: 8_400, ...turn };
  const before: EndingState = { ...initialState, words: someWords, turn: open, ...state };
  const found = endingOf(before, { ...context, ...changed }, now, probability);
  return found && [found.by, found.at, found.end];
};

describe('the end of a turn', () => {
  it.each<[string, Case, unknown[] | undefined]>([
    ['no turn is open', { state: { turn: undefined } }, undefined],

    ['the engine decided', { turn: { decidedEnd: 9_000, ended: 8_000 } }, ['decision', now, 9_000]],
    ['the engine has completed', { state: { isOver: true } }, ['completion', now, 8_400]],
    [
      'it has completed after an end that it reported',
      { turn: { ended: 9_100, quiet: 9_000 }, state: { isOver: true } },
      ['completion', now, 9_100],
    ],
    [
      'it has completed after a silence',
      { turn: { quiet: 9_000 }, state: { isOver: true } },
      ['completion', now, 9_000],
    ],

    ['the engine reported an end', { turn: { ended: 9_800 } }, ['engine', 9_800 + 600, 9_800]],
    ['it reported an end long ago', { turn: { ended: 9_000 } }, ['engine', 9_600, 9_000]],
    [
      'it reported an end without words',
      { turn: { ended: 9_800 }, state: { words: noWords } },
      ['engine', 9_800, 9_800],
    ],
    [
      'the policy waits for longer than the watchdog',
      { turn: { ended: 9_800 }, context: { silenceMs: () => 60_000 } },
      ['engine', 8_500 + 5_000, 9_800],
    ],
    [
      'a policy of a longer number',
      { turn: { ended: 9_800 }, context: { silenceMs: () => 7_000, longestMs: 7_000 } },
      ['engine', 8_500 + 7_000, 9_800],
    ],
    [
      'a model that has not answered: as for 0',
      { turn: { ended: 9_800 }, context: { completeness: () => of(1) } },
      ['engine', 10_800, 9_800],
    ],
    [
      'a model that has answered',
      { turn: { ended: 9_800 }, context: { completeness: () => of(1) }, probability: 0.9 },
      ['engine', 9_900, 9_800],
    ],
    [
      'a model that throws: as for 1',
      {
        turn: { ended: 9_800 },
        context: {
          completeness: () => {
            throw new Error('no model');
          },
        },
      },
      ['engine', 9_800, 9_800],
    ],

    ['a silence, without finalMs', { turn: { quiet: 9_000 } }, ['watchdog', 13_500, 9_000]],
    [
      'a silence, and no final words yet',
      { turn: { quiet: 9_800 }, context: { finalMs: 1_500 } },
      ['silence', 9_800 + 1_500, 9_800],
    ],
    [
      'a silence, and final words',
      { turn: { quiet: 9_200 }, state: { words: finalWords }, context: { finalMs: 1_500 } },
      ['silence', 9_200 + 600, 9_200],
    ],
    [
      'a silence, and final words of an earlier voice',
      { turn: { quiet: 9_900 }, state: { words: finalWords }, context: { finalMs: 1_500 } },
      ['silence', 9_900 + 1_500, 9_900],
    ],
    [
      'a silence before its first words',
      { turn: { quiet: 7_000, isLate: true, since: 9_900 }, context: { finalMs: 1_500 } },
      ['silence', 9_900 + 1_500, 7_000],
    ],

    ['only words', {}, ['watchdog', 13_500, 8_400]],
    ['only a voice', { turn: { since: 7_100, wordsAt: undefined } }, ['watchdog', 12_100, 10_000]],
    [
      'a voice that is still heard',
      {
        turn: { voiceSince: 9_700 },
        state: { detector: { ...initialState.detector, isSounding: true } },
      },
      ['watchdog', 9_700 + 5_000, 8_400],
    ],
    ['a voice that is no longer heard', { turn: { voiceSince: 9_700 } }, ['watchdog', 13_500, 8_400]],
    ['a shorter watchdog', { context: { watchdogMs: 2_000 } }, ['watchdog', 10_500, 8_400]],
  ])('should be the first that applies: %s', (_, given, expected) => {
    expect(ending(given)).toEqual(expected);
  });
});
