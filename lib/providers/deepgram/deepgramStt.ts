import {
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  map,
  type Observable,
  ReplaySubject,
  share,
  Subject,
} from 'rxjs';
import type { AudioFrame } from '../../audio/frame.ts';
import type { Loading, Notice } from '../../engine.ts';
import { RxvoiceError } from '../../errors.ts';
import type { Stt, SttEvent } from '../../stt/stt.ts';
import { deepgramConnection } from './deepgramConnection.ts';
import { requestOf } from './deepgramError.ts';
import { flux } from './flux.ts';
import { keptAlive } from './keptAlive.ts';
import { defaultOutageMs, standbyOutageMs } from './voiceOptions.ts';
import { transcribeCall } from './transcribeCall.ts';
import { nova } from './nova.ts';
import { openSocket, type OpenSocket, type SdkSocket } from './openSocket.ts';
import type { DeepgramSttOptions } from './options.ts';
import { reconnecting } from './reconnecting.ts';

const defaults = {
  model: 'nova-3',
  sampleRate: 16_000,
  bufferMs: 30_000,
  timeoutMs: 5_000,
} as const satisfies DeepgramSttOptions;

/**
 * Speech-to-text by Deepgram: Nova over `/v1/listen`, or Flux over `/v2/listen`.
 *
 * Needs the package `@deepgram/sdk`. Throws an RxvoiceError at once where the package or the key is missing, or an
 * option can't be. A conversation opens its connection before the first turn. A lost one is opened again and receives
 * the audio that it missed, at most 1.25 times as fast as real time, as the service asks. Positions stay on the call's
 * own clock. It errors (RxvoiceError, stage `stt`) when the service refuses for good, or is gone for longer than
 * `outageMs`. `endTurn()` of a session ends the user's turn now, for push-to-talk: Nova by `Finalize`, Flux by
 * `ForceEndTurn`.
 *
 * @example
 * microphone().pipe(deepgramStt({ keyterms: ['rxvoice'] }), ofType('final')).subscribe(({ text }) => console.log(text));
 */
export function deepgramStt(options: DeepgramSttOptions = {}): Stt {
  const connection = deepgramConnection(options);
  const model = options.model?.trim() || defaults.model;
  const { timeoutMs = defaults.timeoutMs, outageMs = defaultOutageMs, retries } = options;
  const { sampleRate: warmRate = defaults.sampleRate, bufferMs = defaults.bufferMs } = options;
  const request = requestOf(connection, 'stt', model);
  const isFlux = /^flux-/u.test(model);
  checkOptions(options, isFlux);
  const dialect = isFlux ? flux({ ...options, model }) : nova({ ...options, model });

  const session = (notice$ = new Subject<Notice>(), longestMs = outageMs): Stt => {
    const tell = (message: string): void => notice$.next({ type: 'warning', message });
    const endTurn$ = new Subject<void>();
    const open = (sampleRate: number): Observable<OpenSocket<SdkSocket> | RxvoiceError> =>
      openSocket<SdkSocket>(connection, request, { timeoutMs }, client =>
        dialect.connect(client, sampleRate),
      ).pipe(
        keptAlive(dialect, sampleRate),
        reconnecting({
          outageMs: longestMs,
          ...(retries !== undefined && { retries }),
          timeoutMs,
          message$: ({ message$ }) => message$,
          tell,
        }),
        share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: true }),
      );
    const warmLine$ = open(warmRate);
    const warm$: Observable<Loading> = warmLine$.pipe(
      filter(socket => !RxvoiceError.is(socket)),
      map(() => ({ engine: `${connection.who} ${model}`, progress: 1 })),
      distinctUntilChanged((one, other) => one.progress === other.progress),
    );
    const listen = (frame$: Observable<AudioFrame>): Observable<SttEvent> =>
      transcribeCall(
        frame$,
        sampleRate => (sampleRate === warmRate ? warmLine$ : open(sampleRate)),
        warmRate,
        dialect,
        {
          bufferMs,
          timeoutMs,
          silenceMs: options.silenceMs ?? 1_500,
          stage: connection,
          notify: notice => notice$.next(notice),
          endTurn$,
        },
      );
    return Object.assign(listen, {
      notice$: notice$.asObservable(),
      warm$,
      endTurn: () => endTurn$.next(),
    });
  };

  const notice$ = new Subject<Notice>();
  const calls = new Set<Stt>();
  // Used without a session, each subscription is a call of its own.
  const listen = (frame$: Observable<AudioFrame>): Observable<SttEvent> =>
    defer(() => {
      const call = session(notice$);
      calls.add(call);
      return frame$.pipe(
        call,
        finalize(() => calls.delete(call)),
      );
    });
  return Object.assign(listen, {
    session: ({ hasStandby = false } = {}) =>
      session(undefined, hasStandby ? Math.min(outageMs, standbyOutageMs) : outageMs),
    notice$: notice$.asObservable(),
    endTurn: () => calls.forEach(call => call.endTurn?.()),
  });
}

/** Options of the other generation would do nothing: better to say so. */
function checkOptions(options: DeepgramSttOptions, isFlux: boolean): void {
  const others = isFlux
    ? (['endpointingMs', 'utteranceEndMs'] as const)
    : (['eotThreshold', 'eagerEotThreshold', 'eotTimeoutMs', 'languageHints', 'configure$'] as const);
  const other = others.find(name => options[name] !== undefined);
  if (other === undefined) return;
  throw new RxvoiceError(
    isFlux
      ? `Deepgram: ${other} is an option of Nova; a turn of Flux ends by eotThreshold, eagerEotThreshold and eotTimeoutMs.`
      : `Deepgram: ${other} is an option of Flux: set model to 'flux-general-en', or use endpointingMs.`,
    { stage: 'stt' },
  );
}
