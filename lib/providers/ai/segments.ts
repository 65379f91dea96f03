/** A part of a transcription model's stream. */
export interface TranscriptPart {
  readonly type?: string;
  readonly id?: string;
  readonly delta?: string;
  readonly text?: string;
  readonly endSecond?: number;
  readonly error?: unknown;
}

/**
 * The segments of a transcript that are not final. A segment whose words were taken, since its utterance ended, is left out
 * when the model revises or completes it later.
 */
export class Segments {
  #open = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The words so far that are not final. */
  get text(): string {
    return [...this.#open.values()]
      .map(text => text.trim())
      .filter(text => text !== '')
      .join(' ');
  }

  /** Notes words of a segment: more of them, or all of them again. */
  add({ type, id = '', delta = '', text = '' }: TranscriptPart): void {
    if (this.#taken.has(id)) return;
    this.#open.set(id, type === 'transcript-delta' ? (this.#open.get(id) ?? '') + delta : text);
  }

  /** Notes that a segment is complete; gives its words, unless they were taken. */
  close({ id = '', text = '' }: TranscriptPart): string {
    this.#open.delete(id);
    return this.#taken.delete(id) ? '' : text.trim();
  }

  /** Takes all open words. A segment without an id can't be distinguished from the next one. */
  take(): string {
    const { text } = this;
    for (const id of this.#open.keys()) if (id !== '') this.#taken.add(id);
    this.#open = new Map();
    return text;
  }
}
