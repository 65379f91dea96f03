interface Piece {
  /** Where it begins in the audio sent on this connection, ms. */
  readonly sentMs: number;
  /** Where it begins in the call's audio, ms. */
  readonly callMs: number;
  /** Whether the call's audio goes on in it, or it is silence of ours. */
  readonly isCall: boolean;
}

/**
 * Where the audio that one connection was sent lies in the call: a service counts from the connection's first sample,
 * which after a reconnection is not the call's, and silence that keeps it listening is not part of the call.
 */
export class AudioMap {
  readonly #pieces: Piece[] = [];
  #isCall: boolean | undefined;
  #callEndMs: number;
  /** How much the connection was sent, ms. */
  sentMs = 0;

  /** `callMs`: where the call's audio goes on, ms. */
  constructor(callMs = 0) {
    this.#callEndMs = callMs;
  }

  /** Audio of the call was sent, from this position on, ms. */
  sent(callMs: number, ms: number): void {
    if (this.#isCall !== true || Math.abs(callMs - this.#callEndMs) > 0.1) this.#begin(callMs, true);
    this.#callEndMs = callMs + ms;
    this.sentMs += ms;
  }

  /** Silence was sent, ms. */
  silence(ms: number): void {
    if (this.#isCall !== false) this.#begin(this.#callEndMs, false);
    this.sentMs += ms;
  }

  #begin(callMs: number, isCall: boolean): void {
    this.#pieces.push({ sentMs: this.sentMs, callMs, isCall });
    this.#isCall = isCall;
  }

  /** Maps a position of the service to one in the call's audio, both ms. */
  toCall(sentMs: number): number {
    const piece = this.#pieces.findLast(piece => piece.sentMs <= sentMs + 1e-6) ?? this.#pieces[0];
    if (piece === undefined) return sentMs;
    return piece.isCall ? piece.callMs + (sentMs - piece.sentMs) : piece.callMs;
  }
}
