/** When an answer is begun before the user's turn is over. */
export interface SpeculationOptions {
  /** Whether it is also synthesised, so that its first sound is ready, too. Default false: the model alone. */
  readonly tts?: boolean;
  /**
   * Words are taken for the last ones at an engine's eager end, when they are final, and after so much silence, ms, as
   * `voice` hears it, or else loudness. Default 100; with a `voice` it is that one's own.
   */
  readonly silenceMs?: number;
  /** And so are words that did not change for so long, ms. Default `Infinity`: they are not. */
  readonly stableMs?: number;
  /** How many answers may be begun for one turn. Default 3. */
  readonly perTurn?: number;
  /** And within one minute. Default 20. */
  readonly perMinute?: number;
}
