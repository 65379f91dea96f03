import { after, wordsOf } from './sameWords.ts';
import type { Transcript } from './transcript.ts';

type Words = Extract<Transcript, { readonly type: 'interim' | 'final' }>;

/**
 * The words of the open turn. When a turn was ended while some of them were not final yet, their final comes late: it is
 * left out, so that nothing is said twice.
 */
export class OpenWords {
  #finals: string[] = [];
  #open = '';
  #end = 0;
  #late: { readonly words: readonly string[]; readonly end: number } | undefined;

  /** The words as they count for the open turn; nothing if they belong to the one before. */
  hear(heard: Words): Words | undefined {
    const fresh = this.#withoutLate(heard);
    if (fresh === undefined) return undefined;
    if (fresh.type === 'interim') this.#open = fresh.text;
    else {
      if (fresh.text !== '') this.#finals.push(fresh.text);
      this.#open = '';
      this.#end = fresh.end;
    }
    return fresh;
  }

  /** All of them. */
  get text(): string {
    return [...this.#finals, this.#open].filter(Boolean).join(' ');
  }

  /** Those that are not final. */
  get open(): string {
    return this.#open;
  }

  /** Where the voice in the last final ends. */
  get end(): number {
    return this.#end;
  }

  /** Whether there are words, all of them final, for a voice that ended there. A word's end is known to 300 ms. */
  areFinalAt(end: number): boolean {
    return this.#open === '' && this.#finals.length > 0 && this.#end >= end - 300;
  }

  /** The turn is over. */
  close(end: number): void {
    const words = wordsOf(this.#open);
    this.#late = words.length === 0 ? undefined : { words, end };
    this.#finals = [];
    this.#open = '';
    this.#end = Math.max(this.#end, end);
  }

  #withoutLate(heard: Words): Words | undefined {
    const late = this.#late;
    if (late === undefined || heard.text === '') return heard;
    const rest = after(late.words, heard.text);
    if (heard.type === 'final') this.#late = undefined;
    if (rest !== undefined) return rest === '' ? undefined : { ...heard, text: rest };
    // Other words than were said then: the engine thought better of them, unless they are of another voice.
    return heard.type === 'final' && heard.end <= late.end + 100 ? undefined : heard;
  }
}
