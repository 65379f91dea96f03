/** Messages from the page to the loudspeaker's processor. */
export type ToSpeaker =
  | { readonly type: 'begin'; readonly reply: number; readonly from: number }
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  | { readonly type: 'end'; readonly samples: number }
  | { readonly type: 'clear' };

/** Messages from the loudspeaker's processor to the page. */
export interface FromSpeaker {
  readonly reply: number;
  /** How many samples of the reply were played. */
  readonly samples: number;
  /** How loud it is, 0 … 1. */
  readonly level: number;
  readonly underruns: number;
}

/** Messages from the microphone's processor to the page: 20 ms, `s16le` at 16,000 Hz. */
export interface FromMicrophone {
  readonly pcm: Int16Array;
  readonly level: number;
}
