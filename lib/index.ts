/**
 * rxvoice: turns a chat bot into a voice bot. The names that most programs use; nothing here needs Node, except the
 * engines that `setup` takes by name.
 *
 * Entries of their own: `rxvoice/operators` (every stage), `rxvoice/audio` (frames of sound), `rxvoice/node` (WAV
 * files), `rxvoice/devices` (microphone, loudspeaker), the engines `rxvoice/local`, `rxvoice/deepgram`, `rxvoice/ai` and
 * `rxvoice/openai`, `rxvoice/server` and `rxvoice/browser` (calls from web pages and phones), and `rxvoice/testing`
 * (scripted engines, virtual time).
 */

// One call to set it all up.
export { setup, type Voice } from './setup/setup.ts';
export type { RealtimeVoiceConfig, VoiceConfig } from './setup/schema.ts';
export { RxvoiceError, type Stage } from './errors.ts';

// The conversation.
export { conversation, type Conversation } from './conversation/conversation.ts';
export type { ConversationOptions, RealtimeConversationOptions } from './conversation/conversationOptions.ts';
export type { Realtime, RealtimeCall } from './realtime.ts';
export type { ConversationOperators } from './conversation/conversationOperators.ts';
export type { CallOptions } from './conversation/callOptions.ts';
export type { ConversationEvent } from './conversation/events.ts';
export type { Command } from './conversation/command.ts';
export { ofType } from './rx/ofType.ts';
export { remember } from './conversation/history.ts';
export { type TurnMetrics, turnMetrics } from './metrics/turnMetrics.ts';
export { summary } from './metrics/summary.ts';

// Engines: their types, and functions that make one of others.
export type { AudioFrame } from './audio/frame.ts';
export type { Stt, SttEvent } from './stt/stt.ts';
export type { Bot, BotAnswer, BotPart, BotRequest } from './llm/bot/bot.ts';
export { llmFrom } from './llm/bot/llmFrom.ts';
export type { Llm, LlmEvent, Message } from './llm/message.ts';
export type { Tts } from './tts/tts.ts';
export type { Output } from './audio/output.ts';
export { type Tool, tool } from './llm/tool.ts';
export { builtinLlm } from './providers/builtin/builtinLlm.ts';
export { failover } from './failover/failover.ts';
export { wrap } from './engine.ts';
