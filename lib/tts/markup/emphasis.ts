import { before, drop, type Rule, say } from './rule.ts';

/** Characters that close or end a clause: no emphasis begins before them. */
const closing = /^[\s.,;:!?)\]}"”’»…，。！？；：、]/u;
/** A short name, a number or a bracket: a factor. */
const factorBefore = /(?:^|[^\p{L}\p{N}_])(?:\p{L}|\p{N}+|\p{N}+\p{L})$|[)\]]$/u;
const factorAfter = /^(?:\p{L}(?![\p{L}*_])|\p{N}|\()/u;

/**
 * A mark of emphasis touches a word and has a fellow; a sign of arithmetic stands between spaces or factors, a star
 * that is named stands alone between quotes, the star of a five-star hotel after something that no star began.
 */
export const emphasis: Rule = (text, place, final) => {
  const [marks = ''] = /^(?:\*+|_+|~+)/u.exec(text) ?? [];
  if (marks === '') return undefined;
  if (marks.length === text.length && !final) return 'wait';
  const [mark] = marks as unknown as [string];
  const previous = before(place);
  const after = text.slice(marks.length) || '\n';
  const keep = say(marks.length, marks);
  if (marks === '~') return keep;
  if (mark === '_') {
    const within = /[\p{L}\p{N}_]/u.test(previous) && /^[\p{L}\p{N}_]/u.test(after);
    return within || (/\s/u.test(previous) && /^\s/u.test(after)) ? keep : drop(marks.length, false);
  }
  if (mark === '~') return /\s/u.test(previous) && /^\s/u.test(after) ? keep : drop(marks.length, false);
  if (marks.length > 3 || previous === '*') return keep;

  const named = /["'“‘«(\[`„「]/u.test(previous) && /^["'”’»)\]`“」]/u.test(after);
  if (named) return keep; // "press "*""
  const closes = !/\s/u.test(previous) ? closed(place.open, marks.length) : undefined;
  if (closes !== undefined) {
    place.open = closes;
    return drop(marks.length, false);
  }
  if (factorBefore.test(place.said)) {
    // The factor that follows is read to its end: "2*x", but "x*this*".
    if (/^\p{L}$/u.test(after) && !final && text.length === marks.length + 1) return 'wait';
    if (factorAfter.test(after)) return keep;
  }
  const dialled = /^\*(?=[\d*#])[\d*#]{0,20}/u.exec(text)?.[0] ?? '';
  if (marks.length === 1 && dialled.length > 1) {
    if (dialled.length === text.length && !final) return 'wait';
    const rest = text.slice(dialled.length, dialled.length + 40);
    if (dialled.includes('#')) return keep;
    const fellow = /^[^\n]*?\*/u.test(rest) || dialled.endsWith('*');
    const known = fellow || rest.length === 40 || /\n|[.!?]\s/u.test(rest) || final;
    if (!known) return 'wait';
    if (!fellow) return keep;
  }
  if (
    closing.test(after) &&
    !/^[.](?=[\p{L}\p{N}])/u.test(after) &&
    !/^["”’“](?=[\p{L}\p{N}])/u.test(after)
  ) {
    if (/^[."”’“]$/u.test(after) && !final && text.length === marks.length + 1) return 'wait';
    return keep;
  }
  place.open = [...place.open.slice(-20), marks.length];
  return drop(marks.length, false);
};

/** The open marks that remain when this many of them close; `undefined` if they close none. */
function closed(open: readonly number[], length: number): readonly number[] | undefined {
  const last = open.at(-1);
  if (last === undefined) return undefined;
  if (last === length) return open.slice(0, -1);
  if (last === 3 && length < 3) return [...open.slice(0, -1), 3 - length];
  return last < length ? (closed(open.slice(0, -1), length - last) ?? open.slice(0, -1)) : undefined;
}
