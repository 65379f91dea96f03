import type { ToolCall } from '../../llm/message.ts';
import { argumentsOf, isWhole } from './toolArguments.ts';

/** A piece of a tool call, as it is streamed. Compatible servers may leave out any field. */
export interface ToolCallDelta {
  readonly index?: number | string | null;
  readonly id?: string | null;
  readonly type?: string | null;
  readonly function?: CalledFunction | null;
  /** Some servers leave `function` out and put its fields here. */
  readonly name?: string | null;
  readonly arguments?: unknown;
  /** Other fields that a server attaches, such as a signature, and expects back. */
  readonly [attached: string]: unknown;
}

interface CalledFunction {
  readonly name?: string | null;
  /** JSON in pieces; some servers send the object itself. */
  readonly arguments?: unknown;
  readonly [attached: string]: unknown;
}

/** Fields that a server attached to a call, and to its function. */
export interface AttachedToCall {
  readonly call?: Readonly<Record<string, unknown>>;
  readonly function?: Readonly<Record<string, unknown>>;
}

/** A call, with the data that the server attached to it. */
export type CalledTool = ToolCall & { readonly attached?: AttachedToCall };

interface Open {
  readonly index: number | string | undefined;
  id: string;
  name: string;
  json: string;
  call: Record<string, unknown>;
  function: Record<string, unknown>;
}

/**
 * Assembles the tool calls of an answer from their pieces. OpenAI counts calls by `index`; other servers send none or
 * the same one for all calls, no ids, one id for all or a fresh one with each piece, names in pieces or in every piece,
 * and arguments in pieces, whole, repeated or growing. A piece with a name begins a call when the arguments of the one
 * before are whole; `names`, the tools that were offered, decide where it could be more of the same name.
 */
export class CalledTools {
  readonly #open: Open[] = [];
  readonly #names: ReadonlySet<string>;

  constructor(names: Iterable<string> = []) {
    this.#names = new Set(names);
  }

  add(delta: ToolCallDelta): void {
    const { index, id, type, function: called, ...rest } = delta;
    const { name: outerName, arguments: outerJson, ...attached } = rest;
    const { name = outerName, arguments: json = outerJson, ...attachedToFunction } = called ?? {};
    const piece = { id: id || undefined, name: name || undefined, json: textOf(json) };
    const call = this.#find(index ?? undefined, piece);
    call.id ||= piece.id ?? '';
    if (piece.name !== undefined && piece.name !== call.name && !this.#names.has(call.name))
      call.name += piece.name;
    call.json = joined(call.json, piece.json);
    Object.assign(call.call, present(attached));
    Object.assign(call.function, present(attachedToFunction));
  }

  /** The calls; one without an id has one made up, since its result must name it. */
  get calls(): CalledTool[] {
    return this.#open
      .filter(({ name }) => name.trim() !== '')
      .map(({ id, name, json, ...attached }) => ({
        id: id || madeUpId(),
        name: this.#known(name),
        arguments: argumentsOf(json),
        ...attachedIn(attached),
      }));
  }

  #find(index: Open['index'], piece: Piece): Open {
    const known = this.#open.filter(call => index === undefined || call.index === index);
    const sameId = piece.id === undefined ? undefined : known.findLast(({ id }) => id === piece.id);
    const same = sameId ?? known.at(-1);
    if (same !== undefined && !this.#begins(same, index, piece)) return same;
    const call: Open = { index, id: '', name: '', json: '', call: {}, function: {} };
    this.#open.push(call);
    return call;
  }

  /** Whether a piece is the first of another call. */
  #begins(call: Open, index: Open['index'], { id, name, json }: Piece): boolean {
    if (name === undefined) return false;
    if (this.#names.has(call.name + name)) return false; // the name comes in pieces
    const repeats = name === call.name;
    if (id !== undefined && id === call.id) return isWhole(call.json) && json !== '' && json !== call.json;
    if (id !== undefined && call.id !== '') return true;
    if (isWhole(call.json)) return !repeats || json !== '' || index === undefined;
    // No arguments yet: a name that is repeated is the same call's, one that is known another's.
    return call.json === '' && !repeats && (this.#names.has(call.name) || index === undefined);
  }

  /** The tool that is meant: some servers add a namespace ("functions.weather") or a control token. */
  #known(name: string): string {
    if (this.#names.has(name)) return name;
    const plain = name.trim().replace(/<\|.*$/su, '');
    const bare = plain.replace(/^.*[.:/]/su, '');
    return [plain, bare].find(each => this.#names.has(each)) ?? name.trim();
  }
}

interface Piece {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly json: string;
}

/** Arguments so far and their next piece, which some servers send with all that came before it, or once more. */
const joined = (json: string, piece: string): string =>
  json.startsWith('{') && piece.startsWith(json) && (piece.length > json.length || isWhole(json))
    ? piece
    : json + piece;

const textOf = (json: unknown): string =>
  typeof json === 'string' ? json : json == null ? '' : JSON.stringify(json);

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));

const attachedIn = ({
  call,
  function: called,
}: Pick<Open, 'call' | 'function'>): { attached?: AttachedToCall } => {
  const some = (fields: object): boolean => Object.keys(fields).length > 0;
  return some(call) || some(called)
    ? { attached: { ...(some(call) && { call }), ...(some(called) && { function: called }) } }
    : {};
};

/** Nine letters and digits, as the strictest service has them. */
const madeUpId = (): string => Math.random().toString(36).slice(2, 11).padEnd(9, '0');
