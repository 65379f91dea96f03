import { before, drop, dropNote, type Rule, say } from './rule.ts';

/** `[^1]`, with the colon that begins the note itself. */
export const footnoteMark: Rule = (text, { lineStart }, final) => {
  const [mark] = (lineStart ? /^\[\^[^\]\s]{1,30}\](?::[ \t]*)?/u : /^\[\^[^\]\s]{1,30}\]/u).exec(text) ?? [];
  if (mark === undefined) return undefined;
  return lineStart && mark.length === text.length && !final ? 'wait' : dropNote(mark.length, false);
};

/** `【4:0†source】`: how OpenAI's models name a file that was searched. */
export const fileCitation: Rule = (text, _, final) => {
  const [mark] = /^【[\d:]{1,8}†[^【】\n]{0,80}】/u.exec(text) ?? [];
  if (mark !== undefined) return dropNote(mark.length, false);
  return /^【(?:[\d:]{1,8}(?:†[^【】\n]{0,80})?)?$/u.test(text) && !final ? 'wait' : undefined;
};

/** Words that a number in brackets belongs to: "option [1]" is a choice, "as shown [1]" names a source. */
const numbered = new RegExp(
  '(?:^|[^\\p{L}])(?:' +
    'option|choice|step|figure|fig|page|chapter|number|key|button|press|select|choose|pick|enter|type|item|answer|question|' +
    'line|room|section|part|table|example|exercise|level|version|note|point|task|slot|seat|gate|track|menu|or|and|' +
    'wahl|schritt|taste|nummer|seite|kapitel|punkt|antwort|frage|zeile|abschnitt|oder|und|' +
    'choix|étape|touche|numéro|réponse|ligne|ou|et|opción|paso|tecla|número|página|respuesta|o|y|' +
    'opzione|passo|tasto|numero|pagina|risposta|opção|passo|optie|stap|toets|nummer|of|en|opcja|krok|klawisz|lub|i|' +
    'вариант|шаг|кнопка|или|и|seçenek|adım|tuş|veya|ve|επιλογή|βήμα|ή|και' +
    ') $',
  'iu',
);

/**
 * `[1]` names a source where a clause ends, after its mark or before: it goes, but the number stays where it names
 * something. Elsewhere it may be `array[0]`.
 */
export const citation: Rule = (text, place, final) => {
  const [marks] = /^(?:\[\d{1,3}\])+/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  const after = text.slice(marks.length);
  if (/^(?:\[\d{0,3})?$/u.test(after) && !final) return 'wait';
  if (after.startsWith('(')) return undefined;
  const clauseEnds = /[.,;:!?]/u.test(before(place)) || /^(?:[.,;:!?]|$)/u.test(after);
  if (!clauseEnds) return undefined;
  if (numbered.test(place.said)) return say(marks.length, marks.slice(1, -1).replaceAll('][', ', '));
  return after === '' && !/[.,;:!?]/u.test(before(place)) ? undefined : dropNote(marks.length, false);
};

const label = String.raw`([^[\]\n]{0,200})`;
const target = String.raw`[^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s{1,3}"[^"\n]*")?`;
const whole = new RegExp(`^!?\\[${label}\\]\\(${target}\\)`, 'u');
const badge = new RegExp(`^\\[!\\[${label}\\]\\(${target}\\)\\]\\(${target}\\)`, 'u');
/** The beginning of a link: its text, which is no whole sentence, and its address so far. */
const begun = /^!?\[(?:(?:(?![.?!…]\s)[^[\]\n]){0,120})?(?:\](?:\([^\n]*)?)?$/u;
const badgeBegun = /^\[!(?:\[[^[\]\n]{0,120}(?:\](?:\([^()\n]*(?:\)(?:\](?:\([^()\n]*)?)?)?)?)?)?$/u;
/** A link whose address is longer than a rule sees. */
const long = new RegExp(`^!?\\[${label}\\]\\([^()\\s]{20,}$`, 'u');

export const link: Rule = (text, place, final) => {
  if (!/^!?\[/u.test(text)) return /^!$/u.test(text) && !final ? 'wait' : undefined;
  const [all, said] = badge.exec(text) ?? whole.exec(text) ?? [];
  if (all !== undefined) return say(all.length, plain(said!));
  const reference = /^\[([^[\]\n]{1,120})\]\[[^[\]\n]{1,60}\]/u.exec(text);
  if (reference && !/^\d+$/u.test(reference[1]!) && !/[\p{L}\p{N}\]]/u.test(before(place)))
    return say(reference[0].length, plain(reference[1]!));
  if (!final) {
    const named = /^\[(?!\d+\])[^[\]\n]{1,120}\]\[[^[\]\n]{0,60}$/u.test(text);
    return begun.test(text) || badgeBegun.test(text) || named ? 'wait' : undefined;
  }
  const cut = text.length >= 300 ? long.exec(text) : null;
  if (cut === null) return undefined;
  place.skipping = { end: /[\s)]/u, reach: 1 };
  return say(cut[0].length, plain(cut[1]!));
};

/** The marks of emphasis and code within a link's text. */
const plain = (text: string): string => text.replace(/[*`~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '');

export const escape: Rule = (text, _, final) => {
  if (!text.startsWith('\\')) return undefined;
  if (text.length === 1) return final ? undefined : 'wait';
  return /^\\[!-/:-@[-`{-~]/u.test(text) ? { length: 2, text: text[1]!, lineStart: false } : undefined;
};

/** The marks of code within a line, which ends with as many as it began with, or with the line. */
export const codeMark: Rule = (text, place, final) => {
  const [marks] = /^`+/u.exec(text) ?? [];
  if (marks === undefined) return undefined;
  if (marks.length === text.length && !final) return 'wait';
  if (place.code !== 0 && place.code !== marks.length)
    return { length: marks.length, text: marks, lineStart: false };
  place.code = place.code === 0 ? marks.length : 0;
  return drop(marks.length, false);
};

export const cell: Rule = (text, { inTable }, final) => {
  if (!inTable) return undefined;
  const [edge] = /^[ \t]{0,100}\|[ \t]{0,100}/u.exec(text) ?? [];
  if (edge === undefined) return /^[ \t]{1,100}$/u.test(text) && !final ? 'wait' : undefined;
  if (edge.length === text.length && !final) return 'wait';
  return text[edge.length] === '\n' || edge.length === text.length
    ? drop(edge.length, false)
    : { length: edge.length, text: ', ', lineStart: false };
};

/** A picture, or a part of one. */
export const picture =
  /^(?:(?![©®™‼⁉↔-↪ℹ])\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u{fe0e}\u{fe0f}\u{20e3}\u{e0020}-\u{e007f}])\u200d?/u;

/** Pictures, their colours and joiners, flags and keycaps, with one of two spaces; signs written as text stay. */
export const emoji: Rule = (text, place, final) => {
  const [found] = picture.exec(text) ?? [];
  if (found === undefined) return undefined;
  const rest = text.slice(found.length);
  if (/^[\ud800-\udbff]?$/u.test(rest) && !final) return 'wait';
  return dropNote(found.length + (rest.startsWith(' ') && /\s/u.test(before(place)) ? 1 : 0));
};

export const surrogate: Rule = (text, _, final) =>
  /^[\ud800-\udbff]$/u.test(text) && !final ? 'wait' : undefined;
