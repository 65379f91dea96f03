import type { Observable } from 'rxjs';

/** The progress of an engine that loads its resources. */
export interface Loading {
  /** The name of the resource, for people: "Moonshine tiny speech recognition". */
  readonly engine: string;
  /** From 0 to 1; 1 means ready. */
  readonly progress: number;
}

/** A notice from an engine, an input or an output, in addition to its results. */
export type Notice =
  /** A problem for an operator to look at, though the call goes on: "Deepgram was lost; reconnecting". */
  | { readonly type: 'warning'; readonly message: string }
  /** A connection was acquired for the coming work: whether it was already open, and how long that took, ms. */
  | { readonly type: 'connected'; readonly reused: boolean; readonly ms: number }
  /** Text-to-speech only: the words that were spoken of the reply that was cut last, as the service reports them. */
  | { readonly type: 'heard'; readonly text: string }
  /** Text-to-speech only: the end of each word of a text in its audio, ms, in their order. */
  | { readonly type: 'timed'; readonly text: string; readonly words: readonly TimedWord[] }
  /**
   * Text-to-speech only: the voice says a text in other words, as its own transcript has them; or, after it has done so,
   * in the text's own again.
   */
  | { readonly type: 'reworded'; readonly text: string; readonly spoken: string };

/** A word, and its end in the audio of its text, ms. */
export interface TimedWord {
  readonly word: string;
  readonly endMs: number;
}

/** A part that emits notices. */
export interface Noticing {
  /** Hot: notices without a subscriber are lost. It never errors and need not complete. */
  readonly notice$?: Observable<Notice>;
}

/**
 * An engine that loads something (a model, a socket) has a `warm$`.
 *
 * Subscribing loads the resource and keeps it loaded; it emits progress, at last 1, and does not complete.
 * Unsubscribing releases it. All subscribers of one engine share one load. A conversation holds its engines' `warm$`
 * while it lasts; a server that holds one itself lets every call start at once. An engine that is used cold loads its
 * resource itself.
 */
export interface Warmable {
  readonly warm$?: Observable<Loading>;
}

/** Optional members of every engine, in addition to its function. */
export interface Engine<Self> extends Warmable, Noticing {
  /**
   * Returns the engine for one call, if it keeps state for each: a socket, its health. A conversation requests one
   * when the call is placed, and holds its `warm$` until the call ends.
   */
  readonly session?: (terms?: SessionTerms) => Self;
}

/** Facts about the call that an engine's session is for. */
export interface SessionTerms {
  /** Whether another engine takes over on failure: then it reports an outage at once instead of waiting. */
  readonly hasStandby?: boolean;
}

/** The engine for one call. */
export const sessionOf = <Self extends Engine<Self>>(engine: Self, terms?: SessionTerms): Self =>
  engine.session?.(terms) ?? engine;

/**
 * An engine, an input or an output with its work changed by a function, and everything else kept: the load (`warm$`),
 * the notices (`notice$`), `endTurn`, and a session for each call, which is changed in the same way.
 *
 * The form for whole replies (`stream`) bypasses a change of the form for sentences. It is therefore kept only where
 * the changed engine has a `stream` of its own; otherwise the bot speaks sentence by sentence.
 *
 * @example
 * const mine: Llm = wrap(openaiLlm(), llm => messages => llm(messages).pipe(tap(event => console.log(event))));
 */
export function wrap<Part extends object>(part: Part, change: (part: Part) => NoInfer<Part>): Part {
  const { warm$, notice$, endTurn, session } = part as Optional<Part>;
  const changed = change(part);
  const own: Optional<Part> = changed;
  return Object.assign(changed, {
    ...(warm$ && !own.warm$ && { warm$ }),
    ...(notice$ && !own.notice$ && { notice$ }),
    ...(endTurn && !own.endTurn && { endTurn }),
    ...(session && !own.session && { session: (terms?: SessionTerms) => wrap(session(terms), change) }),
  });
}

/** Optional members of a part, in addition to its function. */
type Optional<Part> = Warmable &
  Noticing & { readonly endTurn?: () => void; readonly session?: (terms?: SessionTerms) => Part };
