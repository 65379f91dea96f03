export { deepgram, type Deepgram } from './deepgram.ts';
export type { DeepgramConnectionOptions } from './deepgramConnection.ts';
export { deepgramStt, type DeepgramSttOptions } from './deepgramStt.ts';
export { deepgramTts, type DeepgramTtsOptions } from './deepgramTts.ts';
export type { FluxOptions } from './flux.ts';
export type { FluxConfiguration } from './fluxConfiguration.ts';
export type { NovaOptions } from './nova.ts';
