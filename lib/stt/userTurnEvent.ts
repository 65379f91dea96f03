/** An event of a user's turn (1, 2, …). Positions are in the input's audio, ms. */
export type UserTurnEvent =
  /**
   * The turn begins; `at` is where the voice begins, `Infinity` if the engine emitted words without `speechStart`.
   */
  | { readonly type: 'speaking'; readonly turn: number; readonly at: number }
  | { readonly type: 'interim'; readonly turn: number; readonly text: string }
  | { readonly type: 'final'; readonly turn: number; readonly text: string }
  /** The turn may be over, with these words: time to prepare an answer. */
  | { readonly type: 'eager'; readonly turn: number; readonly text: string }
  /** After `eager` or `quiet`: the user goes on. */
  | { readonly type: 'resumed'; readonly turn: number }
  /** The voice ended at `at`; `text` is the recognised text so far. The user may go on. */
  | { readonly type: 'quiet'; readonly turn: number; readonly text: string; readonly at: number }
  /** The voice ended without recognised words. The turn goes on with the next voice. */
  | { readonly type: 'silent'; readonly turn: number }
  /** The turn is over: `text` is all its words, `end` is where the voice ended. */
  | { readonly type: 'said'; readonly turn: number; readonly text: string; readonly end: number };
