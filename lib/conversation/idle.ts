/** The reaction to a silent user. */
export interface IdleOptions {
  /** The silence before each prompt, ms. Default 10,000. */
  readonly afterMs?: number;
  /** Prompts, one after the other. Default: "Are you still there?", once. */
  readonly prompts?: readonly string[];
  /** Whether the bot hangs up after the last prompt, and with which words. Default: it stays silent. */
  readonly hangUp?: boolean | { readonly goodbye: string };
}

/** A time limit for a call. */
export interface CallLimit {
  /** The longest duration of the call, ms. */
  readonly ms: number;
  /** The bot's last words before it hangs up. Default: none. */
  readonly goodbye?: string;
}

/** The bot's first words. The user may interrupt them, unless `interruptible` is false. */
export type Greeting = string | { readonly text: string; readonly interruptible?: boolean };
