import { availableParallelism } from 'node:os';
import { Observable } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';
import type { OfflineRecognizer } from './sherpa.ts';

interface Job {
  readonly samples: Float32Array;
  readonly done: (text: string) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Decodes of all conversations over one model, in the order they were asked for, as many at a time as there are cores;
 * decodes of a finished utterance go before interim ones.
 */
export class DecodeQueue {
  readonly #recognizer: OfflineRecognizer;
  readonly #parallel = Math.max(1, Math.min(4, availableParallelism()));
  readonly #finals: Job[] = [];
  readonly #interims: Job[] = [];
  #running = 0;

  constructor(recognizer: OfflineRecognizer) {
    this.#recognizer = recognizer;
  }

  /**
   * The words in some audio, 16 kHz, −1 … 1. Cold. Unsubscribing takes a decode that waits out of the queue, and
   * forgets one that runs.
   */
  decode(samples: Float32Array, urgent: boolean): Observable<string> {
    return new Observable(subscriber => {
      const queue = urgent ? this.#finals : this.#interims;
      const job: Job = {
        samples,
        done: text => {
          subscriber.next(text);
          subscriber.complete();
        },
        failed: error => subscriber.error(error),
      };
      queue.push(job);
      this.#next();
      return () => {
        const at = queue.indexOf(job);
        if (at >= 0) queue.splice(at, 1);
      };
    });
  }

  #next(): void {
    if (this.#running >= this.#parallel) return;
    const job = this.#finals.shift() ?? this.#interims.shift();
    if (job === undefined) return;
    this.#running += 1;
    const stream = this.#recognizer.createStream();
    stream.acceptWaveform({ sampleRate: 16_000, samples: job.samples });
    void this.#recognizer
      .decodeAsync(stream)
      .then(({ text }) => job.done(text.trim()))
      .catch((cause: unknown) =>
        job.failed(
          new RxvoiceError('The offline recogniser failed.', { stage: 'stt', retryable: true, cause }),
        ),
      )
      .finally(() => {
        this.#running -= 1;
        this.#next();
      });
  }
}
