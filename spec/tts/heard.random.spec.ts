import fc from 'fast-check';
import {
  asyncScheduler,
  concat,
  concatMap,
  connect,
  defer,
  delay,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  range,
  tap,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type AudioFrame, frameMs, silence } from '../../lib/audio/frame.ts';
import type { Output } from '../../lib/audio/output.ts';
import { toOutput } from '../../lib/audio/toOutput.ts';
import { alongside } from '../../lib/rx/alongside.ts';
import { virtualTime } from '../../lib/testing/index.ts';
import { speak } from '../../lib/tts/speak.ts';
import { speakStream } from '../../lib/tts/speakStream.ts';
import { SpeechLedger } from '../../lib/tts/speechLedger.ts';

const words = ['Ask', 'not', 'what', 'your', 'country', 'can', 'do', 'for', 'you', '3.5', 'well-known', 'é'];
const others = [
  '今天天气很好',
  '我们去公园吧',
  '天気がいいです',
  'ホテル',
  '안녕하세요',
  '날씨가',
  'สวัสดี',
  'مرحبا',
  'नमस्ते',
  '𠮷野家',
];
const marks = ['. ', ', ', '。', '？', '… ', '! ', ' ', ' '];
const piece = fc
  .tuple(fc.oneof(fc.constantFrom(...words), fc.constantFrom(...others)), fc.constantFrom(...marks))
  .map(([word, mark]) => word + mark);
const text = fc.array(piece, { minLength: 1, maxLength: 8 }).map(pieces => pieces.join(''));

/** A voice, and how its audio reaches the user. All times in ms. */
interface Spoken {
  readonly texts: readonly string[];
  /** The duration of a letter; whether a syllable of Chinese, Japanese or Korean takes that of three. */
  readonly letterMs: number;
  readonly isSyllabic: boolean;
  /** When the first audio of a text arrives, and how much faster than real time the audio does. */
  readonly latencyMs: number;
  readonly speed: number;
  /** How long after the one before a text is written. */
  readonly writeMs: number;
  /** When the reply is held, and for how long. */
  readonly heldAt: number;
  readonly heldMs: number;
  /** How late the output reports how much it played; 0: it does not report. */
  readonly reportMs: number;
  /** How often the words heard are asked for. */
  readonly everyMs: number;
}

const ms = (max: number, min = 0) => fc.integer({ min, max });
const spoken: fc.Arbitrary<Spoken> = fc.record({
  texts: fc.array(text, { minLength: 1, maxLength: 4 }),
  letterMs: ms(140, 20),
  isSyllabic: fc.boolean(),
  latencyMs: ms(600),
  speed: fc.constantFrom(0.7, 1, 1.5, 20),
  writeMs: ms(900),
  heldAt: ms(5_000),
  heldMs: fc.oneof(fc.constant(0), ms(900)),
  reportMs: fc.oneof(fc.constant(0), ms(250, 20)),
  everyMs: ms(170, 43),
});

/** How long a letter lasts. */
const lasts = (letter: string, { letterMs, isSyllabic }: Spoken): number =>
  letterMs * letter.length +
  (isSyllabic && /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(letter)
    ? 2 * letterMs
    : 0);

const durationOf = (text: string, voice: Spoken): number =>
  Array.from(text).reduce((sum, letter) => sum + lasts(letter, voice), 0);

/** The audio of a text, as it arrives. */
function audioOf(text: string, voice: Spoken): Observable<AudioFrame> {
  const total = durationOf(text, voice);
  const whole = Math.floor(total / 20);
  const frames = [...Array.from({ length: whole }, () => 20), total - 20 * whole].filter(ms => ms > 0);
  return from(frames).pipe(concatMap(ms => of(silence(ms)).pipe(delay(ms / voice.speed))));
}

/** Plays in real time, and reports late. */
const reporting =
  (lateMs: number): Output =>
  speech$ =>
    speech$.pipe(
      connect(speech$ => {
        let handed = 0;
        const startedAt = asyncScheduler.now();
        const playing$ = speech$.pipe(
          tap(frame => (handed += frameMs(frame))),
          toOutput({ write: () => undefined }),
          ignoreElements(),
        );
        const now = (): number => Math.min(handed, asyncScheduler.now() - startedAt);
        const reports$ = timer(lateMs, lateMs).pipe(map(() => ({ playedMs: Math.max(0, now() - lateMs) })));
        return concat(
          playing$.pipe(alongside(reports$)),
          defer(() => of({ playedMs: handed })),
        );
      }),
    );

/** The letters and digits of a text: the ledger joins sentences with or without spaces. */
const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '');

/** The letters that were over after this time. */
function lettersAt(heardMs: number, voice: Spoken): string {
  let rest = heardMs + 0.001;
  let over = '';
  for (const letter of voice.texts.join('')) {
    rest -= lasts(letter, voice);
    if (rest < 0) break;
    over += letter;
  }
  return letters(over);
}

/** The words heard whenever they are asked for, and the time of audio heard by then. */
function hear(voice: Spoken, isStream: boolean): { heard: string; heardMs: number; text: string }[] {
  const asked: { heard: string; heardMs: number; text: string }[] = [];
  virtualTime(
    () => {
      const ledger = new SpeechLedger();
      const text$ = concat(
        ...voice.texts.map((text, index) => of(text).pipe(delay(index === 0 ? 0 : voice.writeMs))),
      );
      const held$ =
        voice.heldMs === 0
          ? of(false)
          : concat(of(false), of(true).pipe(delay(voice.heldAt)), of(false).pipe(delay(voice.heldMs)));
      const output = voice.reportMs === 0 ? toOutput({ write: () => undefined }) : reporting(voice.reportMs);
      const options = { held$, ledger };
      const speech$ = isStream
        ? text$.pipe(
            speakStream(
              text$ =>
                text$.pipe(
                  concatMap((text, index) =>
                    concat(
                      timer(index === 0 ? voice.latencyMs : 0).pipe(ignoreElements()),
                      audioOf(text, voice),
                    ),
                  ),
                ),
              output,
              source$ => source$,
              options,
            ),
          )
        : text$.pipe(
            speak(
              text => concat(timer(voice.latencyMs).pipe(ignoreElements()), audioOf(text, voice)),
              output,
              options,
            ),
          );
      const ask = (): void =>
        void asked.push({ heard: ledger.heard, heardMs: ledger.heardMs, text: ledger.text });
      return merge(
        speech$.pipe(tap({ complete: ask })),
        range(0, 250).pipe(
          concatMap(() => timer(voice.everyMs)),
          tap(ask),
        ),
      );
    },
    { until: 60_000 },
  );
  return asked;
}

const runs = Number(process.env['RXVOICE_RANDOM_RUNS'] ?? 40);
const seed = Number(process.env['RXVOICE_RANDOM_SEED'] ?? 20_261_201);

describe.each([
  ['by the sentence', false],
  ['with a streaming voice', true],
])('the words heard, %s', (_, isStream) => {
  it('should never shrink, and never exceed what was said', { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(spoken, voice => {
        let before = '';
        let longest = 0;
        for (const { heard, heardMs, text } of hear(voice, isStream)) {
          expect(heard.startsWith(before), `${before} > ${heard}`).toBe(true);
          before = heard;
          expect(letters(text).startsWith(letters(heard)), heard).toBe(true);
          // A late report takes nothing back.
          longest = Math.max(longest, heardMs);
          const said = lettersAt(longest, voice);
          expect(said.startsWith(letters(heard)), `heard "${heard}", said "${said}"`).toBe(true);
        }
        expect(letters(before)).toBe(letters(voice.texts.join('')));
      }),
      { numRuns: runs, seed },
    );
  });
});
