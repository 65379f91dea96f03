export { openai, type Openai } from './openai.ts';
export { openaiLlm, type OpenaiLlmOptions } from './openaiLlm.ts';
export { openaiProtocol, type OpenaiProtocol } from './openaiProtocol.ts';
export { openaiTts, type OpenaiTtsOptions } from './openaiTts.ts';
export type { OpenaiConnectionOptions } from './openaiConnection.ts';
