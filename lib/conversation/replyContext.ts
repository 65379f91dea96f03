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

/** What the replies of one call share. */
export interface ReplyContext {
  readonly engines: ReplyEngines;
  readonly systemPrompt: string;
  readonly context: ContextOptions;
  readonly speculation: SpeculationOptions;
  readonly idle: IdleOptions | undefined;
  readonly apology: PreparedSpeech | undefined;
  /** The reply in progress. */
  readonly current: CurrentReply;
  /** What was said and heard so far. */
  readonly history: () => readonly Message[];
  /** When a reply is to be held, and to go on. */
  readonly held$: Observable<boolean>;
  /** Whether the user's turn is open. */
  readonly userSpeaks$: Observable<boolean>;
  /** Owns the tools that run. */
  readonly toolRuns: ToolRuns;
  /** What the program wants said when there is room for it. */
  readonly says$: BehaviorSubject<readonly Say[]>;
  /** Emits, also to late subscribers, when nothing more comes from the user. */
  readonly inputOver$: Observable<unknown>;
}

/** Something that the program wants said. */
export type Say = Pick<Extract<Command, { readonly type: 'say' }>, 'text' | 'interruptible'>;

/** What the model is given: the prompt, and as much of the history as fits. */
export const promptOf = (
  { systemPrompt, context }: ReplyContext,
  history: readonly Message[],
): readonly Message[] => [{ role: 'system', content: systemPrompt }, ...trimmed(history, context)];
