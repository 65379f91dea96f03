/**
 * Writes for a player that takes whatever it is given and tells nothing: a chunk of 20 ms every 20 ms by the clock, a
 * little ahead. What was heard is then the clock's word, not the device's: it is heard `leadMs` after the write settled,
 * and what the player itself adds.
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
