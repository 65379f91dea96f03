/**
 * rxvoice/ai: models and tools of the AI SDK (`ai` 5 to 7), for conversations. It imports no package of the AI SDK.
 */
export { aiLlm, type AiLlmOptions } from './aiLlm.ts';
export { aiMessages } from './aiMessages.ts';
export { type AiTool, aiTools, type AiToolsOptions } from './aiTools.ts';
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
