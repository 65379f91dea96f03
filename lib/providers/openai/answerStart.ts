import { atTag } from '../../llm/thoughts.ts';
import { saysAnything } from '../../stt/sameWords.ts';

/** What an engine has learnt of its model: whether reasoning comes as the beginning of the answer, without `<think>`. */
export interface UntaggedThoughts {
  expected: boolean;
}

const untagged =
  "The language model's reasoning came as its answer, without an opening tag: from now on the beginning of an answer is " +
  'held back until the reasoning is over. Let the server separate it (vLLM: --reasoning-parser; llama.cpp: ' +
  '--reasoning-format deepseek), or choose a model that does not reason.';

/** A tag is no longer than this, characters. */
const longestTag = 60;

/**
 * The beginning of one answer. It is held back up to the first word; and where earlier answers began with reasoning
 * whose opening tag was left out, up to the closing tag.
 */
export class AnswerStart {
  readonly #thoughts: UntaggedThoughts;
  readonly #warn: (message: string) => void;
  /** The end of what was passed on; nothing once a tag was found. */
  #tail: string | undefined = '';
  /** What is held back; nothing once there was a word. */
  held: string | undefined = '';

  /** `warn` is called when reasoning turns out to have been passed on. */
  constructor(thoughts: UntaggedThoughts, warn: (message: string) => void) {
    this.#thoughts = thoughts;
    this.#warn = warn;
  }

  /** Takes the next piece of the answer; returns what can be passed on. */
  push(piece: string): string {
    const isFirst = this.held === '';
    if (this.held === undefined) {
      this.#watch(piece);
      return piece;
    }
    this.held += piece;
    if (this.#tail !== undefined && (isFirst || this.#thoughts.expected)) {
      const end = this.held.slice(-(piece.length + longestTag));
      const tag = atTag(end);
      if (tag !== undefined) {
        this.#tail = undefined;
        this.#thoughts.expected = tag.closes;
        if (tag.closes) this.held = tag.after;
      }
    }
    if (!saysAnything(this.held) || (this.#tail !== undefined && this.#thoughts.expected)) return '';
    const text = this.held;
    this.#watch(text);
    this.held = undefined;
    return text;
  }

  /** The answer is whole, but no reasoning has ended in it: what was held back is the answer. */
  rest(): string {
    const { held = '' } = this;
    if (!this.#thoughts.expected || !saysAnything(held)) return '';
    this.#thoughts.expected = false;
    this.held = undefined;
    return held;
  }

  /** Looks for the end of reasoning that was passed on as the answer. */
  #watch(piece: string): void {
    if (this.#tail === undefined) return;
    const end = this.#tail + piece;
    const tag = atTag(end);
    if (tag?.closes === true) {
      this.#thoughts.expected = true;
      this.#warn(untagged);
    }
    this.#tail = tag === undefined ? end.slice(-longestTag) : undefined;
  }
}
