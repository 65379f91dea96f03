import type { ToolCall } from '../../llm/message.ts';

/** A piece of a tool call, as it is streamed. Compatible servers leave out what they like. */
export interface ToolCallDelta {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly function?: {
    readonly name?: string | null;
    /** JSON in pieces; some servers send the object itself. */
    readonly arguments?: unknown;
  } | null;
}

interface Open {
  readonly index: number | undefined;
  id: string;
  name: string;
  json: string;
}

/**
 * Puts the tool calls of an answer together from their pieces: by `index`, as OpenAI counts them; where a server sends
 * none, or the same one for all, a new `id` begins a call, and what has neither belongs to the last. A call begins with
 * its name: some servers send a fresh `id` with each piece.
 */
export class CalledTools {
  readonly #open: Open[] = [];

  add({ index, id, function: called }: ToolCallDelta): void {
    const call = this.#find(index ?? undefined, id || undefined, called?.name || undefined);
    call.id ||= id ?? '';
    call.name ||= called?.name ?? '';
    call.json += textOf(called?.arguments);
  }

  /** The calls; one without an id has one made up, since its result must name it. */
  get calls(): ToolCall[] {
    return this.#open
      .filter(({ name }) => name !== '')
      .map(({ id, name, json }) => ({ id: id || madeUpId(), name, arguments: json }));
  }

  #find(index: number | undefined, id: string | undefined, name: string | undefined): Open {
    const known = this.#open.filter(call => index === undefined || call.index === index);
    const same = known.findLast(call => id !== undefined && call.id === id) ?? known.at(-1);
    if (same !== undefined && (name === undefined || isOf(same, index, id))) return same;
    const call: Open = { index, id: '', name: '', json: '' };
    this.#open.push(call);
    return call;
  }
}

/** Whether a piece with a name is of this call, rather than the first of another. */
const isOf = (call: Open, index: number | undefined, id: string | undefined): boolean =>
  index === undefined
    ? id !== undefined && call.id === id
    : id === undefined || call.id === '' || call.id === id;

const textOf = (json: unknown): string =>
  typeof json === 'string' ? json : json == null ? '' : JSON.stringify(json);

/** Nine letters and digits, as the strictest service has them. */
const madeUpId = (): string => Math.random().toString(36).slice(2, 11).padEnd(9, '0');
