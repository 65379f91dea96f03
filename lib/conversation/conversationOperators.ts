import type { MonoTypeOperatorFunction } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { SttEvent } from '../stt/stt.ts';

/**
 * Operators of your own, at four places of a conversation. Each is subscribed as often as the place says. What a reply's
 * operators change is what is spoken, and so what the history holds; an error of theirs fails the turn.
 *
 * @example
 * setup({ …, operators: { sentences: map(text => text.replaceAll(/\bdamn\b/giu, 'darn')) } })
 */
export interface ConversationOperators {
  /** What speech-to-text emits, before turns are made of it. Once a call; an error ends the call. */
  readonly transcripts?: MonoTypeOperatorFunction<SttEvent>;
  /** The text of a reply, in pieces as the model writes it, before it is made speakable. Once a reply. */
  readonly text?: MonoTypeOperatorFunction<string>;
  /**
   * The sentences of a reply, before they go to text-to-speech; drop or replace them here. Once a reply. A voice that takes
   * text as it is written is given whole sentences instead.
   */
  readonly sentences?: MonoTypeOperatorFunction<string>;
  /** The audio of a sentence, as it comes from text-to-speech. Once a sentence. */
  readonly audio?: MonoTypeOperatorFunction<AudioFrame>;
}
