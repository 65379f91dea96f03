import { asyncScheduler, type Subscription } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import { Recycled } from './reconnecting.ts';
import { lifetimeMs, type VoiceOptions } from './voiceOptions.ts';
import type { Incoming, OpenSocket } from './wire.ts';

/** How {@link VoiceSocket} reports to its voice. */
export interface VoiceSocketEvents {
  readonly message: (message: Incoming) => void;
  /** The connection is old: the voice exchanges it while nothing is said. */
  readonly old: () => void;
}

/** The connection that a voice has at the moment: its messages, its age, and the deadline of an answer that is due. */
export class VoiceSocket<Socket> {
  readonly #options: Pick<VoiceOptions, 'who' | 'timeoutMs'>;
  #open: OpenSocket<Socket> | undefined;
  #aging: Subscription | undefined;
  #deadline: Subscription | undefined;
  /** Whether it must be exchanged soon. */
  isOld = false;

  constructor(options: Pick<VoiceOptions, 'who' | 'timeoutMs'>) {
    this.#options = options;
  }

  /** The socket to send with; `undefined` without a connection. */
  get socket(): Socket | undefined {
    return this.#open?.socket;
  }

  connected(open: OpenSocket<Socket>, { message, old }: VoiceSocketEvents): void {
    this.#open = open;
    this.isOld = false;
    this.#aging = asyncScheduler.schedule(() => {
      this.isOld = true;
      old();
    }, lifetimeMs);
    open.message$.subscribe({
      next: incoming => {
        if (this.#open === open) message(incoming);
      },
      error: () => undefined, // it never errs
    });
  }

  disconnected(): void {
    this.#deadline?.unsubscribe();
    this.#aging?.unsubscribe();
    this.#open = undefined;
  }

  /** Gives the connection up; its voice speaks over another. */
  fail(error: RxvoiceError): void {
    this.#open?.fail(error);
  }

  /** Gives the connection up for a fresh one, without a warning. */
  recycle(): void {
    this.fail(new Recycled('', { stage: 'tts', retryable: true }));
  }

  /** Restarts the deadline of the answer that is due, if any is. Default at the deadline: the connection is given up. */
  expect(isDue: boolean, part: 'sentence' | 'reply', late = () => this.#silent(part)): void {
    this.#deadline?.unsubscribe();
    if (isDue && this.#open !== undefined)
      this.#deadline = asyncScheduler.schedule(() => late(), this.#options.timeoutMs);
  }

  #silent(part: string): void {
    const { who, timeoutMs } = this.#options;
    const message = `${who} fell silent for ${timeoutMs} ms in the middle of a ${part}.`;
    this.fail(new RxvoiceError(message, { stage: 'tts', retryable: true }));
  }
}
