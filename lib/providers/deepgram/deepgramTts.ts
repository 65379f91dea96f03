import { catchError, EMPTY, from, ignoreElements, merge, type Observable, of, Subject } from 'rxjs';
import type { Loading, Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { keptOpen } from '../http/keptOpen.ts';
import { withSignal } from '../../rx/withSignal.ts';
import type { Tts, TtsStream } from '../../tts/tts.ts';
import { auraRest } from './auraRest.ts';
import { type AuraSocket, AuraVoice } from './auraVoice.ts';
import { deepgramConnection } from './deepgramConnection.ts';
import { requestOf } from './deepgramError.ts';
import { FluxVoice, type FluxVoiceSocket } from './fluxVoice.ts';
import { openSocket, type SdkSocket } from './openSocket.ts';
import { type OpenSocket } from '../socket/wire.ts';
import type { DeepgramTtsOptions } from './options.ts';
import { type SocketVoice, voiceLine } from '../socket/voiceLine.ts';
import { defaultOutageMs, standbyOutageMs } from '../socket/voiceOptions.ts';
import { modelOfVoice, voiceError, voiceProblems } from './voices.ts';
import { warmLine } from '../socket/warmLine.ts';

const defaults = {
  model: 'aura-2-thalia-en',
  sampleRate: 24_000,
  timeoutMs: 5_000,
  flushesPerMinute: 20,
  charactersPerMinute: 2_400,
} as const satisfies DeepgramTtsOptions;

/**
 * Text-to-speech by Deepgram: Aura over a WebSocket (default) or by requests, or a Flux voice, which takes whole replies
 * as they are written.
 *
 * Needs the package `@deepgram/sdk`. Throws an RxvoiceError at once where the package or the key is missing, or an
 * option can't be. A conversation opens one connection before the first turn and keeps it; used alone, each sentence
 * has its own: take a `session()` for several. A lost connection is opened again, and the missing rest of a sentence is
 * spoken then. Errors are RxvoiceError, stage `tts`, and say whether another attempt may succeed.
 *
 * @example
 * const tts = deepgramTts({ voice: 'orion', speed: 1.1 });
 */
export function deepgramTts(options: DeepgramTtsOptions = {}): Tts {
  const connection = deepgramConnection(options);
  const chosen = options.voice === undefined ? undefined : modelOfVoice(options.voice);
  if (chosen !== undefined && 'problem' in chosen && !options.model?.trim())
    throw new RxvoiceError(`Deepgram: voice is '${options.voice}', but must be ${chosen.problem}.`, {
      stage: 'tts',
    });
  const model = options.model?.trim() || (chosen && 'model' in chosen && chosen.model) || defaults.model;
  const isFlux = /^flux-/u.test(model);
  const { sampleRate = defaults.sampleRate, timeoutMs = defaults.timeoutMs } = options;
  const { outageMs = defaultOutageMs, retries } = options;
  const { flushesPerMinute = defaults.flushesPerMinute } = options;
  const { charactersPerMinute = defaults.charactersPerMinute } = options;
  const { who } = connection;
  const request = requestOf(connection, 'tts', model);
  const problems = voiceProblems(model, options);
  if (problems.length > 0) throw voiceError(problems, options);
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 48_000)
    throw new RxvoiceError(`Deepgram: sampleRate is ${sampleRate}, but must be from 8000 to 48000.`, {
      stage: 'tts',
    });
  const parameters = {
    sample_rate: sampleRate,
    ...(options.speed !== undefined && { speed: options.speed }),
    ...(options.expressivity !== undefined && { expressivity: options.expressivity }),
    ...options.options,
  };
  if (options.transport === 'rest') {
    const kept = keptOpen();
    // The connection is open after any answer of the server.
    const knock = (signal: AbortSignal) =>
      kept
        .fetch()(connection.address, { signal })
        .then(it => it.arrayBuffer());
    const knock$ = withSignal(signal => from(knock(signal))).pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
    const byRequest = (notice$ = new Subject<Notice>(), longestMs = outageMs): Tts => {
      const notify = (notice: Notice): void => notice$.next(notice);
      const limits = {
        sampleRate,
        timeoutMs,
        outageMs: longestMs,
        ...(retries !== undefined && { retries: retries - 1 }),
      };
      const speak = auraRest(connection, request, { parameters, ...limits, fetch: kept.fetch, notify });
      const ready: Loading = { engine: `${who} ${model}`, progress: 1 };
      return Object.assign(speak, {
        notice$: notice$.asObservable(),
        warm$: merge(of(ready), kept.open$, knock$),
      });
    };
    return Object.assign(byRequest(), {
      session: ({ hasStandby = false } = {}) =>
        byRequest(undefined, hasStandby ? Math.min(outageMs, standbyOutageMs) : outageMs),
    });
  }

  const query = { encoding: 'linear16', ...parameters };

  /** A connection of a call's voice, passed to it. */
  const lineOf = <Socket extends SdkSocket>(
    voice: SocketVoice<Socket>,
    notify: (notice: Notice) => void,
    longestMs: number,
    connect: (client: ReturnType<typeof connection.client>) => Promise<Socket>,
  ): Observable<OpenSocket<Socket> | RxvoiceError> =>
    voiceLine(openSocket<Socket>(connection, request, { timeoutMs }, connect), voice, {
      outageMs: longestMs,
      retries,
      timeoutMs,
      notify,
    });

  const session = (notice$ = new Subject<Notice>(), longestMs = outageMs): Tts => {
    const notify = (notice: Notice): void => notice$.next(notice);
    const shared = { sampleRate, timeoutMs, outageMs: longestMs, who };
    const engine = `${who} ${model}`;
    if (!isFlux) {
      const voice = new AuraVoice({ ...shared, flushesPerMinute, charactersPerMinute, notify });
      const line$ = lineOf<AuraSocket>(voice, notify, longestMs, client =>
        client.speak.v1.connect({
          model: model,
          queryParams: query,
          reconnectAttempts: 0,
        }),
      );
      const speak = (text: string) => voice.speak(text, line$);
      return Object.assign(speak, { notice$: notice$.asObservable(), warm$: warmLine(line$, engine) });
    }
    const voice = new FluxVoice({ ...shared, notify });
    const line$ = lineOf<FluxVoiceSocket>(voice, notify, longestMs, client =>
      client.speak.v2.connect({
        model: model,
        queryParams: query,
        reconnectAttempts: 0,
      }),
    );
    const stream: TtsStream = (text$, playedMs) => voice.speak(text$, line$, playedMs);
    const speak = (text: string) => voice.speak(of(text), line$);
    return Object.assign(speak, { stream, notice$: notice$.asObservable(), warm$: warmLine(line$, engine) });
  };

  const notice$ = new Subject<Notice>();
  const speak = (text: string) => session(notice$)(text);
  return Object.assign(speak, {
    session: ({ hasStandby = false } = {}) =>
      session(undefined, hasStandby ? Math.min(outageMs, standbyOutageMs) : outageMs),
    notice$: notice$.asObservable(),
    ...(isFlux && {
      stream: ((text$, playedMs) => session(notice$).stream!(text$, playedMs)) satisfies TtsStream,
    }),
  });
}
