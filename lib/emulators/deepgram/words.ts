/** A word, as it is written, and where it is said, ms of the audio. */
export interface HeardWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The words of a text, spread evenly over a stretch of audio. */
export function spread(text: string, from: number, to: number): readonly HeardWord[] {
  const words = text.match(/\S+/gu) ?? [];
  const wordMs = Math.max(0, to - from) / words.length;
  return words.map((word, index) => ({
    text: word,
    start: from + index * wordMs,
    end: from + (index + 1) * wordMs,
  }));
}

/** A word as it is heard: small letters and no punctuation. */
export const bare = (text: string): string =>
  text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');

/** Seconds, as Deepgram gives them. */
export const seconds = (ms: number): number => Math.round(ms * 1000) / 1_000_000;
