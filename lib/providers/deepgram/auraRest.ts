import { concat, defer, filter, map, type Observable, retry, throwError, timeout, timer } from 'rxjs';
import { catchError, TimeoutError } from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import type { Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { KeptOpen } from '../http/keptOpen.ts';
import { fromAbortable } from '../../rx/abortable.ts';
import { onFirst } from '../../rx/onFirst.ts';
import type { DeepgramConnection } from './deepgramConnection.ts';
import { Refusal } from '../socket/refusal.ts';
import { brokenError, type DeepgramRequest, refusedError } from './deepgramError.ts';
import { PcmFrames } from '../../audio/pcmFrames.ts';
import { splitText } from '../../tts/splitText.ts';
import { givenUp } from '../socket/reconnecting.ts';
import { Outage } from '../../rx/outage.ts';

/** How {@link auraRest} speaks. */
export interface AuraRestOptions {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly sampleRate: number;
  readonly timeoutMs: number;
  /** How long a request is made again that fails before its first audio, ms; how often at most, default any number. */
  readonly outageMs: number;
  readonly retries?: number;
  /** HTTP connections that outlast the pauses of a call. */
  readonly fetch: KeptOpen['fetch'];
  /** Called with how each request got its connection. */
  readonly notify: (notice: Notice) => void;
}

/** A request that failed, as an answer: see {@link answering}. */
const failed = { status: 599, header: 'x-failed' } as const;

/** The longest text of a request, characters. */
const maxCharacters = 2_000;

/**
 * Text-to-speech by `POST /v1/speak` (a Flux voice: `/v2/speak`), a request a sentence over connections that are kept
 * alive. Audio is handed on as it comes. A request that failed before its first audio is made again, where it may pass.
 */
export const auraRest = (
  connection: DeepgramConnection,
  request: DeepgramRequest,
  options: AuraRestOptions,
): ((text: string) => Observable<AudioFrame>) => {
  const client = connection.client({ fetch: answering(options.fetch(options.notify)) });
  const isFlux = /^flux-/u.test(request.model);
  const { parameters, sampleRate, timeoutMs, outageMs, retries = Infinity } = options;

  const ask = async (text: string, abortSignal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
    const { model } = request;
    // Everything except the text is a query parameter; the SDK would put parameters that it does not know into the
    // body.
    const queryParams = { encoding: 'linear16', container: 'none', ...parameters, model };
    const limits = { abortSignal, maxRetries: 0, queryParams };
    const { data, rawResponse } = await (
      isFlux
        ? client.speak.v2.audio.generate({ text, model }, limits)
        : client.speak.v1.audio.generate({ text }, limits)
    ).withRawResponse();
    const type = rawResponse.headers.get('content-type') ?? '';
    if (/json|html/u.test(type))
      throw new RxvoiceError(`${request.who} sent something that is not audio (${type}): check baseURL.`, {
        stage: 'tts',
      });
    return data.stream() as AsyncIterable<Uint8Array>;
  };

  const speak = (text: string): Observable<AudioFrame> =>
    defer(() => {
      const pcm = new PcmFrames(sampleRate);
      const outage = new Outage(outageMs);
      let begun = false;
      return fromAbortable(signal => ask(text, signal)).pipe(
        // The SDK's own timeout ends with the headers.
        timeout({ each: timeoutMs }),
        map(bytes => pcm.next(bytes)),
        filter(frame => frame !== undefined),
        onFirst(() => (begun = true)),
        catchError((error: unknown) => throwError(() => explain(error, request, timeoutMs))),
        retry({
          delay: (error: RxvoiceError) => {
            if (begun || !error.retryable) return throwError(() => error);
            const askedMs = error.cause instanceof Refusal ? error.cause.retryAfterMs : undefined;
            const waitMs = outage.failed(askedMs ? { askedMs } : {});
            return waitMs === undefined || outage.failures > retries
              ? throwError(() => givenUp(error, outage))
              : timer(waitMs);
          },
        }),
      );
    });

  return text => {
    const [first = '', ...rest] = splitText(text, maxCharacters);
    return rest.length === 0 ? speak(first) : concat(...[first, ...rest].map(speak));
  };
};

/**
 * The SDK does not clear its timer when a request fails, and that would hold a process for a minute: a failure passes it
 * as an answer.
 */
const answering =
  (request: typeof fetch): typeof fetch =>
  async (...of) => {
    try {
      return await request(...of);
    } catch (error) {
      return new Response(null, {
        status: failed.status,
        headers: { [failed.header]: rootOf(error).code ?? '' },
      });
    }
  };

/** The SDK's data of an error response. */
interface RefusedBySdk {
  readonly statusCode?: number;
  readonly body?: unknown;
  readonly rawResponse?: { readonly headers?: Headers };
}

function explain(error: unknown, request: DeepgramRequest, timeoutMs: number): RxvoiceError {
  if (RxvoiceError.is(error)) return error;
  if (error instanceof TimeoutError) return brokenError(`sent nothing for ${timeoutMs} ms`, request);
  const { statusCode: status, body, rawResponse } = (error ?? {}) as RefusedBySdk;
  const header = (name: string): string | undefined => rawResponse?.headers?.get(name) ?? undefined;
  const failure = status === failed.status ? header(failed.header) : undefined;
  if (status !== undefined && failure === undefined) {
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
    return refusedError({ status, header, body: text }, request);
  }
  const code = failure ?? rootOf(error).code;
  return code === undefined || code === '' || code.startsWith('UND_')
    ? brokenError('broke off the connection', request, error)
    : brokenError(`can not be reached (${code}): check the network and baseURL`, request, error);
}

/** The error at the bottom, which is the one that knows. */
const rootOf = (error: unknown): { readonly code?: string } => {
  let root = error as { cause?: unknown; code?: string };
  while (typeof root.cause === 'object' && root.cause !== null) root = root.cause;
  return root;
};
