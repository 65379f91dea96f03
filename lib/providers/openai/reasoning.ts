/** Fields that a server attached to a message of the model. */
export type AttachedToMessage = Readonly<Record<string, unknown>>;

/** Fields of a message that servers want back with the calls it holds (DeepSeek, Moonshot, OpenRouter, Google). */
const fields = ['reasoning_content', 'reasoning_details', 'extra_content'] as const;

/** Collects the data that a server attaches to the pieces of a message. */
export class Attached {
  readonly #found: Record<string, unknown> = {};

  add(delta: Readonly<Record<string, unknown>>): void {
    for (const field of fields) {
      const piece = delta[field];
      if (piece == null) continue;
      const before = this.#found[field];
      if (typeof piece === 'string') this.#found[field] = (typeof before === 'string' ? before : '') + piece;
      else if (Array.isArray(piece))
        this.#found[field] = piece.reduce<readonly Detail[]>(
          (details, detail) => withDetail(details, detail as Detail),
          (before as readonly Detail[] | undefined) ?? [],
        );
      else this.#found[field] = piece;
    }
  }

  /** All of it; nothing where there was none. */
  get all(): AttachedToMessage | undefined {
    return Object.keys(this.#found).length > 0 ? this.#found : undefined;
  }
}

type Detail = Readonly<Record<string, unknown>>;

/** The details with one more: texts of the same kind and index belong together. */
function withDetail(details: readonly Detail[], detail: Detail): readonly Detail[] {
  const last = details.at(-1);
  if (last === undefined || last['type'] !== detail['type'] || last['index'] !== detail['index'])
    return [...details, detail];
  const texts = ['text', 'summary'].flatMap(field => {
    const pieces = [last[field], detail[field]].filter(piece => typeof piece === 'string');
    return pieces.length > 0 ? [[field, pieces.join('')] as const] : [];
  });
  const told = Object.fromEntries(Object.entries(detail).filter(([, value]) => value != null));
  return [...details.slice(0, -1), { ...last, ...told, ...Object.fromEntries(texts) }];
}
