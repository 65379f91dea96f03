// A call over rxvoice, driven in real time, as the benchmarks need it.
import { Observable } from 'rxjs';
import { microphone } from './realTime.js';

/**
 * Runs a call from its beginning to its end: the microphone begins when the call is ready, and errors are shown.
 *
 * @param {import('rxvoice').Conversation} conversation$
 * @param {{
 *   audio: (bytes: Uint8Array) => void, sampleRate?: number, hangUp?: boolean,
 *   onEvent?: (event: import('rxvoice').ConversationEvent) => void,
 * } & Omit<Parameters<typeof microphone>[0], 'hear'>} options
 */
export const rxvoiceCall = (conversation$, { audio, sampleRate = 16_000, hangUp, onEvent, ...listening }) =>
  new Promise((resolve, reject) => {
    /** @type {import('rxjs').Subscriber<import('rxvoice').AudioFrame>} */
    let microphone$;
    const frame$ = new Observable(subscriber => void (microphone$ = subscriber));
    /** The microphone is off: the last reply is finished, or the call is hung up in the middle of it. */
    const over = () => {
      if (!hangUp) return microphone$.complete();
      call.unsubscribe();
      resolve(undefined);
    };
    const call = conversation$(frame$, { write: audio, sampleRate }).subscribe({
      next: event => {
        if (event.type === 'turn.failed' || event.type === 'call.warning') console.error(event);
        onEvent?.(event);
        if (event.type === 'call.ready')
          void microphone({ ...listening, hear: frame => microphone$.next(frame) }).then(over);
      },
      error: reject,
      complete: resolve,
    });
  });
