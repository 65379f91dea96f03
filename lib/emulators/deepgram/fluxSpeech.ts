/** A piece of a turn, and how long its audio is so far. */
export interface Segment {
  readonly text: string;
  audioMs: number;
}

/**
 * One reply that Flux speaks: its text as it came, its synthesised part, and the position of its audio in the session.
 */
export class FluxSpeech {
  readonly id: string;
  /** Where its audio begins in the session's, ms; none yet. */
  startMs: number | undefined;
  readonly #segments: Segment[] = [];
  #waiting = '';

  constructor(number: number) {
    this.id = `dg_sp_${number.toString(16).padStart(12, '0')}`;
  }

  get text(): string {
    return this.#segments.map(({ text }) => text).join('') + this.#waiting;
  }

  get audioMs(): number {
    return this.#segments.reduce((sum, { audioMs }) => sum + audioMs, 0);
  }

  /** Takes more text, and returns the part that can be spoken already, in pieces that end with a clause. */
  add(text: string): readonly Segment[] {
    this.#waiting += text;
    const ready = /^[\s\S]*[.!?;:,\n](?=\s)/u.exec(this.#waiting)?.[0] ?? '';
    this.#waiting = this.#waiting.slice(ready.length);
    return this.#cut(ready);
  }

  /** Ends the text, and returns the rest. */
  flush(): readonly Segment[] {
    const rest = this.#waiting;
    this.#waiting = '';
    return this.#cut(rest);
  }

  /** The words heard and not heard when that much of its audio was heard; whole words. */
  heard(playedMs: number): { readonly spoken: string; readonly remaining: string } {
    let left = playedMs;
    let spoken = '';
    for (const { text, audioMs } of this.#segments) {
      if (audioMs > 0 && left >= audioMs - 1e-6) spoken += text;
      else {
        const share = text.slice(0, Math.floor((text.length * Math.max(0, left)) / Math.max(1, audioMs)));
        spoken += /^[\s\S]*\S(?=\s)/u.exec(share)?.[0] ?? '';
        break;
      }
      left -= audioMs;
    }
    return { spoken, remaining: this.text.slice(spoken.length) };
  }

  /** Its report. */
  metadata(): object {
    const { text } = this;
    return {
      speech_id: this.id,
      audio_duration_ms: Math.round(this.audioMs),
      input_character_count: text.length,
      billable_character_count: text.replace(/\p{Cc}/gu, '').length,
      controls_applied: { pronunciations_applied: 0, breaks_applied: 0, pronunciation_warnings: 0 },
    };
  }

  #cut(text: string): readonly Segment[] {
    if (text === '') return [];
    const segment = { text, audioMs: 0 };
    this.#segments.push(segment);
    return [segment];
  }
}
