export { openaiLlm, type OpenaiLlmOptions } from './openaiLlm.ts';
export type { OpenaiConnectionOptions } from './openaiConnection.ts';
