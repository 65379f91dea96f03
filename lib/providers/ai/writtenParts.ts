import type { AiProviderOptions, AiReasoningPart, AiTextPart } from './languageModel.ts';
import type { StreamPart } from './streamPart.ts';

interface Begun {
  readonly id: string | undefined;
  readonly part: AiReasoningPart | AiTextPart;
}

/** Collects reasoning and text of an answer, with their metadata, to send them back with the call of a tool. */
export class WrittenParts {
  #parts: Begun[] = [];

  /** Reads a part of the stream: `text-start`, `-delta`, `-end`, and likewise `reasoning-`. */
  add({ type = '', id, delta = '', providerMetadata }: StreamPart): void {
    const [, kind, at] = /^(text|reasoning)-(start|delta|end)$/u.exec(type) ?? [];
    if (kind !== 'text' && kind !== 'reasoning') return;
    const isBegun = (each: Begun): boolean => each.id === id && each.part.type === kind;
    const last = at === 'start' ? undefined : this.#parts.findLast(isBegun);
    const part: Begun['part'] = last?.part ?? { type: kind, text: '' };
    if (last === undefined) this.#parts.push({ id, part });
    part.text += delta;
    // The signature of a thought comes with its end.
    if (providerMetadata) part.providerOptions = merged(part.providerOptions, providerMetadata);
  }

  /** The parts so far; the next ones are counted from here. Parts without text or data are left out. */
  take(): (AiReasoningPart | AiTextPart)[] {
    const parts = this.#parts.map(({ part }) => part);
    this.#parts = [];
    return parts.filter(({ text, providerOptions }) => text !== '' || providerOptions !== undefined);
  }
}

const merged = (one: AiProviderOptions = {}, other: AiProviderOptions): AiProviderOptions => ({
  ...one,
  ...Object.fromEntries(
    Object.entries(other).map(([provider, options]) => [provider, { ...one[provider], ...options }]),
  ),
});
