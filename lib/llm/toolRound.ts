import type { LlmEvent, Message, ToolCall } from './message.ts';

type CallEvent = Extract<LlmEvent, { readonly type: 'toolCall' }>;
type ResultEvent = Extract<LlmEvent, { readonly type: 'toolResult' }>;

/** Text of a model and the calls after it, which become one message. */
interface Passage {
  text: string;
  readonly calls: Called[];
}

interface Called {
  readonly call: ToolCall;
  /** The id as the model wrote it. */
  readonly id: string;
  result?: string;
  /** Which of its events were emitted. */
  emitted?: 'call' | 'result';
}

/** A call whose event was emitted, but not its result: the answer was cut in between. */
export interface UnansweredCall {
  readonly call: ToolCall;
  /** The result, if there is one. */
  readonly result: string | undefined;
}

/**
 * A model's answer to one request. Gives every call an id of its own, and pairs calls with results that the model
 * itself emits, in any order.
 */
export class ToolRound {
  readonly #passages: Passage[] = [{ text: '', calls: [] }];
  readonly #isTaken: (id: string) => boolean;
  /** Results whose call has not come yet. */
  #early: readonly ResultEvent[] = [];

  /** `isTaken` says which ids belong to calls of earlier answers that are still open. */
  constructor(isTaken: (id: string) => boolean = () => false) {
    this.#isTaken = isTaken;
  }

  /** Notes an event of the model; returns the events to pass on. */
  hear(event: LlmEvent): LlmEvent[] {
    switch (event.type) {
      case 'token':
        this.#passage().text += event.text;
        return [event];
      case 'toolCall':
        return this.#called(event);
      case 'toolResult':
        return this.#resulted(event);
      default:
        return [event];
    }
  }

  /** The model's answer is complete: results whose calls never came get a call. */
  end(): LlmEvent[] {
    return this.#early.flatMap(({ id, name }) =>
      this.#called({ type: 'toolCall', id, name, arguments: '{}' }),
    );
  }

  /** The calls without a result. */
  get open(): readonly ToolCall[] {
    return this.#all.filter(({ result }) => result === undefined).map(({ call }) => call);
  }

  /** Notes that an event of a call was emitted: a subscriber may be gone in the middle of a list of events. */
  noteEmitted({ type, ...event }: LlmEvent): void {
    if (type !== 'toolCall' && type !== 'toolResult') return;
    const called = this.#all.find(({ call }) => 'id' in event && call.id === event.id);
    if (called !== undefined) called.emitted = type === 'toolCall' ? 'call' : 'result';
  }

  get unanswered(): readonly UnansweredCall[] {
    return this.#all
      .filter(({ emitted }) => emitted === 'call')
      .map(({ call, result }) => ({ call, result }));
  }

  /** Records the result of a call; returns its event. */
  settle(call: ToolCall, content: string): LlmEvent {
    const called = this.#all.find(each => each.call === call);
    if (called !== undefined) called.result = content;
    return { type: 'toolResult', id: call.id, name: call.name, content };
  }

  /** The answer and its results as messages; each passage's results follow it. */
  get messages(): readonly Message[] {
    const [last, ...before] = [...this.#passages].reverse();
    // A model is asked again after the results, never after words of its own.
    const passages =
      last!.calls.length === 0 && before[0] !== undefined
        ? [{ ...before[0], text: before[0].text + last!.text }, ...before.slice(1)].reverse()
        : this.#passages;
    return passages.flatMap(({ text, calls }): Message[] => [
      { role: 'assistant', content: text, toolCalls: calls.map(({ call }) => call) },
      ...calls.map(({ call, result = '' }): Message => ({
        role: 'tool',
        content: result,
        toolCallId: call.id,
      })),
    ]);
  }

  get #all(): readonly Called[] {
    return this.#passages.flatMap(({ calls }) => calls);
  }

  /** Where the next word or call belongs: a new passage once there are results. */
  #passage(): Passage {
    const last = this.#passages.at(-1)!;
    if (last.calls.every(({ result }) => result === undefined)) return last;
    const next: Passage = { text: '', calls: [] };
    this.#passages.push(next);
    return next;
  }

  #called(event: CallEvent): LlmEvent[] {
    const { type, ...call } = { ...event, id: this.#unique(event.id) };
    const called: Called = { call, id: event.id };
    this.#passage().calls.push(called);
    const result = this.#early.find(({ id }) => id === event.id);
    if (result === undefined) return [{ type, ...call }];
    this.#early = this.#early.filter(each => each !== result);
    return [{ type, ...call }, this.settle(call, result.content)];
  }

  #resulted(event: ResultEvent): LlmEvent[] {
    const all = this.#all.filter(({ id }) => id === event.id);
    const called = all.find(({ result }) => result === undefined) ?? all.at(-1);
    if (called !== undefined) return [this.settle(called.call, event.content)];
    this.#early = [...this.#early, event];
    return [];
  }

  /** Some servers repeat an id, within a round or in every round, but results are matched by id. */
  #unique(id: string): string {
    const isTaken = (id: string): boolean =>
      this.#isTaken(id) || this.#all.some(({ call }) => call.id === id);
    let unique = id;
    for (let next = this.#all.length + 1; isTaken(unique); next += 1) unique = `${id}_${next}`;
    return unique;
  }
}
