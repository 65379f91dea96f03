import { atTag, begunTag } from '../../llm/thoughts.ts';
import { saysAnything } from '../../stt/sameWords.ts';

/** Knowledge of a model, for all its answers: whether they begin with reasoning, without `<think>`. */
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
  /** Text that is held back; nothing once there was a word. A list, since a long text is not looked at with each piece. */
  #held: string[] | undefined = [];
  #hasWord = false;
  /** The end of the text so far; nothing once a tag was found. */
  #tail: string | undefined = '';

  /** `warn` is called when reasoning turns out to have been passed on. */
  constructor(thoughts: UntaggedThoughts, warn: (message: string) => void) {
    this.#thoughts = thoughts;
    this.#warn = warn;
  }

  /** Text that is held back; nothing once there was a word. */
  get held(): string | undefined {
    return this.#held?.join('');
  }

  /** Whether nothing has come yet. */
  get isEmpty(): boolean {
    return this.#held?.length === 0;
  }

  /** Takes the next piece of the answer; returns the text that can be passed on. */
  push(piece: string): string {
    const isFirst = this.isEmpty;
    const tag = this.#tagIn(piece);
    if (tag !== undefined) {
      if (tag.closes && !isFirst && this.#held === undefined) this.#warn(untagged);
      this.#thoughts.expected = tag.closes;
    }
    if (this.#held === undefined) return piece;
    if (tag?.closes === true) {
      this.#held = [tag.after];
      this.#hasWord = saysAnything(tag.after);
    } else {
      this.#held.push(piece);
      this.#hasWord ||= saysAnything(piece);
    }
    const isUnsure = this.#tail !== undefined && (this.#thoughts.expected || isBegunTag(this.#tail));
    if (!this.#hasWord || isUnsure) return '';
    const text = this.#held.join('');
    this.#held = undefined;
    return text;
  }

  /** The answer is whole, but no reasoning has ended in it: the text that was held back is the answer. */
  rest(): string {
    if (!this.#thoughts.expected || !this.#hasWord || this.#held === undefined) return '';
    this.#thoughts.expected = false;
    const text = this.#held.join('');
    this.#held = undefined;
    return text;
  }

  /** The first tag of reasoning, where it is whole with this piece. */
  #tagIn(piece: string): ReturnType<typeof atTag> {
    if (this.#tail === undefined) return undefined;
    const end = this.#tail + piece;
    const tag = atTag(end);
    this.#tail = tag === undefined ? end.slice(-longestTag) : undefined;
    return tag;
  }
}

/** Whether a text is nothing but the beginning of a tag: `</think`. */
const isBegunTag = (text: string): boolean => begunTag.exec(text)?.[0].length === text.trim().length;
