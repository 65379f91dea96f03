/** rxvoice/audio: frames of sound, and functions that read, write, pace and convert them. Nothing here needs Node. */

// Frames.
export { type AudioFrame, concatFrames, frameBytes, frameMs, frameOf, level, silence } from './frame.ts';
export { reframe, type ReframeOptions } from './reframe.ts';
export { resample, resampleFrame } from './resample.ts';
export { voiceActivity, type VoiceActivity, type VoiceActivityOptions } from './voiceActivity.ts';

// WAV.
export { readWav, writeWav } from './wav.ts';
export { WavDecoder } from './wavDecoder.ts';

// Inputs and outputs.
export { type AudioInput, type AudioReader, type ByteReadable, toInput } from './toInput.ts';
export type { Output, Playback } from './output.ts';
export { type AudioSink, type AudioWriter, type ByteWritable, toOutput } from './toOutput.ts';
export { halfDuplex, type HalfDuplexOptions } from './halfDuplex.ts';
export { paced, type PacedOptions } from './paced.ts';
export { Playhead } from './playhead.ts';
export { recording, type Recording } from './recording.ts';
