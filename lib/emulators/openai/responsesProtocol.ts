import { Observable, Subscription, timer } from 'rxjs';
import type { Fault } from '../loopback/fault.ts';
import { limitReached } from '../loopback/faulty.ts';
import { type ClientFrame, close, json, type ServerFrame } from '../loopback/frames.ts';
import type { LoopbackHappening } from '../loopback/loopbackEvent.ts';
import type { Reply } from '../loopback/reply.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import { type BelievedResponse, responding } from './believedResponse.ts';
import { defaultLimits, type OpenaiLimits, type OpenaiServerOptions } from './openaiOptions.ts';
import { apiError } from './openaiRefusal.ts';
import { inputItems, type ResponseRequest } from './responseItem.ts';
import type { ResponseModel } from './responseModel.ts';
import { refusedResponse } from './responseRules.ts';
import { notFound } from './responsesRequest.ts';
import { conversationAfter, type ResponseStore } from './responseStore.ts';

/** Options of {@link responsesProtocol}. */
export interface ResponsesProtocolOptions {
  readonly model: () => ResponseModel;
  readonly store: ResponseStore;
  readonly options: () => OpenaiServerOptions;
  readonly has?: (fault: Fault) => boolean;
  readonly log?: (happening: LoopbackHappening) => void;
}

/**
 * The WebSocket of the Responses API (OpenAI's guide "WebSocket mode"): `response.create` on lanes, which are ordered
 * within and run side by side; each keeps its latest response, which any lane can continue until its own begins the next.
 */
export const responsesProtocol =
  (options: ResponsesProtocolOptions): Protocol =>
  client$ =>
    new Observable<ServerFrame>(subscriber => {
      const connection = new ResponsesConnection(options, frame => subscriber.next(frame));
      subscriber.add(connection.work);
      subscriber.add(
        client$.subscribe({
          next: frame => connection.receive(frame),
          error: (error: unknown) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });

interface Lane {
  readonly name: string | undefined;
  readonly queue: ResponseRequest[];
  isActive: boolean;
  latest: BelievedResponse | undefined;
}

class ResponsesConnection {
  /** Timers and responses of the connection. */
  readonly work = new Subscription();
  readonly #options: Required<ResponsesProtocolOptions>;
  readonly #limits: Required<OpenaiLimits>;
  readonly #send: (frame: ServerFrame) => void;
  readonly #lanes = new Map<string | undefined, Lane>();
  #active = 0;

  constructor(options: ResponsesProtocolOptions, send: (frame: ServerFrame) => void) {
    this.#options = { has: () => false, log: () => undefined, ...options };
    this.#limits = { ...defaultLimits, ...options.options().limits };
    this.#send = send;
    this.work.add(
      timer(this.#limits.connectionMs).subscribe({
        next: () => {
          send(json(limitReached));
          send(close(1000));
        },
        error: () => send(close(1011)),
      }),
    );
  }

  receive(frame: ClientFrame): void {
    if (frame.type === 'ping') return;
    const message = frame.type === 'text' ? parsed(frame.text) : undefined;
    if (message === undefined)
      return this.#refuse(apiError(400, 'We could not parse the JSON of your message.'));
    const { type, stream_id: given, ...body } = message;
    if (type !== 'response.create')
      return this.#refuse(apiError(400, `Invalid value: '${String(type)}'.`, { param: 'type' }));
    const { has } = this.#options;
    if (given !== undefined && has('lanes-refused'))
      return this.#refuse(
        apiError(400, "Unknown parameter: 'stream_id'.", { param: 'stream_id', code: 'unknown_parameter' }),
      );
    if (given !== undefined && !(typeof given === 'string' && /^[\w.-]{1,256}$/u.test(given)))
      return this.#refuse(
        apiError(
          400,
          "The 'stream_id' field must be a non-empty string with at most 256 characters and may only contain letters, numbers, underscores, hyphens, and periods.",
          { param: 'stream_id', code: 'invalid_stream_id' },
        ),
      );
    const name = has('no-lanes') ? undefined : given;
    const lane = this.#lane(name);
    if (lane === undefined)
      return this.#refuse(
        apiError(
          400,
          `This WebSocket connection has reached its maximum number of distinct stream IDs (${this.#limits.streamIds}). Reuse an existing stream_id or open a new WebSocket connection.`,
          { param: 'stream_id', code: 'websocket_stream_limit_reached' },
        ),
        name,
      );
    lane.queue.push({
      ...body,
      ...(name !== undefined && { stream_id: name }),
    } as unknown as ResponseRequest);
    this.#pump();
  }

  #lane(name: string | undefined): Lane | undefined {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const names = [...this.#lanes.keys()].filter(each => each !== undefined).length;
    if (name !== undefined && names >= this.#limits.streamIds) return undefined;
    const lane: Lane = { name, queue: [], isActive: false, latest: undefined };
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Starts the responses that may begin. */
  #pump(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.isActive || lane.queue.length === 0 || this.#active >= this.#limits.activeResponses) continue;
      lane.isActive = true;
      this.#active += 1;
      this.#start(lane, lane.queue.shift()!);
    }
  }

  #start(lane: Lane, request: ResponseRequest): void {
    const { model, store, options, has, log } = this.#options;
    const { previous_response_id: previous } = request;
    const refuse = (refusal: Reply): void => {
      // A refused continuation of the lane's own response loses it; one of another lane's does not.
      if (lane.latest?.id === previous) lane.latest = undefined;
      this.#refuse(refusal, lane.name);
      this.#over(lane);
    };
    const before = previous == null ? [] : has('forgotten') ? undefined : this.#conversation(previous);
    if (before === undefined) return refuse(apiError(400, ...notFound(String(previous))));
    const conversation = [...before, ...inputItems(request)];
    const refused = refusedResponse(request, conversation, options());
    if (refused) return refuse(refused);
    const { response, event$ } = responding(request, conversation, model(), type =>
      log({ type: 'sent', message: { type } }),
    );
    store.add(response, request.store !== false);
    lane.latest = undefined;
    this.work.add(
      event$.subscribe({
        next: event => {
          // As text: the events repeat the request, which the server's log need not.
          const message = { ...event, ...(lane.name !== undefined && { stream_id: lane.name }) };
          if (event.type === 'response.completed') lane.latest = response;
          this.#send({ type: 'text', text: JSON.stringify(message) });
        },
        error: () => this.#over(lane),
        complete: () => this.#over(lane),
      }),
    );
  }

  #over(lane: Lane): void {
    lane.isActive = false;
    this.#active -= 1;
    this.#pump();
  }

  #conversation(id: string) {
    const latest = [...this.#lanes.values()].find(lane => lane.latest?.id === id)?.latest;
    return conversationAfter(latest) ?? this.#options.store.stored(id);
  }

  #refuse({ status, body }: Reply, name?: string): void {
    const { error } = JSON.parse(body) as { readonly error: object };
    this.#send(json({ type: 'error', status, ...(name !== undefined && { stream_id: name }), error }));
  }
}
