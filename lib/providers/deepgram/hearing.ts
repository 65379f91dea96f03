import type { TranscriptWord } from '../../stt/stt.ts';
import type { ToCall } from '../socket/turns.ts';

/** A word, and where it is. */
export interface Word {
  readonly text: string;
  /** In the call's audio, ms. Without times of its own: spread over the window. */
  readonly startMs: number;
  readonly endMs: number;
  /** Where it is in the transcript, characters; from the end of the word before it to its own end. */
  readonly from: number;
  readonly to: number;
}

/** A transcript of a stretch of audio: its words, and where they are. */
export interface Hearing {
  readonly text: string;
  readonly words: readonly Word[];
  /** The stretch, in the call's audio, ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** Whether the service said which stretch it is. */
  readonly isPlaced: boolean;
  /** Whether the service said where each word is. */
  readonly isTimed: boolean;
}

/** Input of {@link hearingOf}; no field is certain. */
export interface HeardAudio {
  readonly text: unknown;
  /** The service's list of words: Nova has `punctuated_word` alongside `word`, Flux `word` alone. */
  readonly words: unknown;
  /** The stretch of audio, s of the connection. */
  readonly start: unknown;
  readonly end: unknown;
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** Reads a service's transcript: words with their places, also where times are missing, negative or backwards. */
export function hearingOf(heard: HeardAudio, toCall: ToCall): Hearing {
  const isPlaced = isTime(heard.start) && isTime(heard.end);
  const [one, other] = isPlaced ? [toCall(heard.start), toCall(heard.end)] : [toCall(0), toCall(0)];
  const [startMs, endMs] = [Math.min(one, other), Math.max(one, other)];
  const listed = listOf(heard.words);
  const text = (
    typeof heard.text === 'string' ? heard.text : listed.map(({ text }) => text).join(' ')
  ).trim();
  const places = text === '' ? [] : (placesOf(text, listed) ?? piecesOf(text));
  const timed =
    places.length === listed.length && listed.every(({ start, end }) => isTime(start) && isTime(end));
  const eachMs = (endMs - startMs) / places.length;
  const words = places.map(({ from, to, word }, index): Word => {
    const { start, end } = listed[index] ?? {};
    const times =
      timed && isTime(start) && isTime(end)
        ? [toCall(start), toCall(end)]
        : [startMs + index * eachMs, startMs + (index + 1) * eachMs];
    return { text: word, startMs: Math.min(...times), endMs: Math.max(...times), from, to };
  });
  // Words may lie a little outside of the window of their message.
  const isTimed = timed && words.length > 0;
  return {
    text,
    words,
    isTimed,
    isPlaced: isPlaced || isTimed,
    startMs: isTimed ? Math.min(isPlaced ? startMs : Infinity, words[0]!.startMs) : startMs,
    endMs: isTimed ? Math.max(isPlaced ? endMs : -Infinity, words.at(-1)!.endMs) : endMs,
  };
}

/** Some words of a hearing as text: as it is written in the transcript, so that no language gets spaces it has not. */
export function textOf({ text, words }: Hearing, some: readonly Word[]): string {
  if (some.length === words.length) return text;
  let joined = '';
  let last = -1;
  for (const word of some) {
    const index = words.indexOf(word);
    const piece = text.slice(word.from, word.to);
    joined += index === last + 1 || !/\s/u.test(text) ? piece : ` ${piece.trimStart()}`;
    last = index;
  }
  return joined.trim();
}

/** Words as transcripts carry them. */
export const timesOf = (words: readonly Word[]): TranscriptWord[] =>
  words.map(({ text, startMs, endMs }) => ({ text, start: startMs, end: endMs }));

interface Listed {
  readonly text: string;
  readonly start?: unknown;
  readonly end?: unknown;
}

const listOf = (list: unknown): Listed[] =>
  !Array.isArray(list)
    ? []
    : (list as unknown[]).flatMap(item => {
        const { word, punctuated_word, start, end } = Object(item) as Record<string, unknown>;
        const text = typeof punctuated_word === 'string' ? punctuated_word : word;
        return typeof text === 'string' && text.trim() !== '' ? [{ text: text.trim(), start, end }] : [];
      });

interface Place {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** Where the words of a list are in a text; `undefined` if the list is not that of the text. */
function placesOf(text: string, listed: readonly Listed[]): Place[] | undefined {
  if (listed.length === 0) return undefined;
  const lower = text.toLowerCase();
  let at = 0;
  const places: Place[] = [];
  for (const { text: word } of listed) {
    const found = lower.indexOf(word.toLowerCase(), at);
    if (found < 0) return undefined;
    places.push({ word, from: at, to: found + word.length });
    at = found + word.length;
  }
  // Marks after the last word are its own.
  places[places.length - 1] = { ...places.at(-1)!, to: text.length };
  return places;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text that no list comes with. */
function piecesOf(text: string): Place[] {
  const ends = /\s/u.test(text)
    ? [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => index + word.length)
    : [...segmenter.segment(text)]
        .filter(({ isWordLike }) => isWordLike)
        .map(({ index, segment }) => index + segment.length);
  if (ends.length === 0) return [{ word: text, from: 0, to: text.length }];
  return ends.map((end, index) => {
    const from = ends[index - 1] ?? 0;
    const to = index === ends.length - 1 ? text.length : end;
    return { word: text.slice(from, to).trim(), from, to };
  });
}
