import type { BehaviorSubject, Observable } from 'rxjs';
import type { Message } from '../llm/message.ts';
import type { ToolRuns } from '../llm/toolRuns.ts';
import type { Command } from './command.ts';
import { type ContextOptions, trimmed } from './context.ts';
import type { CurrentReply } from './currentReply.ts';
import type { IdleOptions } from './idle.ts';
import type { PreparedSpeech } from './preparedSpeech.ts';
import type { ReplyEngines } from './reply.ts';
import type { SpeculationOptions } from './speculationOptions.ts';

/** State and streams that the replies of one call share. */
export interface ReplyContext {
  readonly engines: ReplyEngines;
  readonly systemPrompt: string;
  readonly context: ContextOptions;
  readonly speculation: SpeculationOptions;
  readonly idle: IdleOptions | undefined;
  readonly apology: PreparedSpeech | undefined;
  /** The reply in progress. */
  readonly current: CurrentReply;
  /** The conversation so far. */
  readonly history: () => readonly Message[];
  /** Whether the current reply is held. */
  readonly held$: Observable<boolean>;
  /** Whether the user's turn is open. */
  readonly userSpeaks$: Observable<boolean>;
  /** Owns the running tools. */
  readonly toolRuns: ToolRuns;
  /** Texts that commands queued, to be said during the next pause. */
  readonly says$: BehaviorSubject<readonly Say[]>;
  /** Emits when the input is over, also to late subscribers. */
  readonly inputOver$: Observable<unknown>;
}

/** A text that a command asks the bot to say. */
export type Say = Pick<Extract<Command, { readonly type: 'say' }>, 'text' | 'interruptible'>;

/** The messages for the model: the prompt, and as much of the history as fits. */
export const promptOf = (
  { systemPrompt, context }: ReplyContext,
  history: readonly Message[],
): readonly Message[] => [{ role: 'system', content: systemPrompt }, ...trimmed(history, context)];
