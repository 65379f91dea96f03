/** When a speculative reply is started. */
export interface SpeculationOptions {
  /** Whether the reply is also synthesised, so that its first audio is ready too. Default false: the model alone. */
  readonly tts?: boolean;
  /**
   * Words count as complete at an engine's eager end, when they are final, or after this much silence, ms, as `voice`
   * or else loudness detects it. Default 100; a `voice` uses its own.
   */
  readonly silenceMs?: number;
  /** Words that did not change for this time count as complete too, ms. Default `Infinity`: never. */
  readonly stableMs?: number;
  /** The most speculative replies for one turn. Default 3. */
  readonly perTurn?: number;
  /** The most within one minute. Default 20. */
  readonly perMinute?: number;
}
