/** The longest a timer can wait, ms: 24.8 days. One that is given more fires at once, in Node.js and in browsers. */
export const longestTimerMs = 2_147_483_647;
