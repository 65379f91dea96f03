import { catchError, Observable, Subject, type Subscriber, throwError, timeout, TimeoutError } from 'rxjs';
import type { Message } from '../../llm/message.ts';
import { ResponseChain } from './responseChain.ts';
import { type Lane, laneCount, ResponseLanes } from './responseLanes.ts';
import { errorOf, isLast, type ResponseMessage } from './responseChunks.ts';
import { type Wire, WireLost } from './responsesWire.ts';

/** A request's body without its input. */
type Body = Readonly<Record<string, unknown>>;

/** A request over a {@link ResponsesSocket}. */
export interface SocketRequest {
  /** The whole conversation. */
  readonly messages: readonly Message[];
  readonly body: Body;
  /** A part of the conversation as input items. */
  readonly input: (messages: readonly Message[]) => readonly unknown[];
}

/** The socket has no place for another response now. */
export class NoLane extends Error {}

/** A socket on which no request was ever answered. */
export class MuteSocket extends Error {}

interface Pending {
  readonly request: SocketRequest;
  lane: Lane;
  /** Nothing once it is abandoned: it goes on at the server and occupies its lane until its end. */
  subscriber: Subscriber<ResponseMessage | undefined> | undefined;
  parent: string | undefined;
  /** Whether it was sent with the name of its lane. */
  isNamed: boolean;
}

/**
 * One connection of the Responses API: several responses side by side, each on a lane of its own (`stream_id`).
 *
 * A request continues the response whose conversation is the longest true prefix of its own, and sends only the
 * messages after it. It runs on another lane than that response, which therefore stays: if the new one is cut, the next request
 * continues the same response again. There is no message that cancels a response: an unsubscribed one is read to its
 * end and dropped.
 */
export class ResponsesSocket {
  readonly #wire: Wire;
  readonly #timeoutMs: number;
  readonly #chain = new ResponseChain(laneCount);
  readonly #lost$ = new Subject<never>();
  readonly #idle$ = new Subject<void>();
  readonly #lanes = new ResponseLanes();
  #pending: readonly Pending[] = [];
  #hasAnswered = false;
  #wasBusy = false;
  #lost: unknown;

  /** `timeoutMs`: the longest that a response may take from one event to the next; `isSingle`: the server knows no lanes. */
  constructor(wire: Wire, timeoutMs: number, isSingle = false) {
    this.#wire = wire;
    this.#timeoutMs = timeoutMs;
    if (isSingle) this.#useOneLane();
  }

  /** Whether the server was found to know no lanes. */
  get isSingle(): boolean {
    return this.#lanes.isSingle;
  }

  /** Reads the connection while it is subscribed; errors when it is lost. */
  readonly lost$: Observable<never> = new Observable(subscriber => {
    subscriber.add(this.#lost$.subscribe(subscriber));
    subscriber.add(
      this.#wire.message$.subscribe({
        next: text => this.#receive(text),
        error: (error: unknown) => this.fail(error),
      }),
    );
  });

  /** Whether no request waits for an answer. */
  get isIdle(): boolean {
    return !this.#pending.some(({ subscriber }) => subscriber !== undefined);
  }

  /** Whether a request waited for an answer when the connection was lost. */
  get wasBusy(): boolean {
    return this.#wasBusy;
  }

  /** Emits whenever it has become idle. */
  get idle$(): Observable<void> {
    return this.#idle$.asObservable();
  }

  /** The connection is of no use any more: pending requests fail. */
  fail(error: unknown): void {
    const pending = this.#pending;
    this.#wasBusy = !this.isIdle;
    this.#pending = [];
    this.#lost ??= error;
    for (const { subscriber } of pending) subscriber?.error(error);
    this.#lost$.error(error);
  }

  /**
   * Requests a response: its events, and `undefined` for other signs of life. Errors with {@link NoLane} where the
   * connection can't take another request, and with the connection's error when it is lost.
   */
  ask(request: SocketRequest): Observable<ResponseMessage | undefined> {
    return new Observable<ResponseMessage | undefined>(subscriber => {
      if (this.#lost !== undefined) return subscriber.error(this.#lost);
      const parent = this.#chain.find(request.messages);
      const busy = new Set(this.#pending.map(({ lane }) => lane));
      const lane = this.#lanes.free(busy, parent?.id);
      if (lane === undefined) return subscriber.error(new NoLane('All lanes are in use.'));
      const pending: Pending = { request, lane, subscriber, parent: parent?.id, isNamed: false };
      this.#pending = [...this.#pending, pending];
      this.#send(pending, parent?.messages ?? 0);
      return () => {
        pending.subscriber = undefined;
        if (this.isIdle) this.#idle$.next();
      };
    }).pipe(
      timeout({ each: this.#timeoutMs }),
      catchError((error: unknown) => {
        // It answers pings but not requests: other requests should not wait as well.
        if (error instanceof TimeoutError)
          this.fail(this.#hasAnswered ? new WireLost('A response fell silent.') : new MuteSocket());
        return throwError(() => error);
      }),
    );
  }

  /** Records the conversation that a complete response stands for. */
  stands(id: string, messages: readonly Message[]): void {
    if (this.#lanes.keeps(id)) this.#chain.add(id, messages);
  }

  #send(pending: Pending, from: number): void {
    const { request, lane, parent } = pending;
    pending.isNamed = lane.name !== undefined;
    // From here on the server keeps the new response of the lane, not the one before.
    const superseded = this.#lanes.begin(lane);
    if (superseded !== undefined) this.#chain.forget(superseded);
    const input = request.input(request.messages.slice(from));
    this.#wire.send(
      JSON.stringify({
        type: 'response.create',
        ...(lane.name !== undefined && { stream_id: lane.name }),
        ...request.body,
        ...(parent !== undefined && { previous_response_id: parent }),
        input,
      }),
    );
  }

  #receive(text: string | undefined): void {
    const message = text === undefined ? undefined : parsed(text);
    const { stream_id: name, type } = message ?? {};
    if (message === undefined || (name === undefined && !isOfResponse(type))) return this.#live();
    if (type === 'error' && errorOf(message).code === 'websocket_connection_limit_reached')
      return this.fail(new WireLost('The connection has reached its age limit.'));
    this.#hasAnswered = true;
    // A message without a lane, of several responses: which one it belongs to is unknown.
    const isAmbiguous = name === undefined && this.#pending.length > 1;
    // The server knows no lanes. (An error may be one of the whole connection.)
    const knowsNone = name === undefined && (type !== 'error' || (isAmbiguous && refusesLanes(message)));
    if (knowsNone && this.#pending.length > 0) this.#useOneLane();
    if (isAmbiguous) return this.fail(new WireLost('A message has no stream_id.'));
    const pending =
      name === undefined ? this.#pending[0] : this.#pending.find(({ lane }) => lane.name === name);
    if (pending === undefined) return;
    if (type === 'error' && this.#isAskedAgain(pending, message)) return;
    if (isLast(message)) this.#end(pending, message);
    pending.subscriber?.next(message);
    if (isLast(message)) pending.subscriber?.complete();
  }

  #end(pending: Pending, { type, response }: ResponseMessage): void {
    this.#pending = this.#pending.filter(other => other !== pending);
    const { id } = (response ?? {}) as { readonly id?: unknown };
    if (type === 'response.completed' && typeof id === 'string') pending.lane.latest = id;
  }

  /** A sign of life of the whole connection. */
  #live(): void {
    for (const { subscriber } of this.#pending) subscriber?.next(undefined);
  }

  /**
   * Sends a request again that was refused for the sake of the connection: the response to continue is gone, or the
   * server knows no lanes. Any other mistake in the request shows when it is refused again.
   */
  #isAskedAgain(pending: Pending, message: ResponseMessage): boolean {
    const { status = 400 } = errorOf(message);
    if (status !== 400 && status !== 404) return false;
    const { parent, isNamed, subscriber } = pending;
    if (subscriber === undefined) return false;
    const noLanes = isNamed && refusesLanes(message);
    if (parent === undefined && !noLanes) return false;
    if (parent !== undefined) this.#chain.forget(parent);
    if (noLanes) this.#useOneLane();
    pending.parent = undefined;
    this.#send(pending, 0);
    return true;
  }

  #useOneLane(): void {
    const lane = this.#lanes.useOne();
    for (const pending of this.#pending) pending.lane = lane;
  }
}

/** Whether an error is about the name of a lane. */
function refusesLanes(message: ResponseMessage): boolean {
  const { param, message: words } = errorOf(message);
  return param === 'stream_id' || /\bstream_id\b/u.test(words);
}

const isOfResponse = (type: unknown): boolean =>
  type === 'error' || (typeof type === 'string' && type.startsWith('response.'));

function parsed(text: string): ResponseMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as ResponseMessage) : undefined;
  } catch {
    return undefined;
  }
}
