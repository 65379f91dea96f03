import type { Step } from './speakable.ts';

/** Where in a text one is. */
export interface Place {
  /** At the beginning of a line, where headings and lists are marked. */
  lineStart: boolean;
  /** The last character that was said. */
  before: string;
  /** In a line of a table. */
  inTable: boolean;
  /** What ends what is being left out. */
  skipTo: string | undefined;
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

const codeFence: Rule = (text, place, final) => {
  if (!/^ {0,3}(?:`|~)/u.test(text)) return undefined;
  const [, indent = '', fence = ''] = /^( {0,3})(`{3,}|~{3,})/u.exec(text) ?? [];
  if (fence === '') return /^ {0,3}(?:`{1,2}|~{1,2})$/u.test(text) && !final ? 'wait' : undefined;
  place.skipTo = `\n${fence.slice(0, 3)}`;
  return drop(indent.length + fence.length, false);
};

const heading: Rule = (text, _, final) => {
  const [marks] = /^ {0,3}#{1,6}(?:[ \t]+|$)/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  return marks.length === text.length && !final ? 'wait' : drop(marks.length, false);
};

const bullet: Rule = (text, _, final) => {
  const [mark] = /^[ \t]*[-*+•][ \t]+/u.exec(text) ?? [];
  if (mark !== undefined) return mark.length === text.length && !final ? 'wait' : drop(mark.length, true);
  return /^[ \t]*(?:[-*+•])?$/u.test(text) && !final ? 'wait' : undefined;
};

const quote: Rule = (text, _, final) => {
  const [mark] = /^ {0,3}>[ \t]?/u.exec(text) ?? [];
  if (mark === undefined) return undefined;
  return mark.length === text.length && mark.endsWith('>') && !final ? 'wait' : drop(mark.length, true);
};

const tableRow: Rule = (text, place, final) => {
  if (!/^[ \t]*\|/u.test(text)) return undefined;
  if (/^[ \t|:-]*$/u.test(text) && !final) return 'wait';
  const [separator] = /^[ \t]*\|[ \t|:-]*-[ \t|:-]*(?:\n|$)/u.exec(text) ?? [];
  if (separator !== undefined) return drop(separator.length, true);
  place.inTable = true;
  return drop(/^[ \t]*\|[ \t]*/u.exec(text)![0].length, false);
};

const footnoteMark: Rule = (text, _, final) => {
  if (!text.startsWith('[')) return undefined;
  const [mark] = /^\[(?:\^[^\]\s]{1,30}|\d{1,3})\](?!\()/u.exec(text) ?? [];
  if (mark === undefined) return undefined;
  return mark.length === text.length && !final ? 'wait' : drop(mark.length, false);
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
const tag = new RegExp(`^</?(${tagNames})(?:\\s[^<>\\n]*)?/?>`, 'iu');
const tagBegun = new RegExp(`^</?(?:[a-z]{0,10}|(?:${tagNames})(?:\\s[^<>\\n]*)?/?)$`, 'iu');

const html: Rule = (text, place, final) => {
  if (!text.startsWith('<')) return undefined;
  const [address] = /^<(?=https?:\/\/|[\w.+-]+@)[^<>\s]+>/u.exec(text) ?? [];
  if (address !== undefined)
    return { length: address.length, text: hostOf(address.slice(1, -1)), lineStart: false };
  const [whole, name = ''] = tag.exec(text) ?? [];
  if (whole !== undefined) {
    if (/^think/iu.test(name) && !whole.startsWith('</')) place.skipTo = `</${name}>`;
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
const hostOf = (address: string): string => /^https?:\/\/(?:www\.)?([^/?#:]+)/u.exec(address)?.[1] ?? address;

const bareAddress: Rule = (text, { before }, final) => {
  if (/[\p{L}\p{N}]/u.test(before) || !text.startsWith('h')) return undefined;
  if ('https://'.startsWith(text) || text === 'http:/' || text === 'http:') return final ? undefined : 'wait';
  const [address] = /^https?:\/\/[^\s<>|"*`]*/u.exec(text) ?? [];
  if (address === undefined) return undefined;
  if (address.length === text.length && !final) return 'wait';
  const trimmed = address.replace(/[.,;:!?)\]'_]+$/u, '');
  return /:\/\/./u.test(trimmed)
    ? { length: trimmed.length, text: hostOf(trimmed), lineStart: false }
    : undefined;
};

const escape: Rule = (text, _, final) => {
  if (!text.startsWith('\\')) return undefined;
  if (text.length === 1) return final ? undefined : 'wait';
  return /^\\[!-/:-@[-`{-~]/u.test(text) ? { length: 2, text: text[1]!, lineStart: false } : undefined;
};

const codeMark: Rule = text => {
  const [marks] = /^`+/u.exec(text) ?? [];
  return marks === undefined ? undefined : drop(marks.length, false);
};

/** A mark of emphasis touches a word; a sign of arithmetic stands between spaces or digits. */
const emphasis: Rule = (text, { before }, final) => {
  const [marks, mark] = /^(?:(\*)\**|(_)_*|(~)~+)/u.exec(text) ?? [];
  if (marks === undefined) return undefined === mark && text === '~' && !final ? 'wait' : undefined;
  if (marks.length === text.length && !final) return 'wait';
  const after = text.slice(marks.length, marks.length + 2) || '\n';
  const open = (char: string): boolean => /^\s/u.test(char);
  const word = /^[\p{L}\p{N}_]/u;
  const kept =
    (open(before) && open(after)) ||
    (marks.startsWith('*') && /\d/u.test(before) && /^\d/u.test(after)) ||
    (marks.startsWith('_') && word.test(before) && word.test(after));
  return kept ? { length: marks.length, text: marks, lineStart: false } : drop(marks.length, false);
};

const cell: Rule = (text, { inTable }, final) => {
  if (!inTable) return undefined;
  const [edge] = /^[ \t]*\|[ \t]*/u.exec(text) ?? [];
  if (edge === undefined) return /^[ \t]+$/u.test(text) && !final ? 'wait' : undefined;
  if (edge.length === text.length && !final) return 'wait';
  return text[edge.length] === '\n' || edge.length === text.length
    ? drop(edge.length, false)
    : { length: edge.length, text: ', ', lineStart: false };
};

/** Pictures, their colours and joiners, flags and keycaps; signs that are written as text stay. */
const emoji: Rule = text => {
  const [picture] =
    /^(?:(?![©®™‼⁉↔-↪ℹ])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u{fe0e}\u{fe0f}\u{20e3}\u{e0020}-\u{e007f}])/u.exec(
      text,
    ) ?? [];
  if (picture !== undefined) return drop(picture.length);
  return undefined;
};

const joiner: Rule = (text, { before }) =>
  text.startsWith('\u200d') && !/\p{L}/u.test(before) ? drop(1) : undefined;

const surrogate: Rule = (text, _, final) => (/^[\ud800-\udbff]$/u.test(text) && !final ? 'wait' : undefined);

/** What marks a line, at its beginning. */
export const lineRules: readonly Rule[] = [horizontalRule, codeFence, heading, bullet, quote, tableRow];

/** What marks text anywhere. */
export const inlineRules: readonly Rule[] = [
  surrogate,
  cell,
  footnoteMark,
  link,
  html,
  entity,
  bareAddress,
  escape,
  codeMark,
  emphasis,
  emoji,
  joiner,
];
