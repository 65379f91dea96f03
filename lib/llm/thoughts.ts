import { defer, endWith, type OperatorFunction } from 'rxjs';
import { each } from '../rx/each.ts';
import type { LlmEvent } from './message.ts';

/** Emitted in place of a closing tag of reasoning that nothing opened: all text before it was reasoning. */
export const thoughtsEnded = Symbol('thoughtsEnded');

const name = String.raw`(?:[a-z]{1,20}[:_])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection)`;
/** A tag that opens or closes reasoning; within the marks of code it is only mentioned. */
const tag = new RegExp(
  `(?<!\`)(?:<(/?)${name}\\s{0,5}>|\\[(/?)THINK\\]|◁(/?)think▷|<\\|(?:(end)|begin)_of_thought\\|>)`,
  'iu',
);
/** An unfinished tag at the end of a text. */
export const begunTag =
  /`?(?:<(?:\/?(?:[a-z]{1,20}[:_]?[a-z]{0,12})?\s{0,5}|\|[a-z_]{0,16}\|?)|\[\/?[A-Z]{0,5}|◁\/?[a-z]{0,5})$|`$/iu;

/** A text before and after its first tag of reasoning. */
export function atTag(text: string): { before: string; closes: boolean; after: string } | undefined {
  const match = tag.exec(text);
  if (match === null) return undefined;
  return {
    before: text.slice(0, match.index),
    closes: match.slice(1).some(Boolean),
    after: text.slice(match.index + match[0].length),
  };
}

/**
 * Finds the end of reasoning whose opening tag was left out: the chat templates of DeepSeek-R1, QwQ and Qwen's thinking
 * models write `<think>` into the prompt, and many servers don't repeat it. Emits {@link thoughtsEnded} in place of the
 * closing tag; the text before it has been passed on by that time. Reasoning with both tags is unchanged. After the
 * result of a tool the model is asked again, so that reasoning may come again.
 */
export const thoughtsOver = <Event extends { readonly type: string }>(): OperatorFunction<
  LlmEvent | Event,
  LlmEvent | Event | typeof thoughtsEnded
> => {
  type Part = LlmEvent | Event | typeof thoughtsEnded;
  const token = (text: string): Part[] => (text === '' ? [] : [{ type: 'token', text }]);
  return event$ =>
    defer(() => {
      let pending = '';
      let isKnown = false;
      const written = (text: string): Part[] => {
        if (isKnown) return token(text);
        pending += text;
        const found = atTag(pending);
        if (found === undefined) {
          const [held = ''] = begunTag.exec(pending) ?? [];
          const passed = pending.slice(0, pending.length - held.length);
          pending = held;
          return token(passed);
        }
        isKnown = true;
        const all = pending;
        pending = '';
        return found.closes ? [...token(found.before), thoughtsEnded, ...token(found.after)] : token(all);
      };
      const rest = (): Part[] => {
        const text = pending;
        pending = '';
        return token(text);
      };
      return event$.pipe(
        endWith(undefined),
        each((event: LlmEvent | Event | undefined): Part[] => {
          if (event === undefined) return rest();
          if (event.type === 'token') return written((event as Extract<LlmEvent, { type: 'token' }>).text);
          if (event.type === 'toolResult') isKnown = false;
          return [...rest(), event];
        }),
      );
    });
};

/** A whole text without reasoning whose opening tag was left out; see {@link thoughtsOver}. */
export function afterThoughts(text: string): string {
  const found = atTag(text);
  return found?.closes === true ? found.after : text;
}
