/** How far ahead of the clock sound is written, ms. */
const LEAD = 160;

/**
 * Writes for a player that takes whatever it is given and tells nothing: a chunk of 20 ms every 20 ms by the clock, a
 * little ahead. What was heard is then the clock's word, not the device's.
 *
 * @param {(chunk: Uint8Array) => void} write
 * @returns {(chunk: Uint8Array) => Promise<void>}
 */
export function byTheClock(write) {
  let due = 0;
  return async chunk => {
    const now = performance.now();
    // After a pause of this process there is no hurry: it is made up for by silence, not by a rush.
    due = due < now - 2 * LEAD ? now : due + 20;
    write(chunk);
    const wait = due + 20 - LEAD - now;
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
  };
}

/** From the moment such a write settles until the end of its chunk is heard, ms, where the player itself adds nothing. */
export const CLOCK_LATENCY = LEAD;
