import type { Observable, OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { HalfDuplexOptions } from '../audio/halfDuplex.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import type { Bot } from '../llm/bot/bot.ts';
import type { Message } from '../llm/message.ts';
import type { SentencesOptions } from '../llm/sentences.ts';
import type { Realtime } from '../realtime.ts';
import type { Tool } from '../llm/tool.ts';
import type { ToolSource } from '../llm/toolSource.ts';
import type { EndOfTurnOptions } from '../stt/endOfTurn.ts';
import type { Stt } from '../stt/stt.ts';
import type { UserTurnsOptions } from '../stt/userTurns.ts';
import type { SpeakOptions } from '../tts/speak.ts';
import type { Tts } from '../tts/tts.ts';
import type { BargeInOptions } from './bargeInOptions.ts';
import type { Command } from './command.ts';
import type { ContextOptions } from './context.ts';
import type { ConversationOperators } from './conversationOperators.ts';
import type { FillerOptions } from './filler.ts';
import type { CallLimit, Greeting, IdleOptions } from './idle.ts';
import type { SpeculationOptions } from './speculationOptions.ts';

/** The options of a conversation with a model that hears and speaks, in place of three engines. */
export interface RealtimeConversationOptions extends Omit<
  ConversationOptions,
  'stt' | 'llm' | 'tts' | 'speculation' | 'operators'
> {
  readonly realtime: Realtime;
  /** Operators of your own. There are none over text and sentences, since the model speaks its own words. */
  readonly operators?: Pick<ConversationOperators, 'transcripts' | 'audio'>;
}

/** The engines and options of a conversation. */
export interface ConversationOptions {
  readonly stt: Stt;
  /** A language model, or a chat bot in any form that `llmFrom` takes. */
  readonly llm: Bot;
  readonly tts: Tts;
  /** The model's instructions. Default: a prompt written for voice (`systemPrompt`). */
  readonly systemPrompt?: string;
  /** Messages of an earlier call that this one continues. Default: none. */
  readonly history?: readonly Message[];
  /** The tools that the model may call, and sources of them; see `tool` and `mcp`. Default: none. */
  readonly tools?: readonly (Tool | ToolSource)[];
  /** How the user's turns end. */
  readonly turns?: UserTurnsOptions & EndOfTurnOptions;
  /** A voice detector that runs alongside the engine and is quicker than it: see `withVad`. Default: none. */
  readonly vad?: OperatorFunction<AudioFrame, VoiceActivity>;
  /** When the user interrupts the bot. */
  readonly bargeIn?: BargeInOptions;
  /**
   * Ignores the user while the bot is audible, for devices that can't cancel its echo; and for how long afterwards,
   * ms, default 200.
   */
  readonly halfDuplex?: boolean | HalfDuplexOptions;
  /** Whether replies are started before a turn is confirmed. Discarded ones cost requests. Default false. */
  readonly speculation?: boolean | SpeculationOptions;
  /** Phrases for when the model or a tool is slow. Default: none. */
  readonly filler?: FillerOptions;
  readonly sentences?: SentencesOptions;
  readonly speech?: Pick<SpeakOptions, 'ahead' | 'leadMs'>;
  /** Operators of your own over transcripts, the text of replies, their sentences and their audio. Default: none. */
  readonly operators?: ConversationOperators;
  /**
   * Fails a turn whose reply makes no progress for this time, ms: no token, no audio, nothing audible, and no running
   * tool. Default 30,000.
   */
  readonly stallMs?: number;
  /** The bot's first words. Default: it waits for the user. */
  readonly greeting?: Greeting;
  /** The reaction to a silent user. Default: wait. */
  readonly idle?: IdleOptions;
  /** The longest duration of the call. Default: no limit. */
  readonly maxCall?: CallLimit;
  /** How much of a long call the model receives. Default: all. */
  readonly context?: ContextOptions;
  /**
   * The bot's apology for a failed turn: "Sorry, I did not get that. Say it again, please." It is synthesised when
   * the first call begins and needs no engine afterwards. Default false: silence, since it must be in the language of
   * the call.
   */
  readonly apology?: string | false;
  /**
   * The bot's last words before a call ends because the user can't be heard any more: "I can't hear you any more. Please
   * call again." They are prepared like the apology. Default: the call ends with its error alone.
   */
  readonly lastWords?: string;
  /** Commands for every call, subscribed while a call lasts. An error ends the call. */
  readonly commands$?: Observable<Command>;
}
