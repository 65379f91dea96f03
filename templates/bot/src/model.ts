import type { VoiceConfig } from 'rxvoice';
import { standIn } from './standIn.ts';

/**
 * The model: a language model if its key is set, else a stand-in that needs none. Any server with OpenAI's protocol works:
 * { engine: 'openai', baseURL: 'http://127.0.0.1:11434/v1', model: 'llama3.2' }. OpenAI itself is asked by its Responses API
 * over a WebSocket, other servers by Chat Completions; `api` and `transport` choose.
 */
export const llm: VoiceConfig['llm'] = process.env['OPENAI_API_KEY'] ? { engine: 'openai' } : standIn;
