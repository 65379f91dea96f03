/** A command that the program sends to the bot during a call. */
export type Command =
  /**
   * Says `text` as soon as neither the bot nor the user speaks. `now`: immediately, instead of the current reply.
   * `interruptible: false`: the user cannot interrupt it and is answered after it.
   */
  | { readonly type: 'say'; readonly text: string; readonly now?: boolean; readonly interruptible?: boolean }
  /**
   * Ends the user's turn now, with the words so far, whatever the policy waits for: push-to-talk, a key of the telephone.
   * Nothing happens where the user has said nothing.
   */
  | { readonly type: 'endTurn' }
  /** Silences the bot and ends its reply. */
  | { readonly type: 'interrupt' }
  /** Ends the call, after `goodbye` if there is one. */
  | { readonly type: 'hangUp'; readonly goodbye?: string };
