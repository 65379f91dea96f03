/** What a program may tell the bot to do during a call. */
export type Command =
  /**
   * Says this, as soon as neither the bot nor the user is speaking; `now`: at once, instead of what the bot is about.
   * `interruptible` false: the user is answered after it.
   */
  | { readonly type: 'say'; readonly text: string; readonly now?: boolean; readonly interruptible?: boolean }
  /** The bot falls silent: its reply is cut. */
  | { readonly type: 'interrupt' }
  /** Ends the call, after these words if there are any. */
  | { readonly type: 'hangUp'; readonly goodbye?: string };
