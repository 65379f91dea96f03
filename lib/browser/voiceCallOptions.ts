/** How `voiceCall` calls. */
export interface VoiceCallOptions {
  /** Where the server takes calls. Default `/call` of the page's own host. */
  readonly url?: string;
  /**
   * How to get a token of your back end's `mintToken`: asked for whenever a call is placed. Or a token, for one call only.
   */
  readonly token?: string | (() => string | PromiseLike<string>);
  /** Anything for the code at the server that sets the call up, as JSON of up to 60 kB. */
  readonly data?: unknown;
  /** The device ids of `enumerateDevices`. Default: the system's. */
  readonly microphone?: string;
  readonly speaker?: string;
  /** Where the worklet's file is, for a page whose policy forbids `blob:` scripts: `rxvoice/browser/worklet.js`. */
  readonly workletUrl?: string;
}
