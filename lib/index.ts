/**
 * rxvoice: turns a chat bot into a voice bot. Every public name, in the order of a conversation.
 *
 * Beside it: `rxvoice/local` (offline engines), `rxvoice/deepgram`, `rxvoice/openai`, `rxvoice/devices`,
 * `rxvoice/server` and `rxvoice/browser` (calls of web pages and phones), and `rxvoice/testing` (scripted engines,
 * virtual time).
 */

// One call to set it all up.
export { setup, type Voice } from './setup/setup.ts';
export type { LlmConfig, SttConfig, TtsConfig, VoiceConfig } from './setup/schema.ts';
export { RxvoiceError, type RxvoiceErrorOptions, type Stage } from './errors.ts';
export { printable } from './text/printable.ts';
export type { Engine, Loading, Notice, Noticing, Warmable } from './engine.ts';

// The sound card.
export {
  AudioBackendError,
  audioBackends,
  audioDevices,
  type AudioBackend,
  type AudioBackendCode,
  type AudioDevice,
  type AudioDevices,
  type BackendReport,
  type DeviceKind,
  type Microphone,
  microphone,
  type MicrophoneOptions,
  type Speaker,
  speaker,
  type SpeakerOptions,
} from './devices/index.ts';

// Audio in.
export {
  type AudioFrame,
  concatFrames,
  frameBytes,
  frameMs,
  frameOf,
  level,
  silence,
} from './audio/frame.ts';
export { type AudioInput, type AudioReader, toInput } from './audio/toInput.ts';
export { readWav } from './audio/wav.ts';
export { wavInput, type WavInputOptions } from './node/wavInput.ts';
export { halfDuplex, type HalfDuplexOptions } from './audio/halfDuplex.ts';
export { reframe, type ReframeOptions } from './audio/reframe.ts';
export { resample, resampleFrame } from './audio/resample.ts';
export { voiceActivity, type VoiceActivity, type VoiceActivityOptions } from './audio/voiceActivity.ts';

// Speech to text.
export type { Stt, SttEvent, TranscriptWord } from './stt/stt.ts';
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
export { withVoice } from './stt/withVoice.ts';

// The model.
export type { Llm, LlmEvent, LlmRequest, Message, ToolCall, ToolDescription } from './llm/message.ts';
export { systemPrompt } from './llm/systemPrompt.ts';
export { builtinLlm, type BuiltinLlmOptions } from './providers/builtin/builtinLlm.ts';
export { type Tool, tool, type ToolOptions } from './llm/tool.ts';
export { withTools, type WithToolsOptions } from './llm/withTools.ts';
export { sentences, type SentencesOptions } from './llm/sentences.ts';

// Text to speech.
export type { Tts, TtsStream } from './tts/tts.ts';
export { speakable, toSpeakable } from './tts/speakable.ts';
export { prefetch } from './tts/prefetch.ts';
export { speak, type SpeakOptions, type SpeechEvent } from './tts/speak.ts';
export { speakStream } from './tts/speakStream.ts';
export { SpeechLedger } from './tts/speechLedger.ts';
export { VoiceTimes } from './tts/voiceTimes.ts';

// Audio out.
export { paced, type PacedOptions } from './audio/paced.ts';
export { Playhead } from './audio/playhead.ts';
export type { Output, Playback } from './audio/output.ts';
export { type AudioSink, type AudioWriter, toOutput } from './audio/toOutput.ts';
export { writeWav } from './audio/wav.ts';
export { WavDecoder } from './audio/wavDecoder.ts';
export { wavOutput, type WavOutputOptions } from './node/wavOutput.ts';
export { recording, type Recording } from './audio/recording.ts';

// Engines that stand in for each other.
export { failover, type FailoverOptions } from './failover/failover.ts';

// The conversation.
export { conversation, type Conversation } from './conversation/conversation.ts';
export type { ConversationOptions } from './conversation/conversationOptions.ts';
export type { ConversationOperators } from './conversation/conversationOperators.ts';
export type { CallOptions } from './conversation/callOptions.ts';
export type { BotEvent, CallEvent, ConversationEvent, UserEvent } from './conversation/events.ts';
export { eagerly } from './conversation/eagerly.ts';
export type { SpeculationOptions } from './conversation/speculationOptions.ts';
export { type Filler, type FillerOptions, withFiller } from './conversation/filler.ts';
export {
  type ContextOptions,
  compacting,
  type CompactingOptions,
  trimmed,
} from './conversation/context.ts';
export type { CallLimit, Greeting, IdleOptions } from './conversation/idle.ts';
export type { Command } from './conversation/command.ts';
export { bargeIn, type BargeInOptions, type BargeInProfile } from './conversation/bargeIn.ts';
export type { FloorEvent } from './conversation/floor.ts';
export type { BotState } from './conversation/botState.ts';
export {
  interruption,
  type InterruptionOptions,
  type Verdict,
} from './conversation/interruption.ts';
export { type BackchannelLanguage, backchannels, interruptions } from './conversation/backchannels.ts';
export type { Language } from './languages/language.ts';
export { knownLanguage, languageOf, languages, type LanguageTag } from './languages/languages.ts';
export { remember } from './conversation/history.ts';
export { ofType } from './rx/ofType.ts';

// The figures.
export {
  type SpeculationFigures,
  stages,
  type TurnMetrics,
  turnMetrics,
  type TurnMetricsOptions,
} from './metrics/turnMetrics.ts';
export { figures, type Percentiles, summarise, type Summary, summary } from './metrics/summary.ts';
export type { Usage } from './metrics/usage.ts';
