/** An ordered lane of a connection (`stream_id`): its responses follow one another. */
export interface Lane {
  /** Nothing for the default lane. */
  readonly name: string | undefined;
  /** Its latest response, which the server keeps while no other is asked for on this lane. */
  latest: string | undefined;
  usedAt: number;
}

/**
 * The number of lanes. The service allows 32 names a connection, and 16 active responses (OpenAI's guide "WebSocket
 * mode"). It keeps the latest response of each lane, so this is also the number of responses that can be continued.
 */
export const laneCount = 16;

/** The lanes of a connection, and the responses that the server keeps for them. */
export class ResponseLanes {
  #lanes: readonly Lane[] = Array.from({ length: laneCount }, (_, index) => newLane(`rxvoice-${index + 1}`));
  #uses = 0;

  /**
   * A lane for another response, where there is one: an unused lane, or the one used least recently. The lane of the
   * response to continue is taken only if there is no other, so that its response stays. `busy`: lanes whose response is
   * still being written.
   */
  free(busy: ReadonlySet<Lane>, parent: string | undefined): Lane | undefined {
    if (this.isSingle && busy.size > 0) return undefined;
    const isParent = ({ latest }: Lane): number => Number(parent !== undefined && latest === parent);
    return this.#lanes
      .filter(lane => !busy.has(lane))
      .toSorted((a, b) => isParent(a) - isParent(b) || a.usedAt - b.usedAt)[0];
  }

  /** A response begins on a lane. Returns the response that the server no longer keeps. */
  begin(lane: Lane): string | undefined {
    const { latest } = lane;
    lane.latest = undefined;
    lane.usedAt = ++this.#uses;
    return latest;
  }

  /** Whether the server keeps a response. */
  keeps(id: string): boolean {
    return this.#lanes.some(({ latest }) => latest === id);
  }

  /** The one lane of a server that knows no names. */
  useOne(): Lane {
    if (!this.isSingle) this.#lanes = [newLane(undefined)];
    return this.#lanes[0]!;
  }

  /** Whether there is only the default lane. */
  get isSingle(): boolean {
    return this.#lanes.length === 1;
  }
}

const newLane = (name: string | undefined): Lane => ({ name, latest: undefined, usedAt: 0 });
