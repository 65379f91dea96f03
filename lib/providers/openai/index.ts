export { openai, type Openai } from './openai.ts';
export { openaiLlm, type OpenaiLlmOptions } from './openaiLlm.ts';
export { openaiStt } from './openaiStt.ts';
export type { OpenaiSttOptions } from './openaiSttOptions.ts';
export {
  openaiProtocol,
  type OpenaiProtocol,
  openaiSttProtocol,
  openaiVoiceProtocol,
  type OpenaiVoiceProtocol,
} from './openaiProtocol.ts';
export { openaiTts } from './openaiTts.ts';
export type { OpenaiTtsOptions } from './openaiTtsOptions.ts';
export type { OpenaiConnectionOptions } from './openaiConnection.ts';
