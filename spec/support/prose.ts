import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** A piece of prose in a file: a comment, a string or a paragraph of Markdown. */
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
}

/** Phrases that hide the actor, are archaic, or mean something else to a reader in a hurry. */
const rules: readonly Rule[] = [
  {
    phrase: /\b(?:un)?(?:tell|tells|told|telling)\b/iu,
    reason:
      'Name the actor and its verb: emits, reports, returns, logs, shows; "distinguish" for "tell apart".',
  },
  {
    phrase: /\b(?:had|(?:have|has) (?:it|them|him|her|this|that|the \w+)) again\b/iu,
    reason: 'Say "replays", "repeats" or "gets back".',
  },
  {
    phrase: /\b(?:be|been|to be|can't be|cannot be) had\b|\bhad its time\b/iu,
    reason: 'Say "available", "obtained", or name the limit that was reached.',
  },
  { phrase: /\bbeside\b/iu, reason: 'Say "alongside", "next to", "in addition to" or "except".' },
  { phrase: /\bfor ever\b/iu, reason: 'Say "forever", "indefinitely" or "without a limit".' },
  {
    phrase: /\b(?:nobody|somebody|anybody|everybody|no one|someone|anyone|everyone)\b/iu,
    reason: 'Name the actor: user, caller, program, subscriber, server, operator.',
  },
  {
    phrase: /\bso (?:much|many|long)\b/iu,
    reason: 'Give the number, or say "that many", "as long as", "until".',
  },
  { phrase: /\b(?:ears?|mouths?)\b/iu, reason: 'Say "speech-to-text engine" or "text-to-speech engine".' },
  {
    phrase: /\b(?:that|which) (?:is|are|was|were) none\b/iu,
    reason: 'Say what it is instead: "invalid", "not a URL".',
  },
  {
    phrase: /\b(?:is|are|was|were) (?:not |only )?to be\b/iu,
    reason: 'Say "must", "should", "will", or use the plain verb.',
  },
  { phrase: /\b\w+'s (?:concern|business)\b/iu, reason: 'Say which part is responsible.' },
  { phrase: /\bcures?\b/iu, reason: 'Say "fix".' },
  { phrase: /\bhum(?:s|ming)\b/iu, reason: 'Say "a synthetic tone".' },
  { phrase: /\bfor want of\b/iu, reason: 'Say "without" or "for lack of".' },
  { phrase: /\bone's\b/iu, reason: 'Name the owner: "the program\'s", "your", "its".' },
  {
    phrase: /\b(?:anew|amiss|hence|thus|thereby|whereby|hereby|whilst|upon|lest|thereof|wherein|in vain)\b/iu,
    reason: 'Archaic. Say "again", "wrong", "so", "by which", "while", "on".',
  },
  {
    phrase: /(?:^|[.!?] )(?:What|Who|Whom|Whoever|Whatever)(?= )(?![^.!?]*\?)(?!'s)/u,
    reason: 'A sentence or title begins with a noun, not with a bare "what" or "who".',
  },
  {
    phrase: /\b(?:Nothing|nothing) (?:escapes|is made of)\b/u,
    reason: 'Name what happens: "is played", "is executed", "is ignored".',
  },
];

/** A sentence of Markdown has at most this many words; code counts as one. */
export const longestSentence = 30;

/** Folders whose strings are data or what a bot says, not prose about the program. */
const spoken = ['lib/languages/', 'lib/llm/abbreviations', 'lib/providers/builtin/', 'cli/demo/'];

/** The passages of a TypeScript or JavaScript source; of a spec, its comments and titles. */
const sourcePassages = (file: string, text: string): Passage[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const passages: Passage[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const seen = new Set<number>();
  const comments = (ranges: readonly ts.CommentRange[] = []): void => {
    for (const { pos, end } of ranges) {
      if (seen.has(pos)) continue;
      seen.add(pos);
      passages.push({ kind: 'comment', text: text.slice(pos, end), line: lineOf(pos) });
    }
  };
  const isTitle = (node: ts.Node): boolean =>
    ts.isCallExpression(node.parent) &&
    node.parent.arguments[0] === node &&
    /^(?:it|describe|test)\b/u.test(node.parent.expression.getText());
  const strings = !spoken.some(folder => file.startsWith(folder));
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      comments(ts.getLeadingCommentRanges(text, node.getFullStart()));
      return;
    }
    comments(ts.getLeadingCommentRanges(text, node.getFullStart()));
    comments(ts.getTrailingCommentRanges(text, node.getEnd()));
    if (
      strings &&
      (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) &&
      (!file.includes('spec') || isTitle(node))
    )
      passages.push({
        kind: 'string',
        text: ts.isStringLiteralLike(node)
          ? node.text
          : node.head.text + node.templateSpans.map(span => `…${span.literal.text}`).join(''),
        line: lineOf(node.getStart()),
      });
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  return passages.sort((a, b) => a.line - b.line);
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

/** The prose of a file. */
export const passagesOf = (file: string, text = readFileSync(file, 'utf8')): Passage[] =>
  /\.md$/u.test(file) ? markdownPassages(text) : sourcePassages(file, text);

/** A passage as sentences are read: one line, comment marks gone, code and quotations as one word each. */
const plain = ({ kind, text }: Passage): string => {
  const words =
    kind === 'comment'
      ? text
          .replace(/@example[^]*$/u, '')
          .replace(/^\/\*\*?|\*\/$/gu, '')
          .replaceAll(/^[ \t]*(?:\*|\/\/)? ?/gmu, '')
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
  return rules.flatMap(({ phrase, reason }) =>
    [...flat.matchAll(new RegExp(phrase, `g${phrase.flags}`))].map(found => ({
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
