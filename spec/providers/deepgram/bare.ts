import type { Transcript } from '../../../lib/stt/transcript.ts';

/** Transcripts without the times of their words. */
export const bare = (transcripts: readonly Transcript[]): Transcript[] =>
  transcripts.map(transcript => {
    if (!('words' in transcript)) return transcript;
    const { words: _, ...rest } = transcript;
    return rest;
  });
