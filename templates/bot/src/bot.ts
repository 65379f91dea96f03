import type { VoiceConfig } from 'rxvoice';
import { systemPrompt } from 'rxvoice/operators';
import { openingHours } from './openingHours.ts';
import { standIn } from './standIn.ts';

/** The bot. The CLI takes it from rxvoice.config.js; your own program does `setup(bot).conversation$(input, output)`. */
export const bot: VoiceConfig = {
  // Speech-to-text: this machine, or { engine: 'deepgram' } with DEEPGRAM_API_KEY in .env, or { engine: 'openai' }.
  stt: { engine: 'local' },

  // The model: a language model if its key is set, else a stand-in that needs none. Any server with OpenAI's protocol
  // works: { engine: 'openai', baseURL: 'http://127.0.0.1:11434/v1', model: 'llama3.2' }. OpenAI itself is asked by its
  // Responses API over a WebSocket, other servers by Chat Completions; `api` and `transport` choose.
  llm: process.env['OPENAI_API_KEY'] ? { engine: 'openai' } : standIn,

  // Text-to-speech: this machine, or { engine: 'deepgram' } or { engine: 'openai' }, a model that reads.
  tts: { engine: 'local' },

  // The model's instructions: rxvoice's on how to speak, then yours on its task.
  systemPrompt: `${systemPrompt}\n\nYou answer the phone of a small bakery.`,

  // The tools that the model may call.
  tools: [openingHours],
};
