/**
 * Splits a text into pieces of at most this many characters: after a sentence, else between words, else anywhere.
 * Joined, they are the text.
 */
export function splitText(text: string, maxCharacters: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > maxCharacters) {
    const head = rest.slice(0, maxCharacters);
    const sentence = Math.max(...[...head.matchAll(/[.!?…。！？]["'”’)\]]*\s/gu)].map(endOf), 0);
    const word = Math.max(...[...head.matchAll(/\s/gu)].map(endOf), 0);
    // A sentence that ends very early is worth less than a long piece.
    const at = sentence > maxCharacters / 4 ? sentence : word || wholeCharacters(head);
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return rest === '' ? pieces : [...pieces, rest];
}

const endOf = (match: RegExpExecArray): number => match.index + match[0].length;

/** The length without half a surrogate pair at the end. */
const wholeCharacters = (text: string): number =>
  /[\ud800-\udbff]$/u.test(text) && text.length > 1 ? text.length - 1 : text.length;
