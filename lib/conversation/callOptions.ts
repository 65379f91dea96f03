import type { ConversationOptions } from './conversationOptions.ts';

/** Options of a single call. They replace those of the conversation, except `commands$`, which adds to them. */
export interface CallOptions extends Pick<ConversationOptions, 'history' | 'systemPrompt' | 'greeting'> {
  /** Commands for this call alone, subscribed while it lasts. An error ends the call. */
  readonly commands$?: ConversationOptions['commands$'];
  /** Hangs up when aborted; the call completes. */
  readonly signal?: AbortSignal;
}
