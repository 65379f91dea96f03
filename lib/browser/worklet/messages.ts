/** What the page tells the loudspeaker's processor. */
export type ToSpeaker =
  | { readonly type: 'begin'; readonly reply: number; readonly from: number }
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  | { readonly type: 'end'; readonly samples: number }
  | { readonly type: 'clear' };

/** What the loudspeaker's processor tells the page. */
export interface FromSpeaker {
  readonly reply: number;
  /** How many samples of the reply were played. */
  readonly samples: number;
  /** How loud it is, 0 … 1. */
  readonly level: number;
  readonly underruns: number;
}

/** What the microphone's processor tells the page: 20 ms, `s16le` at 16,000 Hz. */
export interface FromMicrophone {
  readonly pcm: Int16Array;
  readonly level: number;
}
