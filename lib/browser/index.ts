/** Calls from a page to an rxvoice server. */
export { type CallLevels, type CallMetrics, type CallState, voiceCall, type VoiceCall } from './voiceCall.ts';
export type { VoiceCallOptions } from './voiceCallOptions.ts';
export type { TranscriptLine } from './transcript.ts';
export { CallError, type CallErrorKind } from './callError.ts';
export { stages } from '../metrics/turnMetrics.ts';
