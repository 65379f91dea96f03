/**
 * rxvoice/ai: models, tools and voices of the AI SDK (`ai` 5 to 7), for conversations. It imports no package of the AI SDK.
 */
export { aiLlm, type AiLlmOptions } from './aiLlm.ts';
export { aiMessages } from './aiMessages.ts';
export { aiStt, type AiSttOptions } from './aiStt.ts';
export { type AiTool, aiTools, type AiToolsOptions } from './aiTools.ts';
export { aiTts, type AiTtsOptions } from './aiTts.ts';
export type { AiAudioFormat, AiRequestOptions, AiSpeechModel, AiTranscriptionModel } from './audioModels.ts';
export type {
  AiJson,
  AiLanguageModel,
  AiMessage,
  AiProviderOptions,
  AiReasoningPart,
  AiTextPart,
  AiToolCallPart,
  AiToolOutput,
  AiToolResultPart,
} from './languageModel.ts';
