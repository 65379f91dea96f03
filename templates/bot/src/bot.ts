import type { VoiceConfig } from 'rxvoice';
import { systemPrompt } from 'rxvoice/operators';
import { llm } from './model.ts';
import { openingHours } from './openingHours.ts';

/** The bot. The CLI takes it from rxvoice.config.js; your own program does `setup(bot).conversation$(input, output)`. */
export const bot: VoiceConfig = {
  // Speech-to-text: this machine, or { engine: 'deepgram' } with DEEPGRAM_API_KEY in .env, or { engine: 'openai' }.
  stt: { engine: 'local' },

  // The model, or the chat bot that you have: see model.ts.
  llm,

  // Text-to-speech: this machine, or { engine: 'deepgram' } or { engine: 'openai' }, a model that reads.
  tts: { engine: 'local' },

  // The model's instructions: rxvoice's on how to speak, then yours on its task.
  systemPrompt: `${systemPrompt}\n\nYou answer the phone of a small bakery.`,

  // The tools that the model may call.
  tools: [openingHours],
};
