import { bareAddress } from './address.ts';
import { emphasis } from './emphasis.ts';
import { bareCall, bracketToken, reasoningMark, chatToken, hiddenTag } from './hidden.ts';
import { entity, html } from './html.ts';
import {
  cell,
  citation,
  codeMark,
  emoji,
  escape,
  fileCitation,
  footnoteMark,
  link,
  surrogate,
} from './inline.ts';
import { formula } from './latex.ts';
import { codeFence } from './lines.ts';
import type { Rule } from './rule.ts';

/** Rules for marks anywhere in a text. */
export const inlineRules: readonly Rule[] = [
  surrogate,
  cell,
  bareCall,
  bracketToken,
  reasoningMark,
  footnoteMark,
  citation,
  fileCitation,
  link,
  hiddenTag,
  chatToken,
  html,
  entity,
  bareAddress,
  formula,
  escape,
  codeFence,
  codeMark,
  emphasis,
  emoji,
];

/** Rules within inline code. */
export const codeRules: readonly Rule[] = [surrogate, codeMark];
