import type { Observable } from 'rxjs';

/** How far an engine has come in loading what it needs. */
export interface Loading {
  /** What loads, in words for a person: "Moonshine tiny speech recognition". */
  readonly engine: string;
  /** From 0 to 1; 1 means ready. */
  readonly progress: number;
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
