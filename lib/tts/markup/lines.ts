import { drop, type Rule } from './rule.ts';

// Spaces beyond a hundred and separators beyond three thousand characters are no marks: text that may yet become one
// is looked at again with each piece that comes.

/** A line of three or more marks: a rule. It waits while there is nothing else in the line. */
const horizontalRule: Rule = (text, _, final) => {
  const [line] = /^ {0,3}(?:(?:- *){1,}|(?:\* *){1,}|(?:_ *){1,}|=+)(?=\n|$)/u.exec(text) ?? [];
  if (line === undefined) return undefined;
  if (line.length === text.length && !final) return 'wait';
  return /([-*_=])(?: *\1){2}/u.test(line) ? drop(line.length, false) : undefined;
};

/** The name of a language directly behind the mark of a code block. */
const language =
  /^(?:sh|bash|zsh|shell|console|powershell|bat|py|python|js|jsx|javascript|ts|tsx|typescript|json|ya?ml|toml|ini|xml|html|css|s?css|sql|java|kotlin|swift|c|cpp|c\+\+|cs|c#|csharp|go|rust|rb|ruby|php|r|lua|perl|dart|scala|haskell|elixir|diff|dockerfile|makefile|latex|tex|md|markdown|te?xt|plaintext|http|graphql|csv)[ \t]{0,20}$/iu;

/**
 * A code block, which begins a line or stands behind other text: it is left out up to the next line that begins with
 * the same marks or ends with them, or to the end.
 */
const codeFence: Rule = (text, place, final) => {
  const fenceAtStart = place.lineStart
    ? /^([ \t]{0,100}(`{3,50}|~{3,50}))([^\n]*)(\n?)/u
    : /^(()(?:`{3,50}|~{3,50}))([^\n]*)(\n?)/u;
  const [, opening = '', , info = '', end] = fenceAtStart.exec(text) ?? [];
  const fence = opening.trimStart();
  if (fence === '') {
    const begun = place.lineStart ? /^[ \t]{0,100}(?:`{1,2}|~{1,2})?$/u : /^(?:`{1,2}|~{1,2})$/u;
    return begun.test(text) && !final ? 'wait' : undefined;
  }
  if (info.includes('`')) return undefined; // code within a line
  // Tildes are also friendly ("Bye~~~"): within a line they begin code only behind a colon, or with its language.
  const isFriendly = fence.startsWith('~') && !place.lineStart;
  if (isFriendly && !(/\s$/u.test(place.said) && (/[:：]\s{1,3}$/u.test(place.said) || language.test(info))))
    return end === '' && !final && /\s$/u.test(place.said) ? 'wait' : undefined;
  if (end === '' && !final) return 'wait';
  if (end === '' && !place.lineStart) return undefined;
  const mark = fence[0]!.repeat(fence.length);
  // Marks that end a line are looked for from its end: a run of marks is long.
  place.skipping = {
    end: new RegExp(`\\n[ \\t]{0,100}${mark}${fence[0]!}{0,50}|(?=\\n)(?<=${mark}[ \\t]{0,100})`, 'u'),
    reach: 320,
  };
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

/** `[1]: https://…`: where a link of the text leads. */
const definition: Rule = (text, _, final) => {
  const [whole] =
    /^ {0,3}\[[^\]^\n]{1,60}\]:[ \t]{1,10}(?:https?:|www\.|\/|#|<)[^\n]{0,220}(?=\n|$)/u.exec(text) ?? [];
  if (whole !== undefined) return whole.length === text.length && !final ? 'wait' : drop(whole.length, false);
  const begun = /^ {0,3}\[[^\]^\n]{1,60}\]:(?:[ \t]{0,10}(?:h(?:t(?:t(?:p(?:s)?)?)?)?|w{0,3})?)?$/u.test(
    text,
  );
  return begun && !final ? 'wait' : undefined;
};

/** Rules for marks at the beginning of a line. */
export const lineRules: readonly Rule[] = [horizontalRule, heading, bullet, task, quote, definition];

export { codeFence, tableRow };
