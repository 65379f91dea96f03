export { deepgram, type Deepgram } from './deepgram.ts';
export { deepgramStt } from './deepgramStt.ts';
export { deepgramTts } from './deepgramTts.ts';
export type { FluxConfiguration } from './fluxConfiguration.ts';
export type {
  DeepgramConnectionOptions,
  DeepgramSttOptions,
  DeepgramTtsOptions,
  FluxOptions,
  NovaOptions,
} from './options.ts';
