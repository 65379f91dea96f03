/** What happens when the user says nothing. */
export interface IdleOptions {
  /** How long it is silent before the bot says something, and between that and the next, ms. Default 10,000. */
  readonly afterMs?: number;
  /** What it says, one after the other. Default: "Are you still there?", once. */
  readonly prompts?: readonly string[];
  /** Whether it hangs up when they are used up, and with what words. Default: it stays silent. */
  readonly hangUp?: boolean | { readonly goodbye: string };
}

/** How long a call may last. */
export interface CallLimit {
  /** From its beginning, ms. */
  readonly ms: number;
  /** What the bot says before it hangs up. Default: nothing. */
  readonly goodbye?: string;
}

/** What the bot says when the call begins; the user may interrupt it unless told otherwise. */
export type Greeting = string | { readonly text: string; readonly interruptible?: boolean };
