import { toOutput } from '../lib/audio/index.ts';
import type { Output } from '../lib/index.ts';

/** An output that takes as long as a loudspeaker, and is silent. */
export const noSpeaker: Output = toOutput({ write: () => undefined });
