import type { Notice } from '../../engine.ts';

/** How a voice over a socket speaks, whatever its generation. */
export interface VoiceOptions {
  /** Hz. */
  readonly sampleRate: number;
  /** The longest the service may be silent while it owes audio, ms. */
  readonly timeoutMs: number;
  /** How long lost speech is spoken again over new connections, ms, since the first loss. */
  readonly outageMs: number;
  readonly who: string;
  readonly notify: (notice: Notice) => void;
}

/** The longest text of a message, characters. */
export const maxCharacters = 2_000;
/** The service closes a socket after 60 minutes: it is exchanged before, while nothing is said. */
export const lifetimeMs: number = 55 * 60_000;
/** The longest outage of the service that a call survives by default, ms. */
export const defaultOutageMs = 20_000;
/** The same where another engine stands by: a moment, so that the user hardly notices. */
export const standbyOutageMs = 2_000;
