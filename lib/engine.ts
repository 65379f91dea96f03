import type { Observable } from 'rxjs';

/** How far an engine has come in loading what it needs. */
export interface Loading {
  /** What loads, in words for a person: "Moonshine tiny speech recognition". */
  readonly engine: string;
  /** From 0 to 1; 1 means ready. */
  readonly progress: number;
}

/** What an engine, an input or an output has to tell beside its work. */
export type Notice =
  /** Something a person should know of, though the call goes on: "Deepgram was lost; reconnecting". */
  | { readonly type: 'warning'; readonly message: string }
  /** A connection was acquired for the work to come: whether it was open already, and how long that took, ms. */
  | { readonly type: 'connected'; readonly reused: boolean; readonly ms: number }
  /** Text-to-speech only: the service's own word on what was spoken of the reply that was cut last. */
  | { readonly type: 'heard'; readonly text: string }
  /** Text-to-speech only: where the words of a text it was given end in its audio, ms, in their order. */
  | { readonly type: 'timed'; readonly text: string; readonly words: readonly TimedWord[] };

/** A word, and where it ends in the audio of the text it is in, ms. */
export interface TimedWord {
  readonly word: string;
  readonly endMs: number;
}

/** What has something to tell. */
export interface Noticing {
  /** Hot: what happens while nobody listens is not kept. It neither errors nor need it complete. */
  readonly notice$?: Observable<Notice>;
}

/**
 * An engine that has something to load (a model, a socket) says so with `warm$`.
 *
 * Subscribing loads, and keeps it loaded; it emits progress, at last 1, and does not complete; unsubscribing lets go.
 * All subscribers of one engine share one load. A conversation holds its engines' `warm$` for as long as it lasts; a
 * server that holds one itself has every call start at once. An engine used cold warms itself up.
 */
export interface Warmable {
  readonly warm$?: Observable<Loading>;
}

/** What every engine may have beside its one function. */
export interface Engine<Self> extends Warmable, Noticing {
  /**
   * The engine for one call, where it keeps something for each: a socket, what is healthy. A conversation asks for one
   * when it is placed, and holds its `warm$` until the call ends.
   */
  readonly session?: (terms?: SessionTerms) => Self;
}

/** What an engine is told of the call it is for. */
export interface SessionTerms {
  /** Whether another engine takes over when it fails: then it reports an outage at once instead of waiting. */
  readonly hasStandby?: boolean;
}

/** The engine for one call. */
export const sessionOf = <Self extends Engine<Self>>(engine: Self, terms?: SessionTerms): Self =>
  engine.session?.(terms) ?? engine;

/** What a part has beside its work, for something that stands in for it. */
export function besides(part: object): Warmable & Noticing {
  const { warm$, notice$ } = part as Warmable & Noticing;
  return { ...(warm$ && { warm$ }), ...(notice$ && { notice$ }) };
}
