import { readFileSync } from 'node:fs';

/** A piece of prose in a file: a comment, a string, or a paragraph of Markdown or of a page. */
export interface Passage {
  readonly kind: 'comment' | 'string' | 'markdown';
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
}

/** A phrase to replace, and why. */
export interface Finding {
  readonly place: string;
  readonly phrase: string;
  readonly reason: string;
}

interface Rule {
  readonly phrase: RegExp;
  readonly reason: string;
  /** Default: in every kind of passage. */
  readonly only?: Passage['kind'];
}

/** Nouns that "who" may follow. */
const people =
  'users?|callers?|person|persons|people|strangers?|attackers?|operators?|engineers?|readers?|developers?|speakers?|visitors?|those|customers?|clients?';

/** Phrases that hide the actor, are archaic, or mean something else to a reader in a hurry. */
const rules: readonly Rule[] = [
  {
    phrase: /\b(?:un)?(?:tell|tells|told|telling)\b/giu,
    reason:
      'Name the actor and its verb: emits, reports, returns, logs, shows; "distinguish" for "tell apart".',
  },
  {
    phrase: /\b(?:had|(?:have|has) (?:it|them|him|her|this|that|the \w+)) again\b/giu,
    reason: 'Say "replays", "repeats" or "gets back".',
  },
  {
    phrase: /\b(?:be|been|to be|can't be|cannot be) had\b|\bhad its time\b/giu,
    reason: 'Say "available", "obtained", or name the limit that was reached.',
  },
  { phrase: /\bbeside\b/giu, reason: 'Say "alongside", "next to", "in addition to" or "except".' },
  { phrase: /\bfor ever\b/giu, reason: 'Say "forever", "indefinitely" or "without a limit".' },
  {
    phrase: /\b(?:nobody|somebody|anybody|everybody|no one|someone|anyone|everyone)\b/giu,
    reason: 'Name the actor: user, caller, program, subscriber, server, operator.',
  },
  {
    phrase: /\bso (?:much|many|long)\b/giu,
    reason: 'Give the number, or say "that many", "as long as", "until".',
  },
  { phrase: /\b(?:ears?|mouths?)\b/giu, reason: 'Say "speech-to-text engine" or "text-to-speech engine".' },
  {
    phrase: /\b(?:that|which) (?:is|are|was|were) none\b/giu,
    reason: 'Say what it is instead: "invalid", "not a URL".',
  },
  {
    phrase: /\b(?:is|are|was|were) (?:not |only )?to be\b/giu,
    reason: 'Say "must", "should", "will", or use the plain verb.',
  },
  { phrase: /\b\w+'s (?:concern|business)\b/giu, reason: 'Say which part is responsible.' },
  { phrase: /\bcures?\b/giu, reason: 'Say "fix".' },
  { phrase: /\bhum(?:s|ming)\b/giu, reason: 'Say "a synthetic tone".' },
  { phrase: /\bfor want of\b/giu, reason: 'Say "without" or "for lack of".' },
  { phrase: /\bone's\b/giu, reason: 'Name the owner: "the program\'s", "your", "its".' },
  {
    phrase:
      /\b(?:anew|amiss|hence|thus|thereby|whereby|hereby|whilst|upon|lest|thereof|wherein|in vain)\b/giu,
    reason: 'Archaic. Say "again", "wrong", "so", "by which", "while", "on".',
  },
  {
    phrase: /(?:^\s*|[.!?] )(?:What|Who|Whom|Whoever|Whatever)(?= )(?![^.!?]*\?)(?!'s)/gu,
    reason: 'A sentence or title begins with a noun, not with a bare "what" or "who".',
  },
  {
    phrase: /\bwhat\b(?! (?:to|if)\b)(?=[^.!?]* )(?![^.!?;]*\?)/gu,
    only: 'comment',
    reason: 'Name the thing: "the audio that was heard", "the result", "the rest", "its text".',
  },
  {
    phrase: new RegExp(`(?<!\\b(?:${people}),? )\\bwho(?:ever|m|mever)?\\b(?![^.!?;]*\\?)`, 'gu'),
    only: 'comment',
    reason: 'Name the actor: "a user who …", "the caller", "subscribers".',
  },
  {
    phrase: /\b(?:of|by|to|from|with) (?:what|whom)\b(?![^.!?;]*\?)/gu,
    reason: 'Name the thing or the actor.',
  },
  { phrase: /\bas (?:the|a) \w+ has it\b/giu, reason: 'Say "in the form that …", "as … defines it".' },
  { phrase: /\b(?:lets?|letting) (?:\w+ )?go\b/giu, reason: 'Say "releases", "unsubscribes", "drops".' },
  {
    phrase: /\bno \w+ (?:is|are)(?=[.;:])/giu,
    reason: 'Say it positively: "Default: no limit".',
  },
  { phrase: /\bharms? (?:no|nobody)\b/giu, reason: 'Say "has no effect", or name the effect.' },
  {
    phrase: /\b(?:Nothing|nothing) (?:escapes|is made of)\b/gu,
    reason: 'Name what happens: "is played", "is executed", "is ignored".',
  },
];

/** A sentence of Markdown has at most this many words; code counts as one. */
export const longestSentence = 30;

/** Folders whose strings are data or what a bot says, not prose about the program. */
const spoken = ['lib/languages/', 'lib/llm/abbreviations', 'lib/providers/builtin/', 'cli/demo/'];

/** A comment or a string of a source, and its position. */
interface Token {
  readonly kind: 'comment' | 'string';
  readonly text: string;
  readonly from: number;
}

const quoted = { "'": /'(?:[^'\\\n]|\\[^])*'/uy, '"': /"(?:[^"\\\n]|\\[^])*"/uy };
/** One comment of several lines: `//` on adjacent lines belongs together. */
const anyComment = /\/\*[^]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/uy;
const templatePart = /(?:[^`\\$]|\\[^]|\$(?!\{))*/uy;
const regularExpression = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/uy;
/** The end of code after which `/` divides; after anything else it begins a regular expression. */
const dividend = /(?:[\])}\w$'"`]|\+\+|--)\s*$/u;
const keyword = /(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|throw|await|yield)\s*$/u;
const unescaped = (text: string): string =>
  text.replaceAll(/\\(?:n|([^]))/gu, (_, char: string | undefined) => char ?? '\n');

/**
 * The comments and strings of a source, a template as one with … for each expression. Much faster than the compiler's
 * parser, which took most of the time of this spec.
 */
const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = [];
  /** Open templates: the text so far, and the depth of braces of the expression. */
  const templates: { readonly from: number; text: string; depth: number }[] = [];
  const match = (pattern: RegExp, at: number): string => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? '';
  };
  /** Reads a template on from here, to its end or its next expression; returns where code goes on. */
  const template = (at: number): number => {
    const open = templates.at(-1)!;
    const part = match(templatePart, at);
    open.text += unescaped(part);
    if (text[at + part.length] === '$') {
      open.text += '…';
      return at + part.length + 2;
    }
    templates.pop();
    tokens.push({ kind: 'string', text: open.text, from: open.from });
    return at + part.length + 1;
  };
  const slash = (at: number): number => {
    const comment = match(anyComment, at);
    if (comment !== '') {
      tokens.push({ kind: 'comment', text: comment, from: at });
      return at + comment.length;
    }
    const before = text.slice(Math.max(0, at - 60), at);
    const divides = dividend.test(before) && !keyword.test(before);
    return at + Math.max(1, divides ? 0 : match(regularExpression, at).length);
  };
  const interesting = /[/'"`{}]/gu;
  for (let found = interesting.exec(text); found; found = interesting.exec(text)) {
    const at = found.index;
    const open = templates.at(-1);
    let next = at + 1;
    switch (found[0]) {
      case '/':
        next = slash(at);
        break;
      case '`':
        templates.push({ from: at, text: '', depth: 0 });
        next = template(at + 1);
        break;
      case '{':
        if (open) open.depth += 1;
        break;
      case '}':
        if (open && open.depth-- === 0) {
          open.depth = 0;
          next = template(at + 1);
        }
        break;
      default: {
        const string = match(quoted[found[0] as "'" | '"'], at);
        tokens.push({ kind: 'string', text: unescaped(string.slice(1, -1)), from: at });
        next = at + Math.max(1, string.length);
      }
    }
    interesting.lastIndex = next;
  }
  return tokens;
};

const beforeTitle = /(?:\b(?:it|describe|test)(?:\.\w+)*|[)`])\(\s*$/u;

/** The passages of a TypeScript or JavaScript source; of a spec, its comments and titles. */
const sourcePassages = (file: string, text: string): Passage[] => {
  const isProse = !spoken.some(folder => file.startsWith(folder));
  const isTitle = (from: number): boolean => beforeTitle.test(text.slice(Math.max(0, from - 60), from));
  let [line, counted] = [1, 0];
  return tokensOf(text)
    .sort((one, other) => one.from - other.from)
    .flatMap(({ kind, text: words, from }) => {
      for (let at = text.indexOf('\n', counted); at >= 0 && at < from; at = text.indexOf('\n', counted)) {
        line += 1;
        counted = at + 1;
      }
      const isRead = kind === 'comment' || (isProse && (!/spec|^\.ci\//u.test(file) || isTitle(from)));
      return isRead ? [{ kind, text: words, line }] : [];
    });
};

/** The paragraphs, list items and table cells of a Markdown file, without its code blocks. */
const markdownPassages = (text: string): Passage[] => {
  const passages: Passage[] = [];
  let open: { line: number; text: string } | undefined;
  const close = (): void => {
    if (open) passages.push({ kind: 'markdown', ...open });
    open = undefined;
  };
  let fenced = false;
  text.split('\n').forEach((raw, index) => {
    if (/^\s*```/u.test(raw)) {
      close();
      fenced = !fenced;
    } else if (fenced || /^\s*$|^\s*<!--|^\s*\|[-| :]+\|$/u.test(raw)) close();
    else if (/^\s*\|/u.test(raw)) {
      close();
      for (const cell of raw.split(/(?<!\\)\|/u))
        if (cell.trim()) passages.push({ kind: 'markdown', text: cell.trim(), line: index + 1 });
    } else {
      if (/^\s*(?:[-*#>]|\d+\.) ?/u.test(raw)) close();
      open ??= { line: index + 1, text: '' };
      open.text += `${open.text ? '\n' : ''}${raw.replace(/^\s*(?:[-*>]|#+|\d+\.) /u, '')}`;
    }
  });
  close();
  return passages;
};

/** The comments of a file in which `#` begins one. */
const hashPassages = (file: string): Passage[] =>
  [...file.matchAll(/^[ \t]*#(?!!).*(?:\n[ \t]*#.*)*/gmu)].map(({ 0: text, index }) => ({
    kind: 'comment',
    text,
    line: lineAt(file, index),
  }));

/** The texts of a page, with those that only a screen reader reads. */
const pagePassages = (page: string): Passage[] =>
  [...page.matchAll(/(?<=\s(?:aria-label|title|placeholder)=")[^"]+|(?<=>)[^<>]*[^<>\s][^<>]*(?=<)/gu)].map(
    ({ 0: text, index }) => ({ kind: 'markdown', text, line: lineAt(page, index) }),
  );

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** The description of a package. */
const packagePassages = (text: string): Passage[] =>
  [(JSON.parse(text) as { readonly description?: string }).description ?? []].flat().map(description => ({
    kind: 'markdown',
    text: description,
    line: lineAt(text, text.indexOf(description)),
  }));

/** The prose of a file. */
export const passagesOf = (file: string, text = readFileSync(file, 'utf8')): Passage[] => {
  if (/\.md$/u.test(file)) return markdownPassages(text);
  if (/\.html$/u.test(file)) return pagePassages(text);
  if (/\.json$/u.test(file)) return packagePassages(text);
  return /\.(?:[jt]s|css)$/u.test(file) ? sourcePassages(file, text) : hashPassages(text);
};

/** A passage as sentences are read: one line, comment marks gone, code and quotations as one word each. */
const plain = ({ kind, text }: Passage): string => {
  const words =
    kind === 'comment'
      ? text
          .replace(/@example[^]*$/u, '')
          .replace(/^\/\*\*?|\*\/$/gu, '')
          .replaceAll(/^[ \t]*(?:\*|\/\/|#)? ?(?:@param \w+)?/gmu, '')
      : text;
  // Keep line breaks as one character each, so that an offset leads back to its line.
  const blank = (found: string): string => found.replaceAll(/[^\n]/gu, '_');
  return kind === 'string'
    ? words
    : words
        .replaceAll(/```[^]*?```/gu, blank)
        .replaceAll(/`[^`]*`/gu, blank)
        .replaceAll(/"[^"]*"|“[^”]*”/gu, blank)
        .replaceAll(/\]\([^)]*\)/gu, found => `]${blank(found.slice(1))}`);
};

const lineIn = (passage: Passage, text: string, index: number): number =>
  passage.line + (text.slice(0, index).match(/\n/gu)?.length ?? 0);

const phrases = (file: string, passage: Passage): Finding[] => {
  if (passage.kind === 'string' && !/\s\S+\s/u.test(passage.text)) return [];
  const text = plain(passage);
  const flat = text.replaceAll('\n', ' ');
  return rules.flatMap(({ phrase, reason, only = passage.kind }) =>
    only !== passage.kind
      ? []
      : [...flat.matchAll(phrase)].map(found => ({
          place: `${file}:${lineIn(passage, text, found.index)}`,
          phrase: flat.slice(found.index, found.index + found[0].length + 30).trim(),
          reason,
        })),
  );
};

const longSentences = (file: string, passage: Passage): Finding[] => {
  // A list whose items are separated by points is not a sentence.
  if (passage.kind !== 'markdown' || passage.text.includes(' · ')) return [];
  const text = plain(passage);
  const flat = text.replaceAll('\n', ' ');
  return [...flat.matchAll(/[^.!?:;]+(?:[.!?:;](?!\s|$|[*)"])[^.!?:;]*)*(?:[.!?:;]|$)/gu)].flatMap(found => {
    const words = found[0].split(/\s+/u).filter(word => /[\p{L}\p{N}_]/u.test(word)).length;
    return words <= longestSentence
      ? []
      : [
          {
            place: `${file}:${lineIn(passage, text, found.index)}`,
            phrase: `${found[0].trim().slice(0, 50)} … (${words} words)`,
            reason: `One idea a sentence, at most ${longestSentence} words.`,
          },
        ];
  });
};

/** Every phrase of a file that the rules refuse. */
export const findings = (file: string, text?: string): Finding[] =>
  passagesOf(file, text).flatMap(passage => [...phrases(file, passage), ...longSentences(file, passage)]);
