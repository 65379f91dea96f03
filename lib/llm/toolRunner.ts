import { catchError, defaultIfEmpty, defer, EMPTY, type Observable, of, take } from 'rxjs';
import type { Message, ToolCall } from './message.ts';
import type { Tool } from './tool.ts';

/** Runs the tools that the model calls in one answer. */
export interface ToolRunner {
  /**
   * Subscribing runs the tool and emits its result, once. Unsubscribing aborts it, unless a call owns it and it is to
   * finish (`onInterrupt`).
   */
  readonly run: (call: ToolCall, tool: Tool) => Observable<string>;
  /** Records a result for a call that gets none from its tool: the tool did not begin, or was cancelled. */
  readonly abandon: (call: ToolCall, content: string) => void;
  /** Whether a tool still runs that an earlier answer called with this id. */
  readonly isOpen: (id: string) => boolean;
  /** The same messages with the results of earlier answers' tools that have come meanwhile. */
  readonly current: (messages: readonly Message[]) => readonly Message[];
  /** Emits when such a result comes that these messages lack. */
  readonly changed: (messages: readonly Message[]) => Observable<unknown>;
}

/** Runs tools within the answer: unsubscribing aborts them. */
export const withinAnswer: ToolRunner = {
  run: (call, tool) => resultOf(call, tool),
  abandon: () => undefined,
  isOpen: () => false,
  current: messages => messages,
  changed: () => EMPTY,
};

/** The result of a tool, exactly one; a tool that errors or completes without one has it all the same. */
export const resultOf = ({ arguments: json }: ToolCall, tool: Tool): Observable<string> =>
  defer(() => tool.call(json)).pipe(
    take(1),
    defaultIfEmpty(''),
    catchError((error: unknown) => of(JSON.stringify({ error: String(error) }))),
  );
