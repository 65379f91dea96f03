/**
 * Writes for a player without reports: a chunk of 20 ms every 20 ms by the clock, a little ahead. Positions are then
 * the clock's, not the device's: audio counts as heard `leadMs` after its write settled, plus the player's own delay.
 *
 * @param {number} leadMs
 * @param {(chunk: Uint8Array) => void} write
 * @returns {(chunk: Uint8Array) => Promise<void>}
 */
export function byTheClock(leadMs, write) {
  let due = 0;
  return async chunk => {
    const now = performance.now();
    // After a pause of this process there is no hurry: it is made up for by silence, not by a rush.
    due = due < now - 2 * leadMs ? now : due + 20;
    write(chunk);
    const wait = due + 20 - leadMs - now;
    if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
  };
}
