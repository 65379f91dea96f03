/** Settings that can change during a call, by the service's names. Omitted ones stay as they are. */
export interface FluxConfiguration {
  readonly thresholds?: {
    readonly eot_threshold?: number;
    readonly eager_eot_threshold?: number;
    readonly eot_timeout_ms?: number;
  };
  readonly keyterms?: readonly string[];
  readonly language_hints?: readonly string[];
  readonly numerals?: boolean;
}
