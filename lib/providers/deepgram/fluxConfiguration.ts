/** What can be changed in the course of a call, as the service calls it. What is left out stays as it is. */
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
