import type { Stage } from '../errors.ts';
import type { Message } from '../llm/message.ts';

/**
 * Everything that happens in a conversation, as it happens. Each event of a turn carries the turn's number (1, 2, …);
 * none carries a time: `timestamp()` where you read them adds it.
 */
export type ConversationEvent = UserEvent | BotEvent | CallEvent;

/** What the user does. */
export type UserEvent =
  /** The user began to speak; the frame with the first voice in it arrived `sinceMs` before this event. */
  | { readonly type: 'user.speaking'; readonly turn: number; readonly sinceMs: number }
  /** What the user seems to have said in this turn so far. */
  | { readonly type: 'user.interim'; readonly turn: number; readonly text: string }
  /** Words of this turn that won't change any more. */
  | { readonly type: 'user.final'; readonly turn: number; readonly text: string }
  /** The user's voice ended, but no words were understood: a cough, a noise. The turn goes on with the next voice. */
  | { readonly type: 'user.noise'; readonly turn: number }
  /**
   * This was said while the bot thought or spoke, but it was no interruption (see `interruption`): it neither becomes a
   * turn nor ends the bot's. Its number is not used again.
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
  /** What the user heard of the reply that was cut, as the voice's own service reports it: it corrects `heard`. */
  | { readonly type: 'user.heard'; readonly turn: number; readonly heard: string };

/**
 * What the bot does. A committed turn ends with exactly one of `bot.spoke`, `bot.interrupted` and `turn.failed`; so does
 * everything the bot says unasked (a greeting, `say`), whose turn is 0.
 */
export type BotEvent =
  /** The next piece of the model's answer. */
  | { readonly type: 'bot.token'; readonly turn: number; readonly text: string }
  /** The model called a tool, with these arguments (JSON, as it wrote them). */
  | {
      readonly type: 'bot.tool';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
      /** What the model's service attached to the call and wants back; opaque. */
      readonly providerData?: unknown;
    }
  /** What the tool gave back to the model, or what went wrong with it. */
  | {
      readonly type: 'bot.toolResult';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly content: string;
    }
  /** The model's answer is complete. Its cost in tokens, where the model tells. */
  | {
      readonly type: 'bot.answered';
      readonly turn: number;
      readonly text: string;
      readonly promptTokens?: number;
      readonly completionTokens?: number;
    }
  /** The first text went to a text-to-speech engine that takes it as it is written, before there was a sentence. */
  | { readonly type: 'bot.writing'; readonly turn: number }
  /** A sentence (0, 1, …) was handed to text-to-speech. */
  | { readonly type: 'bot.sentence'; readonly turn: number; readonly sentence: number; readonly text: string }
  /** The first audio of a sentence came from text-to-speech. */
  | { readonly type: 'bot.audio'; readonly turn: number; readonly sentence: number }
  /** The first audio of a sentence was handed to the output. */
  | { readonly type: 'bot.speaking'; readonly turn: number; readonly sentence: number; readonly text: string }
  /**
   * An answer was begun `aheadMs` before this event, when the user's turn seemed to be over. It was `kept` at the commit,
   * and its first word (or first sound, where it was synthesised) came `savedMs` sooner; or it was discarded after so many
   * `tokens` (pieces of text from the model), for the user went on. `answeredMs`: how long the model took for all of it,
   * where it was complete before the commit.
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
  /** The model or a tool was slow, and this is said meanwhile. */
  | { readonly type: 'bot.filler'; readonly turn: number; readonly text: string }
  /**
   * The bot fell silent because a voice was heard; it waits for words. `heard` is what the user heard of the reply so
   * far. Either `bot.resumed` follows, or the end of the reply.
   */
  | { readonly type: 'bot.paused'; readonly turn: number; readonly heard: string; readonly audioMs: number }
  /** It was no interruption: the bot goes on where it was. */
  | { readonly type: 'bot.resumed'; readonly turn: number }
  /** The whole reply was heard: `audioMs` of speech. */
  | { readonly type: 'bot.spoke'; readonly turn: number; readonly text: string; readonly audioMs: number }
  /** The reply was cut. `heard` is what the user heard of it, whole words; `text` the sentences that had begun. */
  | {
      readonly type: 'bot.interrupted';
      readonly turn: number;
      readonly heard: string;
      readonly text: string;
      readonly audioMs: number;
    }
  /** The reply broke off: which stage failed, and why. `heard` is what the user heard before. The call goes on. */
  | {
      readonly type: 'turn.failed';
      readonly turn: number;
      readonly stage: Stage;
      readonly cause: unknown;
      readonly heard: string;
      readonly audioMs: number;
    }
  /** Turn `turn` failed, and the bot says so: as turn 0, as whatever it says unasked. */
  | { readonly type: 'bot.apologised'; readonly turn: number; readonly text: string };

/** What concerns the whole call. */
export type CallEvent =
  /** An engine loads: `progress` goes from 0 to 1. */
  | { readonly type: 'call.loading'; readonly engine: string; readonly progress: number }
  /** Every engine is ready: from here on the input is listened to. */
  | { readonly type: 'call.ready' }
  /** An engine has a connection for its work: whether it was open already, and how long acquiring it took, ms. */
  | { readonly type: 'call.connected'; readonly stage: Stage; readonly reused: boolean; readonly ms: number }
  /** The history became too long: this is it from now on. */
  | { readonly type: 'call.compacted'; readonly history: readonly Message[] }
  /** The bot hangs up: the user was silent for too long, the call has lasted too long, or the program wants it. */
  | { readonly type: 'call.ended'; readonly reason: 'idle' | 'tooLong' | 'command' }
  /** Something a person should know of, but the call goes on. */
  | { readonly type: 'call.warning'; readonly stage: Stage; readonly message: string };
