import { concat, defer, filter, map, type OperatorFunction } from 'rxjs';
import { codeRules, inlineRules, lineRules, type Place, type Rule, type Skipping } from './markdownRules.ts';

/**
 * Turns a model's text into text for a voice, as it streams: markdown marks go (headings, lists, emphasis, quotes,
 * rules, code marks), links and images become their text, tables become lists of cells, addresses their host, HTML
 * and emoji go, and so do code blocks and what a model thinks aloud (`<think>`). Line ends stay, so that `sentences`
 * can end at them. Plain text is unchanged: `2 * 3`, `snake_case`, `a < b`, `C#`.
 *
 * The result is the same however the text is cut up. Plain text passes at once; a mark waits for the character after
 * it, a link for its end.
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

/** The whole of a text, as {@link speakable} would have it. */
export function toSpeakable(text: string): string {
  const cleaner = new Cleaner();
  return cleaner.push(text) + cleaner.end();
}

const anywhere: readonly Rule[] = [...lineRules, ...inlineRules];

/** Takes text in pieces; gives what is certain, whatever follows. */
class Cleaner {
  #pending = '';
  readonly #place: Place = {
    lineStart: true,
    before: '\n',
    inTable: false,
    open: 0,
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
    let said = '';
    while (this.#pending !== '') {
      if (this.#place.skipping !== undefined) {
        if (!this.#skip(this.#place.skipping, final)) break;
        continue;
      }
      const step = this.#ruled(final);
      if (step === 'wait') break;
      said += step.text;
      this.#move(step);
    }
    return said;
  }

  /** Leaves out up to the end of what is left out, or what there is of it; tells whether it got on. */
  #skip({ end, begun }: Skipping, final: boolean): boolean {
    const found = end.exec(this.#pending);
    if (found) this.#place.skipping = undefined;
    const kept = found || final ? -1 : this.#pending.search(begun);
    const length = found ? found.index + found[0].length : kept < 0 ? this.#pending.length : kept;
    this.#pending = this.#pending.slice(length);
    return length > 0;
  }

  #ruled(final: boolean): Step | 'wait' {
    for (const rule of this.#rules()) {
      const step = rule(this.#pending, this.#place, final);
      if (step === 'wait') return final ? this.#plain() : 'wait';
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
    const taken = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    const last = taken.at(-1);
    if (last === '\n') {
      this.#place.inTable = false;
      this.#place.code = 0;
    }
    // What precedes a mark is what is said before it, so that nested marks are seen alike.
    this.#place.lineStart = lineStart ?? last === '\n';
    this.#place.before = last === '\n' ? '\n' : (text.at(-1) ?? this.#place.before);
  }
}

/** What a rule makes of the beginning of a text. */
export interface Step {
  /** How many characters are done with. */
  readonly length: number;
  /** What is said instead. */
  readonly text: string;
  /** Whether the next character begins a line as far as marks go. Default: after a line end. */
  readonly lineStart?: boolean;
}
