/**
 * Characters that act instead of being shown: C0 and C1 controls (escape sequences begin with one), line and paragraph
 * separators, marks that change the reading order (Unicode TR 9), zero-width spaces, invisible tags and annotations, and
 * unpaired surrogates. Joiners stay: Persian words and emoji of families need them.
 */
const acting =
  /[\p{Cc}\p{Cs}\u{61c}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{feff}\u{fff9}-\u{fffb}\u{e0001}]/gu;

/**
 * Text from outside as one line of a log, an event or an error message. Characters that would act on whatever shows it
 * become visible escapes such as `\u001b`; text longer than `most` is cut.
 *
 * @param most How many characters (UTF-16) are kept. Default 200.
 */
export function oneLine(text: string, most = 200): string {
  const kept = text.length > most ? `${text.slice(0, most)}…` : text;
  return kept.replaceAll(acting, escape);
}

/** By UTF-16 units, as JSON has it: a printable JSON text is the same JSON. */
const escape = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
