/**
 * A piece of mono sound: signed 16-bit samples (`s16le` on the wire) and their rate.
 *
 * Every stream of audio in rxvoice is an `Observable<AudioFrame>`; a frame holds 20 ms unless stated otherwise.
 * Frames are immutable: an operator that alters sound creates new ones.
 */
export interface AudioFrame {
  /** The samples, -32,768 … 32,767. */
  readonly pcm: Int16Array;
  /** Samples a second, Hz. */
  readonly sampleRate: number;
}

/** The length of a frame in milliseconds. */
export const frameMs = ({ pcm, sampleRate }: AudioFrame): number => (pcm.length / sampleRate) * 1000;

/** A frame of silence; default 20 ms at 16,000 Hz. */
export const silence = (ms = 20, sampleRate = 16_000): AudioFrame => ({
  pcm: new Int16Array(Math.round((ms * sampleRate) / 1000)),
  sampleRate,
});

/** The bytes of a frame, `s16le`, without copying: they are the frame's own memory. */
export const frameBytes = ({ pcm }: AudioFrame): Uint8Array =>
  new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);

/**
 * A frame over `s16le` bytes, without copying where the bytes are aligned. An odd byte at the end is left out:
 * carry it over to the next chunk where a source splits samples.
 */
export function frameOf(bytes: Uint8Array, sampleRate: number): AudioFrame {
  const length = bytes.byteLength >> 1;
  // `slice` of a Buffer would be a view, and as little aligned.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return { pcm: new Int16Array(aligned.buffer, aligned.byteOffset, length), sampleRate };
}

/** Several frames as one; all must have the sample rate of the first. */
export function concatFrames(frames: readonly AudioFrame[]): AudioFrame {
  const [first] = frames;
  if (first === undefined) return silence(0);
  if (frames.length === 1) return first;
  const pcm = new Int16Array(frames.reduce((sum, frame) => sum + frame.pcm.length, 0));
  let at = 0;
  for (const frame of frames) {
    pcm.set(frame.pcm, at);
    at += frame.pcm.length;
  }
  return { pcm, sampleRate: first.sampleRate };
}

/** How loud a frame is: root mean square of its samples, 0 (silence) … 1 (full scale). */
export function level({ pcm }: AudioFrame): number {
  if (pcm.length === 0) return 0;
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return Math.sqrt(sum / pcm.length) / 32_768;
}
