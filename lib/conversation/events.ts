import type { Stage } from '../errors.ts';
import type { Message } from '../llm/message.ts';

/**
 * Everything that happens in a conversation. Each event of a turn carries the turn's number (1, 2, …). Events carry
 * no times: `timestamp()` adds them where you read them.
 */
export type ConversationEvent = UserEvent | BotEvent | CallEvent;

/** Events of the user. */
export type UserEvent =
  /** The user began to speak; the frame with the first voice in it arrived `sinceMs` before this event. */
  | { readonly type: 'user.speaking'; readonly turn: number; readonly sinceMs: number }
  /** The user's words in this turn so far; they may still change. */
  | { readonly type: 'user.interim'; readonly turn: number; readonly text: string }
  /** Words of this turn that will not change. */
  | { readonly type: 'user.final'; readonly turn: number; readonly text: string }
  /** The user's voice ended without recognised words: a cough, a noise. The turn goes on with the next voice. */
  | { readonly type: 'user.noise'; readonly turn: number }
  /**
   * The user said this while the bot thought or spoke, but it was no interruption (see `interruption`). It neither
   * becomes a turn nor ends the bot's. Its number is not used again.
   */
  | {
      readonly type: 'user.ignored';
      readonly turn: number;
      readonly text: string;
      readonly reason: 'backchannel' | 'short' | 'echo';
    }
  /**
   * The turn is committed: the user said this, and the bot answers. The frame with the user's last voice in it
   * arrived `silenceMs` before this event.
   */
  | { readonly type: 'user.said'; readonly turn: number; readonly text: string; readonly silenceMs: number }
  /** The words that the user heard of a cut reply, as the voice's own service reports them; it corrects `heard`. */
  | { readonly type: 'user.heard'; readonly turn: number; readonly heard: string };

/**
 * Events of the bot. A committed turn ends with exactly one of `bot.spoke`, `bot.interrupted` and `turn.failed`. So
 * does everything the bot says unasked (a greeting, `say`), whose turn is 0.
 */
export type BotEvent =
  /** The next piece of the model's answer. */
  | { readonly type: 'bot.token'; readonly turn: number; readonly text: string }
  /** The model called a tool, with these arguments (JSON, as the model wrote them). */
  | {
      readonly type: 'bot.tool';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
      /** Opaque data that the model's service attached to the call and expects back. */
      readonly providerData?: unknown;
    }
  /** The tool's result for the model, or its error. */
  | {
      readonly type: 'bot.toolResult';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly content: string;
    }
  /** The model's answer is complete. `usage` is its cost in tokens, if the service reports it. */
  | {
      readonly type: 'bot.answered';
      readonly turn: number;
      readonly text: string;
      readonly promptTokens?: number;
      readonly completionTokens?: number;
    }
  /** The first text was passed to a streaming text-to-speech engine, before there was a sentence. */
  | { readonly type: 'bot.writing'; readonly turn: number }
  /** A sentence (0, 1, …) was passed to text-to-speech. */
  | { readonly type: 'bot.sentence'; readonly turn: number; readonly sentence: number; readonly text: string }
  /** Text-to-speech emitted the first audio of a sentence. */
  | { readonly type: 'bot.audio'; readonly turn: number; readonly sentence: number }
  /** The first audio of a sentence was passed to the output. */
  | { readonly type: 'bot.speaking'; readonly turn: number; readonly sentence: number; readonly text: string }
  /**
   * A speculative reply, started `aheadMs` before this event, when the user's turn seemed to be over. If it was
   * `kept` at the commit, its first word (or first sound, if synthesised) came `savedMs` sooner. Otherwise it was
   * discarded after this number of `tokens` (pieces of text from the model), because the user went on. `answeredMs`
   * is the duration of the whole answer, if it was complete before the commit.
   */
  | {
      readonly type: 'bot.speculated';
      readonly turn: number;
      readonly kept: boolean;
      readonly aheadMs: number;
      readonly savedMs: number;
      readonly tokens: number;
      readonly answeredMs?: number;
    }
  /**
   * The voice says a sentence in other words than its text, as its own transcript has them. The user heard `spoken`, and
   * so do the end of the reply and the history.
   */
  | { readonly type: 'bot.reworded'; readonly turn: number; readonly text: string; readonly spoken: string }
  /** The model or a tool was slow, and the bot says this meanwhile. */
  | { readonly type: 'bot.filler'; readonly turn: number; readonly text: string }
  /**
   * The bot fell silent because of a voice and waits for words. `heard` is the part of the reply that the user heard.
   * Either `bot.resumed` follows, or the end of the reply.
   */
  | { readonly type: 'bot.paused'; readonly turn: number; readonly heard: string; readonly audioMs: number }
  /** It was no interruption; the bot resumes. */
  | { readonly type: 'bot.resumed'; readonly turn: number }
  /** The whole reply was heard: `audioMs` of speech. */
  | { readonly type: 'bot.spoke'; readonly turn: number; readonly text: string; readonly audioMs: number }
  /**
   * The reply was cut. `heard` is the part that the user heard, in whole words; `text` is the sentences that had
   * begun.
   */
  | {
      readonly type: 'bot.interrupted';
      readonly turn: number;
      readonly heard: string;
      readonly text: string;
      readonly audioMs: number;
    }
  /** The reply broke off: which stage failed, and why. `heard` is the part that the user heard. The call goes on. */
  | {
      readonly type: 'turn.failed';
      readonly turn: number;
      readonly stage: Stage;
      readonly cause: unknown;
      readonly heard: string;
      readonly audioMs: number;
    }
  /** Turn `turn` failed, and the bot apologises, as turn 0. */
  | { readonly type: 'bot.apologised'; readonly turn: number; readonly text: string };

/** Events of the whole call. */
export type CallEvent =
  /** An engine loads: `progress` goes from 0 to 1. */
  | { readonly type: 'call.loading'; readonly engine: string; readonly progress: number }
  /** Every engine is ready; the input is opened after this event. */
  | { readonly type: 'call.ready' }
  /** An engine acquired a connection: whether it was already open, and how long that took, ms. */
  | { readonly type: 'call.connected'; readonly stage: Stage; readonly reused: boolean; readonly ms: number }
  /** The history was compacted; this replaces it. */
  | { readonly type: 'call.compacted'; readonly history: readonly Message[] }
  /**
   * The bot hung up: the user was silent for too long, the call reached its time limit, or the program sent `hangUp`.
   */
  | { readonly type: 'call.ended'; readonly reason: 'idle' | 'tooLong' | 'command' }
  /** A problem for an operator to look at; the call goes on. */
  | { readonly type: 'call.warning'; readonly stage: Stage; readonly message: string };
