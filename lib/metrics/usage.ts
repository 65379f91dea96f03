import type { ConversationEvent } from '../conversation/events.ts';

/** The use of the engines in a turn, for billing. */
export interface Usage {
  /** Characters passed to text-to-speech. */
  readonly ttsCharacters: number;
  /** Audio of the bot that the user heard, ms. */
  readonly botAudioMs: number;
  /** Tokens that the model read and wrote, as its service counts them; 0 if it does not report them. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** No use yet. */
export const noUsage: Usage = { ttsCharacters: 0, botAudioMs: 0, promptTokens: 0, completionTokens: 0 };

/** The usage of the turn so far, with one more event. */
export function used(usage: Usage, event: ConversationEvent): Usage {
  switch (event.type) {
    case 'user.said':
      return noUsage;
    case 'bot.sentence':
      return { ...usage, ttsCharacters: usage.ttsCharacters + event.text.length };
    case 'bot.answered':
      return {
        ...usage,
        promptTokens: event.promptTokens ?? usage.promptTokens,
        completionTokens: event.completionTokens ?? usage.completionTokens,
      };
    case 'bot.spoke':
    case 'bot.interrupted':
    case 'turn.failed':
      return { ...usage, botAudioMs: event.audioMs };
    default:
      return usage;
  }
}
