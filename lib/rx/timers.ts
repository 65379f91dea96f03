/** The longest delay of a timer, ms: 24.8 days. Longer delays fire at once, in Node.js and in browsers. */
export const longestTimerMs = 2_147_483_647;
