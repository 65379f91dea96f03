/** Tools for testing your own bot: scripted engines, virtual time, and the providers on your own machine. */
export { type Duration } from './duration.ts';
export { type LlmScript, type OutputScript, type TtsScript } from './engineScripts.ts';
export { type CallParts, type CallScript, scriptedCall } from './scriptedCall.ts';
export { scriptedInput } from './scriptedInput.ts';
export { scriptedLlm, type ScriptedLlmOptions } from './scriptedLlm.ts';
export { scriptedStt, type ScriptedSpeech } from './scriptedStt.ts';
export { scriptedTts, type ScriptedTtsOptions } from './scriptedTts.ts';
export { TimelineError } from './timelineError.ts';
export { type SayingOptions, type UserScript } from './userScript.ts';
export { fakeTime, type FakeTimers } from './fakeTime.ts';
export { virtualTime, type VirtualRun, type VirtualTimeOptions } from './virtualTime.ts';

// Tapes: record and replay a call.
export { type Replay, replay, type TapedParts } from '../tape/replay.ts';
export { tape, tapedConversation, type Tape, type TapeOptions } from '../tape/tape.ts';
export type {
  EndLine,
  EventLine,
  StrandEnd,
  StrandLine,
  StrandOf,
  StrandValue,
  TapedError,
  TapeHeader,
  TapeLine,
} from '../tape/tapeFormat.ts';

// A simulated caller.
export { type Complaint, type ExchangeHeard, exchangesOf, judge } from './simulate/judge.ts';
export { type Exchange, type Expectation, readScenario, type Scenario } from './simulate/scenario.ts';
export { simulate, type SimulateOptions, type SimulationEvent } from './simulate/simulate.ts';

// The providers on this machine, over real sockets.
export { deepgramServer, type DeepgramServer } from '../emulators/deepgram/deepgramServer.ts';
export type {
  DeepgramLatencies,
  DeepgramLimits,
  DeepgramServerOptions,
} from '../emulators/deepgram/deepgramOptions.ts';
export type { BelievedResponse } from '../emulators/openai/believedResponse.ts';
export type { ResponseItem } from '../emulators/openai/responseItem.ts';
export { openaiServer, type OpenaiServer } from '../emulators/openai/openaiServer.ts';
export type {
  ChatMessage,
  ChatRequest,
  ModelReply,
  OpenaiLatencies,
  OpenaiLimits,
  OpenaiServerOptions,
} from '../emulators/openai/openaiOptions.ts';
export { energyStt, type EnergySttOptions } from './energyStt.ts';
export {
  type Endpoint,
  type Fault,
  type FaultKind,
  type FaultRule,
  faults,
} from '../emulators/loopback/fault.ts';
export type { LoopbackEvent, LoopbackHappening } from '../emulators/loopback/loopbackEvent.ts';
export type { LoopbackServer } from '../emulators/loopback/loopbackServer.ts';
export type { LoopbackOptions } from '../emulators/loopback/loopbackOptions.ts';

// A sound card.
export { type VirtualSoundCard, virtualSoundCard, whyNoSoundCard } from './virtualSoundCard.ts';
// Contracts: tests for engines of your own.
export type { ContractOptions, ContractSuite } from './contracts/contractSuite.ts';
export { llmContract, type LlmContractOptions } from './contracts/llmContract.ts';
export { sttContract, type SttContractOptions } from './contracts/sttContract.ts';
export { ttsContract, type TtsContractOptions } from './contracts/ttsContract.ts';
