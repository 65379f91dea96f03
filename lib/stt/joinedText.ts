/** Pieces of a transcript as one text; adding a piece takes the same time however long the text is. */
export interface JoinedText {
  readonly text: string;
  /** The piece that was added last. */
  readonly last: string;
}

/** No pieces. */
export const noText: JoinedText = { text: '', last: '' };

/** Adds a piece: after a space, except in Chinese and Japanese. */
export function added(joined: JoinedText, piece: string): JoinedText {
  const last = piece.trim();
  if (last === '') return joined;
  if (joined.text === '') return { text: last, last };
  const isJoined = cjkEnd.test(joined.last.slice(-2)) && cjkStart.test(last);
  return { text: isJoined ? joined.text + last : `${joined.text} ${last}`, last };
}

/**
 * Joins pieces of a transcript: with spaces, except in Chinese and Japanese.
 *
 * @example
 * joinedText(['我想', '订一张桌子。']) // '我想订一张桌子。'
 */
export const joinedText = (texts: readonly string[]): string => texts.reduce(added, noText).text;

const cjk =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Bopomofo}\\u3000-\\u303f\\u30fc\\uff00-\\uffef]';
const cjkEnd = new RegExp(`${cjk}$`, 'u');
const cjkStart = new RegExp(`^${cjk}`, 'u');
