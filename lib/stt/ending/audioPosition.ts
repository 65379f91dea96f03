/**
 * The lead of the audio's position over RxJS's clock, ms: the current position is the clock's time plus this.
 * `undefined` until an event reports a position.
 */
export type AudioLead = number | undefined;

/** The lead after an event reports a position whose audio arrived `sinceMs` ago: the greatest reported so far. */
export function leadAfter(lead: AudioLead, position: number, sinceMs: number, now: number): AudioLead {
  if (!Number.isFinite(position)) return lead;
  return Math.max(lead ?? -Infinity, position + Math.max(0, sinceMs) - now);
}
