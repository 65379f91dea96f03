import { asyncScheduler, Observable, type Subscription } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { LlmEvent, LlmRequest, Message, ToolDescription } from '../../llm/message.ts';
import type { OpenSocket, ServerMessage } from '../socket/wire.ts';
import { RealtimeAnswer } from './realtimeAnswer.ts';
import { errorOf, type RealtimeErrors } from './realtimeError.ts';
import { RealtimeMemory } from './realtimeMemory.ts';
import type { RealtimeSocket } from './realtimeSocket.ts';

/** How {@link RealtimeDialogue} asks. */
export interface RealtimeDialogueOptions {
  readonly who: string;
  readonly errors: RealtimeErrors;
  readonly sampleRate: number;
  /** The longest the service may send nothing while it owes an answer, ms. */
  readonly timeoutMs: number;
  /** How long an answer is asked for again after a failure before its first word, ms. */
  readonly outageMs: number;
  /** Further fields of `response.create`. */
  readonly extraBody: Readonly<Record<string, unknown>>;
}

/** Ids of this part's events begin so, and so do the errors about them. */
const prefix = 'rxvoice_answer_';

/** Whether an error is about an event of the dialogue. */
export const isOfDialogue = ({ event_id }: { readonly [field: string]: unknown }): boolean =>
  typeof event_id === 'string' && event_id.startsWith(prefix);

/**
 * The answers of one call over a session of the Realtime API: responses to a conversation, one at a time. Before each, the
 * conversation is brought in line with the history, see {@link RealtimeMemory}. An answer that is cut is cancelled, and
 * its audio truncated where the user stopped hearing it.
 */
export class RealtimeDialogue {
  readonly #options: RealtimeDialogueOptions;
  readonly #memory = new RealtimeMemory();
  #open: OpenSocket<RealtimeSocket> | undefined;
  /** The response that is under way, and the answer that waits for its end or for a connection. */
  #active: RealtimeAnswer | undefined;
  #waiting: RealtimeAnswer | undefined;
  #count = 0;
  /** The settings that the session was given last. */
  #settings = '';
  #watching: Subscription | undefined;

  constructor(options: RealtimeDialogueOptions) {
    this.#options = options;
  }

  /** An answer to these messages. */
  answer(messages: readonly Message[], request: LlmRequest = {}): Observable<LlmEvent> {
    return new Observable(subscriber => {
      const { outageMs, sampleRate } = this.#options;
      const asked = { messages, request, outageMs, sampleRate };
      const answer = new RealtimeAnswer(asked, subscriber, (cut, ms) => this.#cut(cut, ms));
      subscriber.add(() => {
        if (!answer.isDone) this.#leave(answer);
      });
      // The connection is opened before the first turn; where it is lost for good, speech-to-text fails, too.
      subscriber.add(
        asyncScheduler.schedule(() => {
          if (answer === this.#waiting && this.#open === undefined) this.#fail(answer, this.#unreachable());
        }, outageMs),
      );
      this.#ask(answer);
    });
  }

  /** The session is open: it remembers nothing. */
  connected(open: OpenSocket<RealtimeSocket>): void {
    this.#open = open;
    this.#memory.reset();
    this.#settings = '';
    open.message$.subscribe({
      next: message => {
        if (this.#open === open && !(message instanceof Uint8Array)) this.#take(message);
      },
      error: () => undefined, // it never errs
      complete: () => {
        if (this.#open === open) this.#lost();
      },
    });
    if (this.#waiting) this.#ask(this.#waiting);
  }

  #lost(): void {
    this.#open = undefined;
    this.#watching?.unsubscribe();
    const active = this.#active;
    this.#active = undefined;
    if (active === undefined || active.isLeft) return;
    if (active.hasBegun)
      this.#fail(active, this.#options.errors.broken('was lost in the middle of an answer'));
    else this.#ask(active);
  }

  #ask(answer: RealtimeAnswer): void {
    this.#waiting = answer;
    const active = this.#active;
    if (active !== undefined) this.#leave(active);
    if (this.#open === undefined || this.#active !== undefined) return;
    this.#waiting = undefined;
    this.#active = answer;
    const { messages, request } = answer;
    const [first, ...rest] = messages;
    const instructions = first?.role === 'system' ? first.content : undefined;
    this.#configure(instructions, request);
    for (const event of this.#memory.recall(instructions === undefined ? messages : rest)) this.#send(event);
    answer.responseId = undefined;
    answer.eventId = this.#send({ type: 'response.create', response: this.#options.extraBody });
    this.#watch();
  }

  /** The answer that waited, if the one before is over. */
  #askNext(): void {
    if (this.#waiting && this.#active === undefined) this.#ask(this.#waiting);
  }

  /** Gives the session its instructions and tools, where they are others than before. */
  #configure(instructions: string | undefined, { tools = [], toolChoice = 'auto' }: LlmRequest): void {
    const settings = {
      ...(instructions !== undefined && { instructions }),
      tools: tools.map(toFunction),
      tool_choice: tools.length === 0 ? 'auto' : toolChoice,
    };
    const text = JSON.stringify(settings);
    if (text === this.#settings) return;
    this.#settings = text;
    this.#send({ type: 'session.update', session: { type: 'realtime', ...settings } });
  }

  #send(event: object): string {
    const id = `${prefix}${++this.#count}`;
    this.#open?.socket.send({ event_id: id, ...event });
    return id;
  }

  #take(message: ServerMessage): void {
    const { type, item_id: item } = message;
    switch (type) {
      case 'conversation.item.added':
        this.#memory.added(fieldsOf(message['item']), message['previous_item_id']);
        break;
      case 'conversation.item.input_audio_transcription.completed':
        this.#memory.wrote(item, () => textOf(message['transcript']));
        break;
      case 'response.created':
        this.#begun(fieldsOf(message['response']));
        break;
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
        this.#memory.wrote(item, text => text + textOf(message['delta']));
        this.#of(message['response_id'])?.write(textOf(message['delta']));
        break;
      case 'response.output_audio.delta':
        this.#of(message['response_id'])?.hear(textOf(item), Buffer.from(textOf(message['delta']), 'base64'));
        break;
      case 'response.output_item.done':
        this.#called(this.#of(message['response_id']), fieldsOf(message['item']));
        break;
      case 'response.done':
        this.#done(fieldsOf(message['response']));
        break;
      case 'error':
        this.#refused(errorOf(message));
    }
    if (this.#active) this.#watch();
  }

  /** The answer that a response belongs to, while it has a subscriber. */
  #of(responseId: unknown): RealtimeAnswer | undefined {
    const active = this.#active;
    return active?.responseId === responseId && active?.isLeft === false ? active : undefined;
  }

  #begun({ id }: Fields): void {
    if (this.#active?.responseId !== undefined) return;
    if (this.#active) this.#active.responseId = textOf(id);
    if (this.#active?.isLeft === true) this.#send({ type: 'response.cancel', response_id: id });
  }

  #called(answer: RealtimeAnswer | undefined, { type, call_id, name, arguments: given }: Fields): void {
    if (type !== 'function_call' || answer === undefined) return;
    answer.emit({ type: 'toolCall', id: textOf(call_id), name: textOf(name), arguments: textOf(given) });
  }

  #done({ id, status, status_details, usage }: Fields): void {
    const answer = this.#active;
    if (answer === undefined || answer.responseId !== id) return;
    this.#active = undefined;
    this.#watching?.unsubscribe();
    if (!answer.isLeft) this.#over(answer, { status, status_details, usage });
    this.#askNext();
  }

  #over(answer: RealtimeAnswer, { status, status_details, usage }: Fields): void {
    const { errors, who } = this.#options;
    const details = fieldsOf(status_details);
    const broken = (what: string, retryable: boolean): RxvoiceError =>
      new RxvoiceError(`${who}: an answer ${what}.`, { stage: 'llm', retryable });
    switch (status) {
      case 'failed':
        return this.#failed(answer, errors.reported(details['error']));
      case 'cancelled':
        return this.#failed(answer, broken('was cancelled by the service', true));
      case 'incomplete':
        if (details['reason'] === 'content_filter')
          return this.#failed(answer, broken("was stopped by the service's content filter", false));
    }
    const { input_tokens, output_tokens, input_token_details } = fieldsOf(usage);
    const cached = fieldsOf(input_token_details)['cached_tokens'];
    if (typeof input_tokens === 'number' && typeof output_tokens === 'number')
      answer.emit({
        type: 'usage',
        promptTokens: input_tokens,
        completionTokens: output_tokens,
        ...(typeof cached === 'number' && { cachedTokens: cached }),
      });
    answer.complete();
  }

  /** A response failed: it is asked for again, where it has not begun and that may help. */
  #failed(answer: RealtimeAnswer, error: RxvoiceError): void {
    const waitMs = error.retryable && !answer.hasBegun ? answer.outage.failed() : undefined;
    if (waitMs === undefined) return this.#fail(answer, error);
    this.#waiting = answer;
    answer.later(waitMs, () => {
      if (this.#waiting === answer) this.#ask(answer);
    });
  }

  #fail(answer: RealtimeAnswer, error: RxvoiceError): void {
    if (this.#waiting === answer) this.#waiting = undefined;
    answer.fail(error);
  }

  /** An event was refused. Only a request for an answer is of consequence: a wrong truncation is mended before the next. */
  #refused(error: Fields): void {
    const answer = this.#active;
    if (answer === undefined || error['event_id'] !== answer.eventId) return;
    this.#active = undefined;
    if (!answer.isLeft) this.#failed(answer, this.#options.errors.reported(error));
    if (this.#waiting !== answer) this.#askNext();
  }

  /** An answer has no subscriber any more. */
  #leave(answer: RealtimeAnswer): void {
    if (answer.isLeft) return;
    answer.isLeft = true;
    if (this.#waiting === answer) this.#waiting = undefined;
    if (this.#active === answer && answer.responseId !== undefined)
      this.#send({ type: 'response.cancel', response_id: answer.responseId });
    if (!answer.isPlaying) this.#truncate(answer, 0);
  }

  /** The rest of an answer was not heard, and will not be. */
  #cut(answer: RealtimeAnswer, heardMs: number): void {
    if (!answer.isDone) this.#leave(answer);
    this.#truncate(answer, heardMs);
  }

  #truncate(answer: RealtimeAnswer, heardMs: number): void {
    let fromMs = 0;
    for (const { id, audioMs } of answer.items) {
      const playedMs = Math.floor(heardMs - fromMs);
      fromMs += audioMs;
      if (playedMs >= audioMs - 1) continue;
      this.#memory.cut(id);
      this.#send({
        type: 'conversation.item.truncate',
        item_id: id,
        content_index: 0,
        audio_end_ms: Math.max(0, playedMs),
      });
    }
  }

  /** Looks out for an answer that doesn't come. */
  #watch(): void {
    this.#watching?.unsubscribe();
    const { who, timeoutMs } = this.#options;
    this.#watching = asyncScheduler.schedule(
      () =>
        this.#open?.fail(
          new RxvoiceError(
            `${who} sent nothing for ${timeoutMs} ms. A slow model needs a higher timeoutMs.`,
            {
              stage: 'llm',
              retryable: true,
            },
          ),
        ),
      timeoutMs,
    );
  }

  #unreachable(): RxvoiceError {
    return this.#options.errors.broken('can not be reached: check the network and baseURL');
  }
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  (typeof value === 'object' && value !== null ? value : {}) as Fields;
const textOf = (field: unknown): string => (typeof field === 'string' ? field : '');

const toFunction = ({ name, description, parameters }: ToolDescription): object => ({
  type: 'function',
  name,
  description,
  parameters,
});
