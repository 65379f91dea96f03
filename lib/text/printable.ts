/**
 * A text from outside (a model, a user, a page, a service) made safe for a terminal or a log: it can neither move the
 * cursor, clear the screen, set the clipboard or the title, nor reorder the line around it. Removed are whole escape
 * sequences (CSI, OSC, DCS and their kind, in 7 and in 8 bits), other control characters, and the marks that override
 * the direction of text. Line ends and tabs stay; so do emoji with their joiners, and right-to-left text with its marks.
 *
 * @example
 * console.log(printable(event.text))
 */
export const printable = (text: string): string =>
  text
    .replace(sequences, '')
    .replace(/\r\n/gu, '\n')
    .replace(/[\r\v\f\u0085\u2028\u2029]/gu, ' ')
    .replace(unprintable, '')
    .replace(/\p{Surrogate}/gu, '\uFFFD');

/**
 * The escape sequences of ECMA-48. A string sequence without an end, or of more than 10,000 characters, loses its
 * control characters only: its text is shown rather than swallowed.
 */
const sequences =
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B[PX\]^_]|[\u0090\u0098\u009D\u009E\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]{0,10000}(?:\u0007|\u001B\\|\u009C)|\u001B[ -/]+[0-~]/gu;

/**
 * C0 but for tab and line feed, DEL, C1; embeddings, overrides and isolates of direction; the interlinear marks and the
 * byte order mark.
 */
const unprintable =
  /[\u0000-\u0008\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB\uFEFF]/gu;

/**
 * A value as JSON in one line that a terminal shows as it is: the characters that `printable` removes are escaped, so
 * nothing is lost.
 *
 * @param replacer as for `JSON.stringify`.
 */
export const printableJson = (value: unknown, replacer?: (key: string, value: unknown) => unknown): string =>
  JSON.stringify(value, replacer).replace(
    /[\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFFF9-\uFFFB\uFEFF]/gu,
    mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
