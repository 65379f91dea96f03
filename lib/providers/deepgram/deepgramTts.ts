import { catchError, EMPTY, finalize, from, ignoreElements, merge, type Observable, of } from 'rxjs';
import { ReplaySubject, share, Subject, tap } from 'rxjs';
import type { Loading, Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import { keptOpen } from '../../http/keptOpen.ts';
import { withSignal } from '../../rx/withSignal.ts';
import type { Tts, TtsStream } from '../../tts/tts.ts';
import { auraRest } from './auraRest.ts';
import { type AuraSocket, AuraVoice } from './auraVoice.ts';
import { deepgramConnection, type DeepgramConnectionOptions } from './deepgramConnection.ts';
import { FluxVoice, type FluxVoiceSocket } from './fluxVoice.ts';
import { openSocket, type OpenSocket, type SdkSocket } from './openSocket.ts';
import { staying } from './staying.ts';
import { warmLine } from './warmLine.ts';

/** How Deepgram speaks. */
export interface DeepgramTtsOptions extends DeepgramConnectionOptions {
  /**
   * Default `aura-2-thalia-en`. A `flux-…` voice (`flux-alexis-en`) takes text as it is written and tells what was
   * heard of a reply that was cut.
   */
  readonly model?: string;
  /** The model by the name of its voice alone: `thalia` for `aura-2-thalia-en`. */
  readonly voice?: string;
  /** One WebSocket a call (`websocket`, default), or a request a sentence (`rest`). */
  readonly transport?: 'websocket' | 'rest';
  /** Hz: 8,000, 16,000, 24,000 (default), 32,000 or 48,000. */
  readonly sampleRate?: number;
  /** 1 is the voice's own speed; Aura 0.7 … 1.5, Flux 0.5 … 1.5. */
  readonly speed?: number;
  /** Further parameters, as the service calls them; they replace ours. A list repeats the parameter. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The longest the service may send nothing while it owes audio, and to accept a connection, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** How many failures in a row are the end; a connection that lasted (twice `timeoutMs`, 5 s) is none. Default 3. */
  readonly retries?: number;
  /** How many Flush messages an Aura socket takes in a minute. Default 20, as the service has it. */
  readonly flushesPerMinute?: number;
}

const defaults = {
  model: 'aura-2-thalia-en',
  sampleRate: 24_000,
  timeoutMs: 5_000,
  retries: 3,
  flushesPerMinute: 20,
} as const satisfies DeepgramTtsOptions;

/**
 * Text-to-speech by Deepgram: Aura over a WebSocket (default) or by requests, or a Flux voice, which takes whole replies
 * as they are written.
 *
 * Needs the package `@deepgram/sdk`. Throws an RxvoiceError at once where the package or the key is missing, or an
 * option can't be. A conversation opens one connection before the first turn and keeps it; used alone, each sentence
 * has its own: take a `session()` for several. A connection that is lost is opened again, and what had not come of a
 * sentence is spoken then. Errors are RxvoiceError, stage `tts`, and say whether another attempt may succeed.
 *
 * @example
 * const tts = deepgramTts({ voice: 'orion', speed: 1.1 });
 */
export function deepgramTts(options: DeepgramTtsOptions = {}): Tts {
  const connection = deepgramConnection(options);
  const model = options.model?.trim() || modelOf(options.voice) || defaults.model;
  const isFlux = /^flux-/u.test(model);
  const { sampleRate = defaults.sampleRate, timeoutMs = defaults.timeoutMs } = options;
  const { retries = defaults.retries, flushesPerMinute = defaults.flushesPerMinute } = options;
  const { who } = connection;
  const request = { ...connection, stage: 'tts', model } as const;
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 48_000)
    throw new RxvoiceError(
      `Deepgram: sampleRate is ${sampleRate}, but must be 8000, 16000, 24000, 32000 or 48000.`,
      { stage: 'tts' },
    );
  const parameters = {
    sample_rate: sampleRate,
    ...(options.speed !== undefined && { speed: options.speed }),
    ...options.options,
  };
  if (options.transport === 'rest') {
    const kept = keptOpen();
    // Whatever the server answers, the connection is open then.
    const knock = (signal: AbortSignal) =>
      kept
        .fetch()(connection.address, { signal })
        .then(it => it.arrayBuffer());
    const knock$ = withSignal(signal => from(knock(signal))).pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    );
    const byRequest = (notice$ = new Subject<Notice>()): Tts => {
      const notify = (notice: Notice): void => notice$.next(notice);
      const limits = { sampleRate, timeoutMs, retries: retries - 1 };
      const speak = auraRest(connection, request, { parameters, ...limits, fetch: kept.fetch, notify });
      const ready: Loading = { engine: `${who} ${model}`, progress: 1 };
      return Object.assign(speak, {
        notice$: notice$.asObservable(),
        warm$: merge(of(ready), kept.open$, knock$),
      });
    };
    return Object.assign(byRequest(), { session: () => byRequest() });
  }

  const query = { encoding: 'linear16', ...parameters };
  const shared = { sampleRate, timeoutMs, retries: 1, who };

  /** A line of a call's voice, which it is told of. */
  const lineOf = <Socket extends SdkSocket>(
    voice: Voice<Socket>,
    notify: (notice: Notice) => void,
    connect: (client: ReturnType<typeof connection.client>) => Promise<Socket>,
  ): Observable<OpenSocket<Socket> | RxvoiceError> =>
    openSocket<Socket>(connection, request, { timeoutMs }, connect).pipe(
      // A connection that is lost while nothing is said is nobody's concern.
      staying({
        retries,
        timeoutMs,
        message$: ({ message$ }) => message$,
        tell: message => voice.isBusy && notify({ type: 'warning', message }),
      }),
      tap(socket => (RxvoiceError.is(socket) ? voice.lost(socket) : voice.connected(socket))),
      finalize(() => voice.disconnected()),
      share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
    );

  const session = (notice$ = new Subject<Notice>()): Tts => {
    const notify = (notice: Notice): void => notice$.next(notice);
    const engine = `${who} ${model}`;
    if (!isFlux) {
      const voice = new AuraVoice({ ...shared, flushesPerMinute, notify });
      const line$ = lineOf<AuraSocket>(voice, notify, client =>
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
    const line$ = lineOf<FluxVoiceSocket>(voice, notify, client =>
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
    session: () => session(),
    notice$: notice$.asObservable(),
    ...(isFlux && {
      stream: ((text$, playedMs) => session(notice$).stream!(text$, playedMs)) satisfies TtsStream,
    }),
  });
}

/** What a voice is told of its line, and what it tells of itself. */
interface Voice<Socket> {
  readonly isBusy: boolean;
  readonly connected: (socket: OpenSocket<Socket>) => void;
  readonly lost: (reason: RxvoiceError) => void;
  readonly disconnected: () => void;
}

/** The model of a voice by its name alone. */
const modelOf = (voice: string | undefined): string | undefined =>
  voice === undefined || voice.includes('-') ? voice : `aura-2-${voice.trim().toLowerCase()}-en`;
