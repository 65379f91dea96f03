/**
 * rxvoice/operators: the stages of a conversation as operators and functions, in the order in which a conversation
 * uses them, to compose one by hand or to test a part of it. Nothing here needs Node.
 */

// Engines: their function, and the rest of them.
export type { Engine, Loading, Notice, Noticing, SessionTerms, TimedWord, Warmable } from './engine.ts';

// Speech to text.
export type { TranscriptWord } from './stt/stt.ts';
export { type Utterance, utterances } from './stt/utterances.ts';
export { type UserTurnEvent, userTurns, type UserTurnsOptions } from './stt/userTurns.ts';
export { endOfTurn, type EndOfTurnClues, type EndOfTurnOptions } from './stt/endOfTurn.ts';
export { completeness, type Completeness, type TurnSoFar } from './stt/completeness.ts';
export {
  adaptivePatience,
  type AdaptivePatienceOptions,
  patience,
  type PatienceOptions,
  type Silence,
} from './stt/patience.ts';
export { withVad } from './stt/withVad.ts';

// The model.
export type { LlmRequest, ToolCall, ToolDescription } from './llm/message.ts';
export { systemPrompt } from './llm/systemPrompt.ts';
export type { ToolContext, ToolOptions } from './llm/tool.ts';
export { withTools, type WithToolsOptions } from './llm/withTools.ts';
export { sentences, type SentencesOptions } from './llm/sentences.ts';

// Text to speech.
export type { TtsStream } from './tts/tts.ts';
export { speakable, toSpeakable } from './tts/speakable.ts';
export { prefetch } from './tts/prefetch.ts';
export { speak, type SpeakOptions, type SpeechEvent } from './tts/speak.ts';
export { speakStream } from './tts/speakStream.ts';
export { SpeechLedger } from './tts/speechLedger.ts';
export { VoiceTimes } from './tts/voiceTimes.ts';

// The floor, and replies that answer nothing.
export { bargeIn } from './conversation/bargeIn.ts';
export type { BargeInOptions, BargeInProfile } from './conversation/bargeInOptions.ts';
export type { FloorEvent } from './conversation/floor.ts';
export type { BotState } from './conversation/botState.ts';
export { interruption, type InterruptionOptions, type Verdict } from './conversation/interruption.ts';
export { type BackchannelLanguage, backchannels, interruptions } from './conversation/backchannels.ts';
export { eagerly } from './conversation/eagerly.ts';
export type { SpeculationOptions } from './conversation/speculationOptions.ts';
export { type Filler, type FillerOptions, withFiller } from './conversation/filler.ts';
export type { CallLimit, Greeting, IdleOptions } from './conversation/idle.ts';

// The history.
export { type ContextOptions, compacting, type CompactingOptions, trimmed } from './conversation/context.ts';
export { remember } from './conversation/history.ts';

// The events, and the figures.
export type { BotEvent, CallEvent, UserEvent } from './conversation/events.ts';
export { ofType } from './rx/ofType.ts';
export {
  type SpeculationFigures,
  stages,
  turnMetrics,
  type TurnMetricsOptions,
} from './metrics/turnMetrics.ts';
export { figures, type Percentiles, summarise, type Summary, summary } from './metrics/summary.ts';
export type { Usage } from './metrics/usage.ts';

// Languages.
export type { Language } from './languages/language.ts';
export { knownLanguage, languageOf, languages, type LanguageTag } from './languages/languages.ts';
