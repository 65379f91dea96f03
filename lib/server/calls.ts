import {
  asyncScheduler,
  connect,
  defer,
  map,
  merge,
  mergeMap,
  Observable,
  Subject,
  Subscription,
  timer,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import { type Summary, summarise } from '../metrics/summary.ts';
import { type TurnMetrics, turnMetrics } from '../metrics/turnMetrics.ts';
import { settled } from '../rx/settled.ts';
import { TokenBucket } from './tokenBucket.ts';
import { closeCodes, type CloseReason } from '../protocol/closeCodes.ts';
import { CallOver, limits } from './limited.ts';
import { longestTimerMs } from '../rx/timers.ts';
import { limitsOf } from './limitsOf.ts';
import type { Answering, ServerLimits } from './options.ts';
import type { Peer } from './peer.ts';
import type { ServerEvent, Transport } from './serverEvents.ts';

/** How many networks are remembered for how fast they place calls; beyond it all counts are reset. */
const mostRates = 10_000;

/** Calls an address may always place one after the other, where a page is loaded again, say. */
const leastAtOnce = 10;

/** Why a call is not taken. */
export interface Refusal {
  readonly reason: CloseReason;
  readonly message: string;
}

/** The end of a call at which a person is: a browser, a phone. */
export interface CallConnection {
  readonly call: string;
  readonly transport: Transport;
  readonly user?: string | undefined;
  /** The other end; limits count by its network. */
  readonly peer: Peer;
  /** Whether the caller has not said anything yet: the call ends when its place is needed. */
  readonly spare: boolean;
  readonly frame$: Observable<AudioFrame>;
  readonly output: Output;
  /** Reports an event, `at` ms after the call was placed. */
  happened(event: ConversationEvent, at: number): void;
  measured(turn: TurnMetrics, summary: Summary): void;
  /** The call is over. */
  close(code: number, reason: string): void;
}

/** The calls a server has, whatever they come over. */
export class Calls {
  readonly limits: Required<ServerLimits>;
  readonly event$: Observable<ServerEvent>;
  readonly #event$ = new Subject<ServerEvent>();
  readonly #running = new Map<
    string,
    { readonly line: CallConnection; readonly over: (code: number, reason: string) => void }
  >();
  /** By network. */
  readonly #rates = new Map<string, TokenBucket>();
  readonly #empty$ = new Subject<void>();
  #draining = false;

  constructor(limits?: ServerLimits) {
    this.limits = limitsOf(limits);
    this.event$ = this.#event$.asObservable();
  }

  get count(): number {
    return this.#running.size;
  }

  has(call: string): boolean {
    return this.#running.has(call);
  }

  /** Why no new call is taken at the moment, if so. */
  get refusal(): CloseReason | undefined {
    if (this.#draining) return 'draining';
    return this.count >= this.limits.calls && this.#spare(() => true) === undefined ? 'full' : undefined;
  }

  /**
   * Makes room for a call of this user from this network, or returns why there is none. A call that is spare gives its
   * place to the new one.
   */
  admit(user: string | undefined, network: string | undefined): Refusal | undefined {
    if (this.#draining) return { reason: 'draining', message: 'The server is about to stop.' };
    const { calls, callsPerUser, callsPerAddress } = this.limits;
    if (network !== undefined && Number.isFinite(callsPerAddress) && !this.#rateOf(network).take(1))
      return { reason: 'tooMany', message: 'Calls from this address come too fast.' };
    if (user !== undefined && !this.#room(callsPerUser, line => line.user === user))
      return { reason: 'tooMany', message: 'This user has as many calls as one may have.' };
    if (network !== undefined && !this.#room(callsPerAddress, ({ peer }) => peer.network === network))
      return { reason: 'tooMany', message: 'As many calls as one address may have come from this one.' };
    if (!this.#room(calls, () => true)) return { reason: 'full', message: 'All lines are busy.' };
    return undefined;
  }

  /** How many calls may still be placed from a network: all it may have at once, and as many again in ten seconds. */
  #rateOf(network: string): TokenBucket {
    const known = this.#rates.get(network);
    if (known !== undefined) return known;
    const { callsPerAddress } = this.limits;
    if (this.#rates.size >= mostRates) this.#rates.clear();
    const rate = new TokenBucket(callsPerAddress / 10_000, Math.max(leastAtOnce, callsPerAddress));
    this.#rates.set(network, rate);
    return rate;
  }

  /** Whether there are fewer such calls than this; if not, a spare one of them ends. */
  #room(most: number, such: (line: CallConnection) => boolean): boolean {
    let count = 0;
    for (const { line } of this.#running.values()) if (such(line)) count += 1;
    if (count < most) return true;
    const spare = this.#spare(such);
    if (spare === undefined || count > most) return false;
    spare.over(closeCodes.gone, 'The connection was lost, and its place was needed.');
    return true;
  }

  #spare(
    such: (line: CallConnection) => boolean,
  ): { over: (code: number, reason: string) => void } | undefined {
    for (const running of this.#running.values())
      if (running.line.spare && such(running.line)) return running;
    return undefined;
  }

  /** Emits an event of the server. */
  tell(event: ServerEvent): void {
    this.#event$.next(event);
  }

  /** Has a call, to its end. */
  place(line: CallConnection, answer: () => Answering | PromiseLike<Answering>): void {
    const { call, transport, user, peer } = line;
    const subscription = new Subscription();
    const startedAt = asyncScheduler.now();
    const seen$ = new Subject<ConversationEvent>();
    const over = (code: number, reason: string, cause?: unknown): void => {
      if (!this.#running.delete(call)) return;
      subscription.unsubscribe();
      seen$.complete(); // the turn that is not over has its figures
      line.close(code, reason);
      const lastedMs = asyncScheduler.now() - startedAt;
      this.tell({
        type: 'ended',
        call,
        transport,
        code,
        reason,
        lastedMs,
        ...(cause !== undefined && { cause }),
      });
      if (this.count === 0) this.#empty$.next();
    };
    this.#running.set(call, { line, over });
    this.tell({ type: 'placed', call, transport, user, address: peer.address });
    const turns: TurnMetrics[] = [];
    const happened = (event: ConversationEvent): void => {
      line.happened(event, asyncScheduler.now() - startedAt);
      this.tell({ type: 'happened', call, event });
      seen$.next(event);
    };
    const measured = (turn: TurnMetrics): void => {
      turns.push(turn);
      line.measured(turn, summarise(turns));
      this.tell({ type: 'measured', call, turn });
    };
    seen$.pipe(turnMetrics({ clock: performance })).subscribe(measured);
    const call$ = defer(() => settled(answer())).pipe(
      mergeMap(({ conversation$ }) => conversation$(line.frame$, line.output)),
      connect(event$ => merge(event$.pipe(map(happened)), limits(event$, this.limits))),
    );
    subscription.add(
      call$.subscribe({
        error: (cause: unknown) =>
          cause instanceof CallOver
            ? over(cause.code, cause.message)
            : over(closeCodes.failed, 'The call failed at the server.', cause),
        complete: () => over(1000, 'The call is over.'),
      }),
    );
  }

  /** Hangs a call up. */
  hangUp(call: string, code: number, reason: string): void {
    this.#running.get(call)?.over(code, reason);
  }

  /** Takes no new calls, and completes when the running ones are over; after `drainMs` they are hung up. */
  drain(ms: number): Observable<never> {
    return new Observable<never>(subscriber => {
      this.#draining = true;
      if (this.count === 0) return subscriber.complete();
      subscriber.add(this.#empty$.subscribe(() => subscriber.complete()));
      subscriber.add(timer(Math.min(ms, longestTimerMs)).subscribe(() => this.hangUpAll()));
      return undefined;
    });
  }

  /** Hangs all calls up: the server stops. */
  hangUpAll(): void {
    for (const call of [...this.#running.keys()]) this.hangUp(call, 1001, 'The server stops.');
  }
}
