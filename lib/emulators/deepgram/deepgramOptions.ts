import type { Tts } from '../../tts/tts.ts';
import type { LoopbackOptions } from '../loopback/loopbackOptions.ts';
import type { HeardOptions } from '../loopback/sttScript.ts';

/** Options of {@link deepgramServer}: its script, its speech, its speed and its faults. */
export interface DeepgramServerOptions extends LoopbackOptions, HeardOptions {
  /** The voice. Default a hum as long as the text would take. */
  readonly tts?: Tts;
  /** How long a character takes to hum, ms. Default 60. */
  readonly msPerCharacter?: number;
  /** How fast it is. */
  readonly latencies?: DeepgramLatencies;
  /** Its limits. */
  readonly limits?: DeepgramLimits;
  /** Whether Flux takes `ForceEndTurn`, which Deepgram enables by customer. Default `false`. */
  readonly forceEndTurn?: boolean;
}

/** How fast the loopback Deepgram is. */
export interface DeepgramLatencies {
  /** From the request for a WebSocket to its opening, ms. Default 0; over a network some 200. */
  readonly connectMs?: number;
  /** From the audio that decides it to a transcript, ms. Default 80. */
  readonly sttMs?: number;
  /** From the audio that decides it to SpeechStarted, ms. Default 0. */
  readonly vadMs?: number;
  /** Audio between two interims of Nova, ms. Default 1,000. */
  readonly interimEveryMs?: number;
  /** Silence after which Flux is 0.7 sure that the turn is over, ms. Default 260. */
  readonly endOfTurnMs?: number;
  /** From Flush (or a request) to the first audio, ms. Default 120. */
  readonly ttsMs?: number;
  /** How much faster than real time speech comes. Default 8. */
  readonly ttsSpeed?: number;
}

/** Limits of the loopback Deepgram. */
export interface DeepgramLimits {
  /** How long Nova waits for audio or a message, ms. Default 10,000. */
  readonly novaIdleMs?: number;
  /** How long Flux waits for audio, a message or a ping, ms. Default 60,000. */
  readonly fluxIdleMs?: number;
  /** How many Flush messages an Aura socket takes in 60 s. Default 20. */
  readonly flushesPerMinute?: number;
  /** How many characters an Aura socket takes in 60 s. Default 2,400. */
  readonly charactersPerMinute?: number;
  /** How long a Flux voice waits for a message, ms. Default 60,000. */
  readonly voiceIdleMs?: number;
  /** The longest text of a message, characters. Default 2,000. */
  readonly maxCharacters?: number;
  /** How long a text-to-speech socket lives, ms. Default 3,600,000. */
  readonly lifetimeMs?: number;
}

/** Defaults of the latencies. */
export const defaultLatencies = {
  connectMs: 0,
  sttMs: 80,
  vadMs: 0,
  interimEveryMs: 1_000,
  endOfTurnMs: 260,
  ttsMs: 120,
  ttsSpeed: 8,
} as const satisfies Required<DeepgramLatencies>;

/** Defaults of the limits. */
export const defaultLimits = {
  novaIdleMs: 10_000,
  fluxIdleMs: 60_000,
  flushesPerMinute: 20,
  charactersPerMinute: 2_400,
  voiceIdleMs: 60_000,
  maxCharacters: 2_000,
  lifetimeMs: 3_600_000,
} as const satisfies Required<DeepgramLimits>;
