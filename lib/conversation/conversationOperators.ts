import type { MonoTypeOperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { SttEvent } from '../stt/stt.ts';

/**
 * Operators of your own, at four places of a conversation. The operators of a reply change the spoken words, and so the
 * history; an error in one fails the turn.
 *
 * @example
 * setup({ …, operators: { sentences: map(text => text.replaceAll(/\bdamn\b/giu, 'darn')) } })
 */
export interface ConversationOperators {
  /** Over the events of speech-to-text, before they become turns. Subscribed once a call; an error ends the call. */
  readonly transcripts?: MonoTypeOperatorFunction<SttEvent>;
  /**
   * Over the text of a reply, in the pieces that the model emits, before markup is removed. Subscribed once a reply.
   */
  readonly text?: MonoTypeOperatorFunction<string>;
  /**
   * Over the sentences of a reply, before text-to-speech: drop or replace them here. Subscribed once a reply. A
   * streaming voice receives whole sentences if this is set.
   */
  readonly sentences?: MonoTypeOperatorFunction<string>;
  /** Over the audio of a sentence, as text-to-speech emits it. Subscribed once a sentence. */
  readonly audio?: MonoTypeOperatorFunction<AudioFrame>;
}
