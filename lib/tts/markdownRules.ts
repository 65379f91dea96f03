import type { Step } from './speakable.ts';

/** Where in a text one is. */
export interface Place {
  /** At the beginning of a line, where headings and lists are marked. */
  lineStart: boolean;
  /** The last character that was said. */
  before: string;
  /** In a line of a table. */
  inTable: boolean;
  /** How many marks of emphasis (`*`) wait for their end. */
  open: number;
  /** How many marks (`\``) the code one is in began with; 0 outside of code. */
  code: number;
  /** What is being left out. */
  skipping: Skipping | undefined;
}

/** Something that is left out up to its end. */
export interface Skipping {
  /** What ends it. */
  readonly end: RegExp;
  /** What may be the beginning of that, when nothing follows yet. */
  readonly begun: RegExp;
}

/**
 * What a rule makes of the beginning of a text: a step, `wait` when that hangs on what follows, nothing when it is not
 * the rule's business. `final`: nothing follows.
 */
export type Rule = (text: string, place: Place, final: boolean) => Step | 'wait' | undefined;

const drop = (length: number, lineStart?: boolean): Step =>
  lineStart === undefined ? { length, text: '' } : { length, text: '', lineStart };

/** A line of three or more marks: a rule. It waits while there is nothing else in the line. */
const horizontalRule: Rule = (text, _, final) => {
  const [line] = /^ {0,3}(?:(?:- *){1,}|(?:\* *){1,}|(?:_ *){1,}|=+)(?=\n|$)/u.exec(text) ?? [];
  if (line === undefined) return undefined;
  if (line.length === text.length && !final) return 'wait';
  return /([-*_=])(?: *\1){2}/u.test(line) ? drop(line.length, false) : undefined;
};

// In what follows, spaces beyond a hundred and separators beyond three thousand characters are no marks: text of which
// nobody knows yet what it is would be looked at again with each piece that comes, however long it grows.

/** A code block. Indented or not, it is left out up to the next line with the same marks, or the end. */
const codeFence: Rule = (text, place, final) => {
  const [, opening = '', fence = '', info = '', end] =
    /^([ \t]{0,100}(`{3,}|~{3,}))([^\n]*)(\n?)/u.exec(text) ?? [];
  if (fence === '') return /^[ \t]{0,100}(?:`{1,2}|~{1,2})$/u.test(text) && !final ? 'wait' : undefined;
  if (info.includes('`')) return undefined; // code within a line
  if (end === '' && !final) return 'wait';
  place.skipping = { end: new RegExp(`\n[ \t]*${fence}`, 'u'), begun: /\n[ \t]*[`~]*$/u };
  return drop(opening.length + info.length, false);
};

const heading: Rule = (text, _, final) => {
  const [marks] = /^ {0,3}#{1,6}(?:[ \t]{1,100}|$)/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  return marks.length === text.length && !final ? 'wait' : drop(marks.length, false);
};

const bullet: Rule = (text, _, final) => {
  const [mark] = /^[ \t]{0,100}[-*+•][ \t]{1,100}/u.exec(text) ?? [];
  if (mark !== undefined) return mark.length === text.length && !final ? 'wait' : drop(mark.length, true);
  return /^[ \t]{0,100}(?:[-*+•])?$/u.test(text) && !final ? 'wait' : undefined;
};

const task: Rule = (text, _, final) => {
  const [box] = /^\[[ xX]\][ \t]{1,100}/u.exec(text) ?? [];
  if (box !== undefined) return box.length === text.length && !final ? 'wait' : drop(box.length, true);
  return /^\[(?:[ xX]\]?)?$/u.test(text) && !final ? 'wait' : undefined;
};

const quote: Rule = (text, _, final) => {
  const [mark] = /^ {0,3}>[ \t]?/u.exec(text) ?? [];
  if (mark === undefined) return undefined;
  return mark.length === text.length && mark.endsWith('>') && !final ? 'wait' : drop(mark.length, true);
};

const tableRow: Rule = (text, place, final) => {
  if (!/^[ \t]{0,100}\|/u.test(text)) return undefined;
  const [line] = /^[ \t|:-]{0,3000}/u.exec(text)!;
  const after = text.slice(line.length);
  if (after === '' && !final) return 'wait';
  if (line.includes('-') && /^(?:\n|$)/u.test(after)) return drop(line.length + (after === '' ? 0 : 1), true);
  place.inTable = true;
  return drop(/^[ \t]{0,100}\|[ \t]{0,100}/u.exec(text)![0].length, false);
};

/** `[^1]`, with the colon that begins the note itself. */
const footnoteMark: Rule = (text, { lineStart }, final) => {
  const [mark] = (lineStart ? /^\[\^[^\]\s]{1,30}\](?::[ \t]*)?/u : /^\[\^[^\]\s]{1,30}\]/u).exec(text) ?? [];
  if (mark === undefined) return undefined;
  return lineStart && mark.length === text.length && !final ? 'wait' : drop(mark.length, false);
};

/** `[1]` names a source where a clause ends, after its mark or before; elsewhere it may be `array[0]` or a choice. */
const citation: Rule = (text, { before }, final) => {
  const [marks] = /^(?:\[\d{1,3}\])+/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  const after = text.slice(marks.length);
  if (/^(?:\[\d{0,3})?$/u.test(after) && !final) return 'wait';
  return !after.startsWith('(') && (/[.,;:!?]/u.test(before) || /^[.,;:!?]/u.test(after))
    ? drop(marks.length, false)
    : undefined;
};

/** The longest link or tag that is waited for, characters. */
const patience = 300;

const link: Rule = (text, _, final) => {
  if (!/^!?\[/u.test(text)) return /^!$/u.test(text) && !final ? 'wait' : undefined;
  const [whole, label] =
    /^!?\[([^[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"\n]*")?\)/u.exec(text) ?? [];
  if (whole !== undefined) return { length: whole.length, text: plain(label!), lineStart: false };
  const open = /^!?\[[^[\]\n]*(?:\](?:\([^\n]*)?)?$/u.test(text);
  return open && !final && text.length < patience ? 'wait' : undefined;
};

/** The marks of emphasis and code within a link's text. */
const plain = (label: string): string => label.replace(/[*`~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '');

const tagNames =
  'a|abbr|b|blockquote|br|code|del|details|div|em|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|small|span|strong|sub|summary|sup|table|tbody|td|th|thead|think|thinking|tr|u|ul';
/** An attribute needs its value: "a <b and c> d" is no tag. */
const tag = new RegExp(
  `^</?(${tagNames})(?:\\s+[\\w:-]+\\s*=\\s*(?:"[^"<>\\n]*"|'[^'<>\\n]*'|[^\\s"'<>]+))*\\s*/?>`,
  'iu',
);
const tagBegun = new RegExp(
  `^</?(?:[a-z]{0,10}|(?:${tagNames})(?:\\s+[\\w:-]+\\s*=\\s*(?:"[^"<>\\n]*"|'[^'<>\\n]*'|[^\\s"'<>]+))*` +
    `(?:\\s+(?:[\\w:-]+\\s*(?:=\\s*(?:"[^"<>\\n]*|'[^'<>\\n]*|[^\\s"'<>]*))?)?)?/?)$`,
  'iu',
);

const html: Rule = (text, place, final) => {
  if (!text.startsWith('<')) return undefined;
  if (/^<!-?$/u.test(text) && !final) return 'wait';
  if (text.startsWith('<!--')) {
    place.skipping = { end: /-->/u, begun: /--?$/u };
    return drop(4, place.lineStart);
  }
  const [address] = /^<(?=https?:\/\/|[\w.+-]+@)[^<>\s]+>/u.exec(text) ?? [];
  if (address !== undefined)
    return { length: address.length, text: hostOf(address.slice(1, -1)), lineStart: false };
  const [whole, name = ''] = tag.exec(text) ?? [];
  if (whole !== undefined) {
    if (/^think/iu.test(name) && !whole.startsWith('</')) {
      place.skipping = { end: new RegExp(`</${name}>`, 'iu'), begun: /<\/?[a-z]*$/iu };
      return drop(whole.length, place.lineStart);
    }
    return /^(?:br|p|div|li|tr|h\d)$/iu.test(name)
      ? { length: whole.length, text: '\n' }
      : drop(whole.length);
  }
  const open =
    tagBegun.test(text) || /^<(?:h(?:t(?:t(?:p(?:s?(?::[^<>\s]*)?)?)?)?)?|[\w.+-]+@?[\w.-]*)$/u.test(text);
  return open && !final && text.length < patience ? 'wait' : undefined;
};

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  copy: '©',
  deg: '°',
  euro: '€',
  pound: '£',
  times: '×',
};

const entity: Rule = (text, _, final) => {
  if (!text.startsWith('&')) return undefined;
  const [whole, name = ''] = /^&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});/iu.exec(text) ?? [];
  if (whole === undefined) return /^&(?:#x?)?[\da-z]{0,8}$/iu.test(text) && !final ? 'wait' : undefined;
  const code = name.startsWith('#') ? Number(name.replace(/^#/u, '').replace(/^x/iu, '0x')) : undefined;
  const said =
    code === undefined ? entities[name] : code > 0 && code <= 0x10_ffff ? String.fromCodePoint(code) : '';
  return said === undefined ? undefined : { length: whole.length, text: said, lineStart: false };
};

/** The host of an address, or all of an e-mail's: what a person would say. */
const hostOf = (address: string): string =>
  /^(?:https?:\/\/)?(?:www\.)?([^/?#:]+)/iu.exec(address)?.[1] ?? address;

const addressStart = /^(?:https?:\/\/|www\.)/iu;
const mayBeAddressStart = (text: string): boolean =>
  ['https://', 'http://', 'www.'].some(start => start.startsWith(text.toLowerCase()));

const bareAddress: Rule = (text, { before }, final) => {
  if (/[\p{L}\p{N}]/u.test(before) || !/^[hw]/iu.test(text)) return undefined;
  if (text.length < 8 && mayBeAddressStart(text)) return final ? undefined : 'wait';
  if (!addressStart.test(text)) return undefined;
  const [address] = /^[^\s<>|"*`]*/u.exec(text)!;
  if (address.length === text.length && !final) return 'wait';
  const trimmed = address.replace(/[.,;:!?)\]'_]+$/u, '');
  return /(?:\/\/|\.)./u.test(trimmed)
    ? { length: trimmed.length, text: hostOf(trimmed), lineStart: false }
    : undefined;
};

const escape: Rule = (text, _, final) => {
  if (!text.startsWith('\\')) return undefined;
  if (text.length === 1) return final ? undefined : 'wait';
  return /^\\[!-/:-@[-`{-~]/u.test(text) ? { length: 2, text: text[1]!, lineStart: false } : undefined;
};

/** The marks of code within a line, which ends with as many as it began with, or with the line. */
const codeMark: Rule = (text, place, final) => {
  const [marks] = /^`+/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  if (marks.length === text.length && !final) return 'wait';
  if (place.code !== 0 && place.code !== marks.length)
    return { length: marks.length, text: marks, lineStart: false };
  place.code = place.code === 0 ? marks.length : 0;
  return drop(marks.length, false);
};

/**
 * A mark of emphasis touches a word; a sign of arithmetic stands between spaces or before digits, the star of a
 * five-star hotel after something that no star began.
 */
const emphasis: Rule = (text, place, final) => {
  const { before, open } = place;
  const [marks = ''] = /^(?:\*+|_+|~+)/u.exec(text) ?? [];
  if (marks === '') return undefined;
  if (marks.length === text.length && !final) return 'wait';
  const after = text.slice(marks.length, marks.length + 2) || '\n';
  const touches = { before: !/^\s/u.test(before), after: !/^\s/u.test(after) };
  const stars = marks.startsWith('*');
  const kept =
    (!touches.before && !touches.after) ||
    marks === '~' ||
    (stars && marks.length > 3) ||
    (stars && /\d/u.test(before) && /^\d/u.test(after)) ||
    (stars && open === 0 && (!touches.after || (/[\p{L}\p{N}]/u.test(before) && /^\d/u.test(after)))) ||
    (marks.startsWith('_') && /[\p{L}\p{N}_]/u.test(before) && /^[\p{L}\p{N}_]/u.test(after));
  if (kept) return { length: marks.length, text: marks, lineStart: false };
  if (stars) place.open = open > 0 ? Math.max(0, open - marks.length) : marks.length;
  return drop(marks.length, false);
};

const cell: Rule = (text, { inTable }, final) => {
  if (!inTable) return undefined;
  const [edge] = /^[ \t]{0,100}\|[ \t]{0,100}/u.exec(text) ?? [];
  if (edge === undefined) return /^[ \t]{1,100}$/u.test(text) && !final ? 'wait' : undefined;
  if (edge.length === text.length && !final) return 'wait';
  return text[edge.length] === '\n' || edge.length === text.length
    ? drop(edge.length, false)
    : { length: edge.length, text: ', ', lineStart: false };
};

const pictures =
  /^(?:(?:(?![©®™‼⁉↔-↪ℹ])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u{fe0e}\u{fe0f}\u{20e3}\u{e0020}-\u{e007f}])\u200d?)+/u;

/** Pictures, their colours and joiners, flags and keycaps, with one of two spaces; signs written as text stay. */
const emoji: Rule = (text, { before }, final) => {
  const [picture] = pictures.exec(text) ?? [];
  if (picture === undefined) return undefined;
  const rest = text.slice(picture.length);
  if (/^[\ud800-\udbff]?$/u.test(rest) && !final) return 'wait';
  return drop(picture.length + (rest.startsWith(' ') && /\s/u.test(before) ? 1 : 0));
};

const surrogate: Rule = (text, _, final) => (/^[\ud800-\udbff]$/u.test(text) && !final ? 'wait' : undefined);

/** What marks a line, at its beginning. */
export const lineRules: readonly Rule[] = [horizontalRule, codeFence, heading, bullet, task, quote, tableRow];

/** What marks text anywhere. */
export const inlineRules: readonly Rule[] = [
  surrogate,
  cell,
  footnoteMark,
  citation,
  link,
  html,
  entity,
  bareAddress,
  escape,
  codeMark,
  emphasis,
  emoji,
];

/** What counts within code in a line. */
export const codeRules: readonly Rule[] = [surrogate, codeMark];
