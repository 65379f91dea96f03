import { catchError, concat, connect, defer, EMPTY, endWith, filter, finalize, ignoreElements } from 'rxjs';
import { map, merge, mergeMap, Observable, of, race, startWith, Subject, type Subscriber } from 'rxjs';
import { switchMap, takeUntil, tap, timer } from 'rxjs';
import { each } from '../rx/each.ts';
import type { ToolCall } from './message.ts';
import type { Tool } from './tool.ts';
import { cancelled, isPending, settled } from './toolResults.ts';
import { resultOf, type ToolRunner } from './toolRunner.ts';

/** Result of a tool's call that reaches no reply any more: the reply that made the call is over. */
export interface LateToolResult {
  readonly turn: number;
  readonly id: string;
  readonly name: string;
  readonly content: string;
}

/** How long a call whose other work is done waits for the tools of replies that were cut, ms. */
const lingerMs = 10_000;

interface Run {
  readonly turn: number;
  readonly call: ToolCall;
  readonly tool: Tool;
  /** The reply that waits for the result; closed once the reply is over. */
  readonly reply: Subscriber<string>;
}

/**
 * Owns the tools that run in one call. A tool may outlive the reply that called it, but never the call: all tools run
 * inside the one subscription of {@link ToolRuns.during}.
 */
export class ToolRuns {
  readonly #begun = new Subject<Run>();
  readonly #ended = new Subject<void>();
  readonly #abandoned = new Subject<LateToolResult>();
  readonly #late = new Subject<LateToolResult>();
  readonly #running = new Set<Run>();
  /** Results that came after their reply, by the id of the call. */
  readonly #results = new Map<string, string>();

  /**
   * Adds late results to the events of a call, and runs the tools while it is subscribed. Once the call's own events
   * complete, it waits at most 10 s for tools that still run, then aborts them. An event that `ends` the call at once
   * comes after the results of the tools that it aborts.
   */
  during<Event>(
    event$: Observable<Event>,
    ends: (event: Event) => boolean = () => false,
  ): Observable<Event | LateToolResult> {
    return event$.pipe(
      each(event => (ends(event) ? [...Array.from(this.#running, unfinished), event] : [event])),
      connect(event$ => {
        let left: readonly Run[] = [];
        const over$ = event$.pipe(
          ignoreElements(),
          catchError(() => EMPTY),
          endWith(true),
          switchMap(() => race(this.#idle(), timer(lingerMs))),
          tap(() => (left = [...this.#running])),
        );
        const run$ = this.#begun.pipe(mergeMap(run => this.#execute(run)));
        const late$ = concat(
          merge(this.#abandoned, run$).pipe(takeUntil(over$)),
          defer(() => left.map(unfinished)),
        );
        return merge(late$, event$);
      }),
    );
  }

  /** The runner for the tools of one reply. */
  of(turn: number): ToolRunner {
    return {
      run: (call, tool) =>
        new Observable<string>(reply => {
          this.#results.delete(call.id);
          this.#begun.next({ turn, call, tool, reply });
        }),
      abandon: ({ id, name }, content) => this.#abandoned.next({ turn, id, name, content }),
      isOpen: id => [...this.#running].some(({ call }) => call.id === id),
      current: messages => [...this.#results].reduce((all, result) => settled(all, ...result), messages),
      changed: messages =>
        this.#late.pipe(filter(({ id }) => messages.some(message => isPending(message, id)))),
    };
  }

  #execute(run: Run): Observable<LateToolResult> {
    const { call, tool, reply } = run;
    return defer(() => {
      this.#running.add(run);
      return resultOf(call, tool).pipe(
        mergeMap(content => (reply.closed ? this.#tellLate(run, content) : answered(reply, content))),
        finalize(() => {
          this.#running.delete(run);
          this.#ended.next();
        }),
        takeUntil(tool.onInterrupt === 'cancel' ? closed(reply) : EMPTY),
      );
    });
  }

  #tellLate(run: Run, content: string): Observable<LateToolResult> {
    const late = lateResult(run, content);
    this.#results.set(late.id, content);
    // The event first, so that an answer that is asked for again is asked with the history there is.
    return concat(
      of(late),
      defer(() => {
        this.#late.next(late);
        return EMPTY;
      }),
    );
  }

  /** Emits when no tool runs. */
  #idle(): Observable<unknown> {
    return this.#ended.pipe(
      startWith(undefined),
      map(() => this.#running.size === 0),
      filter(Boolean),
    );
  }
}

const lateResult = ({ turn, call: { id, name } }: Run, content: string): LateToolResult => ({
  turn,
  id,
  name,
  content,
});

/** The result of a tool that the end of the call aborts. */
const unfinished = (run: Run): LateToolResult =>
  lateResult(run, cancelled('the call ended before there was a result.'));

/** Hands a result to the reply that waits for it. */
const answered = (reply: Subscriber<string>, content: string): Observable<never> => {
  reply.next(content);
  reply.complete();
  return EMPTY;
};

/** Emits when a subscriber is closed. */
const closed = (subscriber: Subscriber<unknown>): Observable<unknown> =>
  new Observable(closing => {
    subscriber.add(() => closing.next(undefined));
  });
