import type { LlmEvent } from '../llm/message.ts';
import type { SpeechEvent } from '../tts/speak.ts';
import type { SpeechLedger } from '../tts/speechLedger.ts';
import type { BotEvent } from './events.ts';
import type { Filler } from './filler.ts';

type Answered = Extract<BotEvent, { readonly type: 'bot.answered' }>;

/** The text of the answer so far, with the next event of the model. */
export const add = (answered: Answered, event: LlmEvent | Filler): Answered => {
  switch (event.type) {
    case 'token':
      return { ...answered, text: answered.text + event.text };
    case 'toolCall':
    case 'toolResult':
      return { ...answered, text: answered.text && `${answered.text.trimEnd()}\n` };
    case 'usage': {
      // With tools, the model is asked more than once, so token counts add up.
      const { promptTokens = 0, completionTokens = 0 } = answered;
      return {
        ...answered,
        promptTokens: promptTokens + event.promptTokens,
        completionTokens: completionTokens + event.completionTokens,
      };
    }
    default:
      return answered;
  }
};

/** Maps an event of the model to one of the conversation. */
export const botEvents = (turn: number, event: LlmEvent | Filler): BotEvent[] => {
  switch (event.type) {
    case 'filler':
      return [{ type: 'bot.filler', turn, text: event.text }];
    case 'token':
      return [{ type: 'bot.token', turn, text: event.text }];
    case 'toolCall':
      return [{ ...event, type: 'bot.tool', turn }];
    case 'toolResult':
      return [{ ...event, type: 'bot.toolResult', turn }];
    case 'voice':
    case 'usage':
      return [];
  }
};

/**
 * An event of the voice, as one of the conversation. A sentence after a tool's result begins with the end of the line
 * before it: that belongs to the answer's text, and not to the event's.
 */
export const speechEvent = (turn: number, event: SpeechEvent, ledger: SpeechLedger): BotEvent => {
  switch (event.type) {
    case 'paused':
      return { turn, type: 'bot.paused', heard: ledger.heard, audioMs: ledger.heardMs };
    case 'resumed':
      return { turn, type: 'bot.resumed' };
    case 'writing':
      return { turn, type: 'bot.writing' };
    case 'sentence':
      return { ...event, turn, type: 'bot.sentence', text: withoutLineEnd(event.text) };
    case 'audio':
      return { ...event, turn, type: 'bot.audio' };
    case 'speaking':
      return { ...event, turn, type: 'bot.speaking', text: withoutLineEnd(event.text) };
  }
};

const withoutLineEnd = (text: string): string => text.replace(/^\s*\n/u, '');
