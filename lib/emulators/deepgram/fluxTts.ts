import {
  concat,
  concatMap,
  debounceTime,
  defer,
  EMPTY,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  Observable,
  of,
  startWith,
  Subject,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import { frameMs } from '../../audio/frame.ts';
import { ofType } from '../../rx/ofType.ts';
import { binary, close, json, type ServerFrame } from '../loopback/frames.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import { encoded, spokenFrames, type SpokenOptions } from '../loopback/spoken.ts';
import { type FluxJob, FluxSession } from './fluxSession.ts';
import { voiceUuid } from './voiceUuid.ts';

/** Options of {@link fluxTts}. */
export interface FluxTtsOptions {
  readonly requestId: string;
  readonly model: string;
  readonly speech: () => SpokenOptions & { readonly ttsMs: number };
  readonly maxCharacters: number;
  readonly lifetimeMs: number;
  /** How long a client may be silent, ms. */
  readonly voiceIdleMs: number;
  /** Called when the audio of a reply begins. */
  readonly onSpeaking: () => void;
}

/**
 * Deepgram's WebSocket `/v2/speak`: replies are spoken as their text comes, one after the other. Flush ends a reply's
 * text; Interrupt cuts it and reports the heard part, though a frame that was on its way still arrives first.
 */
export const fluxTts = ({
  requestId,
  model,
  speech,
  maxCharacters,
  lifetimeMs,
  voiceIdleMs,
  onSpeaking,
}: FluxTtsOptions): Protocol => {
  return client$ =>
    new Observable<ServerFrame>(subscriber => {
      const job$ = new Subject<FluxJob>();
      let onItsWay: ServerFrame | undefined;

      const run = (job: FluxJob): Observable<ServerFrame> => {
        switch (job.type) {
          case 'say':
            return of(json(job.message));
          case 'speak': {
            const first = job.speech.startMs === undefined;
            return concat(
              first ? timer(speech().ttsMs).pipe(ignoreElements()) : EMPTY,
              defer(() => spokenFrames(job.segment.text, speech())).pipe(
                tap(frame => {
                  if (job.speech.startMs === undefined) onSpeaking();
                  session.spoke(job, frameMs(frame));
                }),
                map(frame => (onItsWay = binary(encoded(frame, speech())))),
              ),
            );
          }
          case 'end':
            return defer(() => {
              onItsWay = undefined;
              return session.ended(job.speech).map(json);
            });
          case 'interrupted': {
            const stale = onItsWay === undefined ? [] : [onItsWay];
            onItsWay = undefined;
            return concat(
              stale,
              timer(1).pipe(
                map(() => {
                  session.interrupted();
                  return json(job.message);
                }),
              ),
            );
          }
          case 'close':
            return defer(() => of(json(session.metadata()), close(1000)));
        }
      };

      const session = new FluxSession({
        maxCharacters,
        do: job => job$.next(job),
        say: message => subscriber.next(json(message)),
        fail: (...reason) => failure(...reason).forEach(frame => subscriber.next(frame)),
      });

      subscriber.next(
        json({
          type: 'Connected',
          request_id: requestId,
          model_name: model,
          model_version: '2026.06.01',
          model_uuids: [voiceUuid],
        }),
      );
      const rest$ = job$.pipe(ofType('say', 'speak', 'end', 'close'));
      subscriber.add(
        merge(
          timer(lifetimeMs).pipe(
            mergeMap(() => failure('NET-0003', 'The session has lasted for too long.', 1011)),
          ),
          client$.pipe(
            filter(({ type }) => type !== 'ping'),
            startWith(undefined),
            debounceTime(voiceIdleMs),
            mergeMap(() => failure('NET-0004', 'No message came for too long.', 1011)),
          ),
          job$.pipe(
            ofType('interrupted'),
            startWith(undefined),
            switchMap(cut => merge(cut ? of(cut) : EMPTY, rest$).pipe(concatMap(run))),
          ),
        ).subscribe(subscriber),
      );
      subscriber.add(
        client$.subscribe({
          next: frame => {
            if (frame.type !== 'ping') session.handle(frame.type === 'text' ? parsed(frame.text) : undefined);
          },
          error: (cause: unknown) => subscriber.error(cause),
        }),
      );
    });
};

/** A fatal error: it says so, and closes. */
const failure = (code: string, description: string, closeCode: number): ServerFrame[] => [
  json({ type: 'Error', code, description }),
  close(closeCode, `${code}: ${description}`),
];
