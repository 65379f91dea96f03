import { type Output, toOutput } from '../lib/index.ts';

/** An output that takes as long as a loudspeaker, and is silent. */
export const noSpeaker: Output = toOutput({ write: () => undefined });
