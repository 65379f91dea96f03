import type { BelievedResponse } from './believedResponse.ts';
import type { ResponseItem } from './responseItem.ts';

const most = 1_000;

/** The responses of a server: the last 1,000, for tests to look at, and those among them that can be continued. */
export class ResponseStore {
  readonly #responses: BelievedResponse[] = [];
  readonly #stored = new Map<string, BelievedResponse>();

  /** All responses, in the order in which they were asked for. */
  get responses(): readonly BelievedResponse[] {
    return this.#responses;
  }

  /** `isStored`: whether other connections can continue it. */
  add(response: BelievedResponse, isStored: boolean): void {
    this.#responses.push(response);
    if (isStored) this.#stored.set(response.id, response);
    if (this.#responses.length > most) this.#stored.delete(this.#responses.shift()!.id);
  }

  /** The conversation after a stored response. */
  stored(id: string): readonly ResponseItem[] | undefined {
    return conversationAfter(this.#stored.get(id));
  }
}

/** The conversation after a response: the items it was given, and its own. */
export const conversationAfter = (
  response: BelievedResponse | undefined,
): readonly ResponseItem[] | undefined => response && [...response.conversation, ...response.output];
