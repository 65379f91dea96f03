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

/** What a part may have besides its work. */
type Optional<Part> = Warmable &
  Noticing & { readonly endTurn?: () => void; readonly session?: (terms?: SessionTerms) => Part };
