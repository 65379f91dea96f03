import type { ConversationEvent } from '../conversation/events.ts';

/** What a turn used of the engines, for a bill. */
export interface Usage {
  /** Characters handed to text-to-speech. */
  readonly ttsCharacters: number;
  /** Audio of the bot that the user heard, ms. */
  readonly botAudioMs: number;
  /** Tokens the model was given and wrote, as it counts them itself; 0 where it doesn't tell. */
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Nothing used yet. */
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
