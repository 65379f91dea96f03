import type { Observable, OperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { HalfDuplexOptions } from '../audio/halfDuplex.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import type { Llm, Message } from '../llm/message.ts';
import type { SentencesOptions } from '../llm/sentences.ts';
import type { Tool } from '../llm/tool.ts';
import type { EndOfTurnOptions } from '../stt/endOfTurn.ts';
import type { Stt } from '../stt/stt.ts';
import type { UserTurnsOptions } from '../stt/userTurns.ts';
import type { SpeakOptions } from '../tts/speak.ts';
import type { Tts } from '../tts/tts.ts';
import type { BargeInOptions } from './bargeIn.ts';
import type { Command } from './command.ts';
import type { ContextOptions } from './context.ts';
import type { ConversationOperators } from './conversationOperators.ts';
import type { FillerOptions } from './filler.ts';
import type { CallLimit, Greeting, IdleOptions } from './idle.ts';
import type { SpeculationOptions } from './speculationOptions.ts';

/** What a conversation is made of. */
export interface ConversationOptions {
  readonly stt: Stt;
  readonly llm: Llm;
  readonly tts: Tts;
  /** What the model is told about its task. Default: a prompt written for voice (`systemPrompt`). */
  readonly systemPrompt?: string;
  /** What was said before, for a call that continues another. Default: nothing. */
  readonly history?: readonly Message[];
  /** The tools that the model may call; see `tool`. Default: none. */
  readonly tools?: readonly Tool[];
  /** How the user's turns end. */
  readonly turns?: UserTurnsOptions & EndOfTurnOptions;
  /** A voice detector that runs alongside the engine and is quicker than it: see `withVoice`. Default: none. */
  readonly voice?: OperatorFunction<AudioFrame, VoiceActivity>;
  /** What it takes to interrupt the bot. */
  readonly bargeIn?: BargeInOptions;
  /**
   * Whether the user is not listened to while the bot is heard, for devices that can't cancel its echo; and for how long
   * after, ms, default 200.
   */
  readonly halfDuplex?: boolean | HalfDuplexOptions;
  /** Whether answers are begun when a turn only seems to be over; they cost requests that are discarded. Default false. */
  readonly speculation?: boolean | SpeculationOptions;
  /** What is said while the model or a tool is slow. Default: nothing. */
  readonly filler?: FillerOptions;
  readonly sentences?: SentencesOptions;
  readonly speech?: Pick<SpeakOptions, 'ahead' | 'leadMs'>;
  /** Operators of your own: over transcripts, the text of replies, their sentences and their audio. Default: none. */
  readonly operators?: ConversationOperators;
  /**
   * How long a reply may make no progress before its turn fails, ms: no token, no audio, nothing that sounds, and no tool
   * that runs. Default 30,000.
   */
  readonly stallMs?: number;
  /** What the bot says when the call begins. Default: it waits for the user. */
  readonly greeting?: Greeting;
  /** What it does when the user says nothing. Default: it waits. */
  readonly idle?: IdleOptions;
  /** How long the call may last. Default: no limit. */
  readonly maxCall?: CallLimit;
  /** How much of a long call the model is given. Default: all. */
  readonly context?: ContextOptions;
  /**
   * What the bot says when a turn failed: "Sorry, I did not get that. Say it again, please." It is synthesised when the
   * first call begins, and needs no engine after that. Default false: silence, for it must be in the language of the call.
   */
  readonly apology?: string | false;
  /**
   * What the bot says before a call ends because the user can't be heard any more: "I can't hear you any more. Please call
   * again." It is prepared like the apology. Default: the call ends with its error alone.
   */
  readonly lastWords?: string;
  /** What the program wants done, subscribed for as long as each call lasts. An error of it ends the call. */
  readonly commands$?: Observable<Command>;
}
