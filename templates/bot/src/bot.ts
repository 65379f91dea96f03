import type { VoiceConfig } from 'rxvoice';
import { systemPrompt } from 'rxvoice/operators';
import { openingHours } from './openingHours.ts';
import { standIn } from './standIn.ts';

/** The bot. The CLI takes it from rxvoice.config.js; your own program does `setup(bot).conversation$(input, output)`. */
export const bot: VoiceConfig = {
  // Who listens: this machine, or { engine: 'deepgram' } with DEEPGRAM_API_KEY in .env.
  stt: { engine: 'local' },

  // Who answers: a language model where its key is at hand, else a stand-in that needs none. Any server that speaks
  // OpenAI's protocol will do: { engine: 'openai', baseURL: 'http://127.0.0.1:11434/v1', model: 'llama3.2' }.
  llm: process.env['OPENAI_API_KEY'] ? { engine: 'openai' } : standIn,

  // Who speaks: this machine, or { engine: 'deepgram' } or { engine: 'openai' }.
  tts: { engine: 'local' },

  // What the model is told: how to speak, which rxvoice knows, and what it is for, which you do.
  systemPrompt: `${systemPrompt}\n\nYou answer the phone of a small bakery.`,

  // What the model can have done.
  tools: [openingHours],
};
