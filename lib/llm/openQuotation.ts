/** Tracks the quotations and brackets that a text has opened and not closed. */
export interface OpenQuotation {
  /** The next character, and the word before it. */
  add(char: string, word: string): void;
  /** A chunk is over: forgets the open quotations, except French ones, which go on over sentences. */
  reset(): void;
  /** Whether anything is open. */
  readonly open: boolean;
  /** Whether a French quotation («) is open. */
  readonly french: boolean;
}

/** Nothing is open at first. */
export function openQuotation(): OpenQuotation {
  let french = false;
  let brackets = 0;
  let marks = new Set<string>(); // `"`, `'`, `*` and the like, which close as they open

  return {
    add(char, word) {
      if (char === '«') french = true;
      else if (char === '»') french = false;
      // In German, “ closes the quotation that „ has opened.
      else if (char === '“' && marks.delete('„')) return;
      else if (char === '„') marks.add(char);
      else if (/[\p{Ps}\p{Pi}]/u.test(char)) brackets += 1;
      else if (/[\p{Pe}\p{Pf}]/u.test(char) && !(char === '’' && /\p{L}$/u.test(word)))
        brackets = Math.max(0, brackets - 1);
      else if (/["*_~`']/u.test(char) && !word.endsWith(char)) {
        if (!marks.delete(char) && (char === '"' || /(?:^|[\s\p{P}])$/u.test(word))) marks.add(char);
      }
    },
    reset() {
      brackets = 0;
      marks = new Set();
    },
    get open() {
      return french || brackets > 0 || marks.size > 0;
    },
    get french() {
      return french;
    },
  };
}
