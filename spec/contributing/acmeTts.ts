import { defer, filter, map, type Observable } from 'rxjs';
import type { AudioFrame } from '../../lib/audio/frame.ts';
import { PcmFrames } from '../../lib/audio/pcmFrames.ts';
import { RxvoiceError } from '../../lib/errors.ts';
import { fromAbortable } from '../../lib/rx/abortable.ts';
import type { Tts } from '../../lib/tts/tts.ts';

/** How to reach Acme's text-to-speech. */
export interface AcmeTtsOptions {
  readonly apiKey: string;
  /** Default `https://api.acme.example`. */
  readonly baseURL?: string;
}

/**
 * Acme's text-to-speech: one request a sentence, answered with 16-bit PCM at 16 kHz while it is synthesised.
 *
 * @throws RxvoiceError with the HTTP status; `retryable` for 429 and 5xx.
 */
export const acmeTts = ({ apiKey, baseURL = 'https://api.acme.example' }: AcmeTtsOptions): Tts => {
  const request = async (text: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${baseURL}/speak`, { method: 'POST', body: text, headers, signal });
    if (response.ok && response.body !== null) return response.body;
    throw new RxvoiceError(`Acme answered ${response.status}. Check apiKey and baseURL.`, {
      stage: 'tts',
      retryable: response.status === 429 || response.status >= 500,
    });
  };
  return (text): Observable<AudioFrame> =>
    defer(() => {
      const frames = new PcmFrames(16_000);
      return fromAbortable(signal => request(text, signal)).pipe(
        map(bytes => frames.next(bytes)),
        filter(frame => frame !== undefined),
      );
    });
};
