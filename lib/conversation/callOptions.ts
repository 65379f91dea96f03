import type { ConversationOptions } from './conversationOptions.ts';

/** What one call has of its own. */
export interface CallOptions extends Pick<ConversationOptions, 'history' | 'systemPrompt' | 'greeting'> {
  /** What the program wants done in this call alone, subscribed for as long as it lasts. An error of it ends the call. */
  readonly commands$?: ConversationOptions['commands$'];
  /** Hangs up when it is aborted: the call completes. */
  readonly signal?: AbortSignal;
}
