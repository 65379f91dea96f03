import type { SttEvent } from '../../../lib/stt/stt.ts';

/** Transcripts without the times of their words. */
export const bare = (transcripts: readonly SttEvent[]): SttEvent[] =>
  transcripts.map(transcript => {
    if (!('words' in transcript)) return transcript;
    const { words: _, ...rest } = transcript;
    return rest;
  });
