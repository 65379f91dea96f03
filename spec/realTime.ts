/** It is real time: on a machine that is busy otherwise words may be lost, and so once is enough. */
export const realTime = { timeout: 240_000, retry: 2 };
