import { concat, defer, filter, map, type OperatorFunction } from 'rxjs';
import { codeRules, inlineRules } from './markup/inlineRules.ts';
import { picture } from './markup/inline.ts';
import { lineRules, tableRow } from './markup/lines.ts';
import { type Place, reach, type Rule, type Skipping, type Step, tableReach } from './markup/rule.ts';

/**
 * Converts a model's text into text for a voice, as it streams. Removes markdown marks (headings, lists, emphasis,
 * quotes, rules, code marks), HTML, emoji, code blocks and reasoning (`<think>`). Links and images become their text,
 * tables become lists of cells, addresses become their host. Line ends stay, so that `sentences` can end there. Plain
 * text is unchanged: `2 * 3`, `snake_case`, `a < b`, `C#`.
 *
 * The result does not depend on how the text is cut into pieces. Plain text passes at once; a mark waits for the
 * character after it, a link for its end. So the text before a closing tag of reasoning that nothing opened
 * (`secret.</think>`) has passed; a conversation drops the unheard part of it, see `thoughtsOver`.
 *
 * @example
 * llm(messages).pipe(ofType('token'), map(({ text }) => text), speakable(), sentences())
 */
export const speakable = (): OperatorFunction<string, string> => text$ =>
  defer(() => {
    const cleaner = new Cleaner();
    return concat(
      text$.pipe(map(text => cleaner.push(text))),
      defer(() => [cleaner.end()]),
    ).pipe(filter(text => text !== ''));
  });

/** {@link speakable} for a complete text. */
export function toSpeakable(text: string): string {
  const cleaner = new Cleaner();
  return cleaner.push(text) + cleaner.end();
}

const anywhere: readonly Rule[] = [...lineRules, tableRow, ...inlineRules];

/**
 * A run of characters with which no rule begins: letters (except the start of an address), digits, spaces and plain
 * punctuation. Later text does not affect them.
 */
const run =
  /^(?:[^\P{L}hHwWfFmM]|[mM](?![aA]|$)|(?<=[\p{L}\p{N}])(?<![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}])[hHwWfFmM]|[ ,.;:?'"()])+/u;

/** The beginning of a note or of a mark, before which a space may yet be left out. */
const mayJoin = new RegExp(`^[[【.,;:!?…\\ud800-\\udbff]|${picture.source}`, 'u');
const nothing: Step = { length: 0, text: '' };

/** Takes text in pieces; returns the part that later text cannot change. */
class Cleaner {
  #pending = '';
  #space = '';
  #isNoted = false;
  readonly #place: Place = {
    lineStart: true,
    said: '',
    inTable: false,
    inAddress: false,
    open: [],
    code: 0,
    skipping: undefined,
  };

  push(text: string): string {
    this.#pending += text;
    return this.#settle(false);
  }

  end(): string {
    return this.#settle(true);
  }

  #settle(final: boolean): string {
    const said: string[] = [];
    while (this.#pending !== '') {
      if (this.#place.skipping !== undefined) {
        if (!this.#skip(this.#place.skipping, final)) break;
        continue;
      }
      const step = this.#plainRun() ?? this.#ruled(final);
      if (step === 'wait') break;
      this.#move(step);
      said.push(this.#spaced(step));
    }
    if (final || (this.#pending !== '' && !mayJoin.test(this.#pending))) said.push(this.#spaced(nothing));
    return said.join('');
  }

  /** Keeps a space behind a word until it is clear that no mark follows from which a note was left out. */
  #spaced({ text, isNote = false }: Step): string {
    if (text === '' && isNote) {
      this.#isNoted ||= this.#space !== '';
      return '';
    }
    const space = this.#isNoted && /^[.,;:!?…]/u.test(text) ? '' : this.#space;
    const keeps = text !== '' && /[\p{L}\p{M}\p{N}]["'”’)\]]? $/u.test(this.#place.said);
    this.#isNoted = false;
    this.#space = keeps ? ' ' : '';
    return space + (keeps ? text.slice(0, -1) : text);
  }

  /** Skips to the end of a part that is left out, as far as the text goes; returns whether it advanced. */
  #skip({ end, reach, keepsEnd = false }: Skipping, final: boolean): boolean {
    const found = end.exec(this.#pending);
    const stop = found ? found.index + found[0].length : 0;
    // An end that touches the last character may be longer, or have one before it that is not whole yet.
    if (found && (final || stop < this.#pending.length)) {
      this.#place.skipping = undefined;
      this.#pending = this.#pending.slice(keepsEnd ? found.index : stop);
      return true;
    }
    const kept = final ? 0 : Math.max(reach + 1, found ? this.#pending.length - found.index : 0);
    const length = Math.max(0, this.#pending.length - kept);
    this.#pending = this.#pending.slice(length);
    return length > 0;
  }

  /** Fast path: most text is letters and spaces, to which no rule applies. */
  #plainRun(): Step | undefined {
    if (this.#place.inTable) {
      // The spaces around a cell's edge are a hundred at most.
      const spaces = /^[ \t]{101,}/u.exec(this.#pending.slice(0, reach))?.[0].slice(100);
      return spaces === undefined ? undefined : { length: spaces.length, text: spaces, lineStart: false };
    }
    const { lineStart, inAddress, code, said } = this.#place;
    if (lineStart || inAddress || code > 0 || !/[\p{L}\p{N}\s]$/u.test(said)) return undefined;
    const [text] = run.exec(this.#pending.slice(0, reach)) ?? [];
    return text === undefined ? undefined : { length: text.length, text, lineStart: false };
  }

  #ruled(final: boolean): Step | 'wait' {
    for (const rule of this.#rules()) {
      const window = this.#pending.slice(0, rule === tableRow ? tableReach : reach);
      const last = final || window.length === (rule === tableRow ? tableReach : reach);
      const step = rule(window, this.#place, last);
      if (step === 'wait') return last ? this.#plain() : 'wait';
      if (step !== undefined) return step;
    }
    return this.#plain();
  }

  #rules(): readonly Rule[] {
    if (this.#place.code > 0) return codeRules;
    return this.#place.lineStart ? anywhere : inlineRules;
  }

  #plain(): Step {
    const text = String.fromCodePoint(this.#pending.codePointAt(0)!);
    return { length: text.length, text };
  }

  #move({ length, text, lineStart }: Step): void {
    const last = this.#pending[length - 1];
    this.#pending = this.#pending.slice(length);
    if (last === '\n') {
      this.#place.inTable = false;
      this.#place.code = 0;
      if (this.#place.said.endsWith('\n')) this.#place.open = []; // no emphasis goes on over a paragraph
    }
    // Rules see the text before a mark as it is spoken, so that nested marks are treated alike.
    this.#place.lineStart = lineStart ?? last === '\n';
    this.#place.said = last === '\n' ? '\n' : (this.#place.said + text).slice(-24);
  }
}
