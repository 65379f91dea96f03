import {
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  share,
  startWith,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import { ofType } from '../../rx/ofType.ts';
import { onFirst } from '../../rx/onFirst.ts';
import { binary, type ClientFrame, close, json, type ServerFrame } from '../loopback/frames.ts';
import type { Fault } from '../loopback/fault.ts';
import { parsed, type Protocol } from '../loopback/serveSocket.ts';
import { spoken, type SpokenOptions } from '../loopback/spoken.ts';
import { MinuteLimit } from './minuteLimit.ts';
import { voiceUuid } from './voiceUuid.ts';

/** Options of {@link aura}. */
export interface AuraOptions {
  readonly requestId: string;
  readonly model: string;
  readonly speech: () => SpokenOptions & { readonly ttsMs: number };
  readonly flushesPerMinute: number;
  readonly charactersPerMinute: number;
  readonly maxCharacters: number;
  readonly lifetimeMs: number;
  readonly has: (fault: Fault) => boolean;
  /** Called when audio begins. */
  readonly onSpeaking: () => void;
}

type Job =
  | { readonly type: 'flush'; readonly text: string; readonly id: number }
  | { readonly type: 'clear'; readonly id: number }
  | { readonly type: 'close'; readonly text: string }
  | { readonly type: 'say'; readonly frame: ServerFrame };

/**
 * Deepgram's WebSocket `/v1/speak`: nothing until Flush, then audio and Flushed, flushes in order. Clear drops the
 * waiting text; a frame that was on its way still comes before Cleared.
 */
export const aura = (options: AuraOptions): Protocol => {
  const { requestId, model, speech, lifetimeMs, onSpeaking } = options;
  return client$ =>
    defer(() => {
      let onItsWay: ServerFrame | undefined;

      const speakText = (text: string): Observable<ServerFrame> =>
        concat(
          timer(speech().ttsMs).pipe(ignoreElements()),
          spoken(text, speech()).pipe(
            map(binary),
            onFirst(onSpeaking),
            tap(frame => (onItsWay = frame)),
          ),
        );

      const run = (job: Exclude<Job, { readonly type: 'say' }>): Observable<ServerFrame> => {
        switch (job.type) {
          case 'flush':
            return concat(
              job.text === '' ? EMPTY : speakText(job.text),
              defer(() => {
                onItsWay = undefined;
                return of(json({ type: 'Flushed', sequence_id: job.id }));
              }),
            );
          case 'clear': {
            const stale = onItsWay === undefined ? [] : [onItsWay];
            onItsWay = undefined;
            const cleared = json({ type: 'Cleared', sequence_id: job.id });
            return concat(stale, timer(1).pipe(map(() => cleared)));
          }
          case 'close':
            return concat(job.text === '' ? EMPTY : speakText(job.text), of(close(1000)));
        }
      };

      const job$ = client$.pipe(jobs(options), share());
      const clear$ = job$.pipe(ofType('clear'));
      const rest$ = job$.pipe(ofType('flush', 'close'));
      return merge(
        of(metadata(requestId, model)),
        job$.pipe(
          ofType('say'),
          map(({ frame }) => frame),
        ),
        timer(lifetimeMs).pipe(map(() => close(1011, 'NET-0003: The session has lasted for too long.'))),
        clear$.pipe(
          startWith(undefined),
          switchMap(clear => merge(clear === undefined ? EMPTY : of(clear), rest$).pipe(concatMap(run))),
        ),
      );
    });
};

/** Actions of the client's messages. */
const jobs =
  ({ flushesPerMinute, charactersPerMinute, maxCharacters, has }: AuraOptions) =>
  (client$: Observable<ClientFrame>): Observable<Job> =>
    defer(() => {
      const flushes = new MinuteLimit(flushesPerMinute);
      const characters = new MinuteLimit(charactersPerMinute);
      let text = '';
      let id = 0;
      const taken = (): string => {
        const waiting = text;
        text = '';
        return waiting;
      };
      const say = (...frames: ServerFrame[]): Job[] => frames.map(frame => ({ type: 'say', frame }));

      const read = (frame: ClientFrame): Job[] => {
        if (frame.type === 'ping') return [];
        const message = frame.type === 'text' ? parsed(frame.text) : undefined;
        switch (message?.['type']) {
          case 'Speak': {
            const more = message['text'];
            if (typeof more !== 'string') return say(close(1008, 'DATA-0000: text is required.'));
            if (more.length > maxCharacters)
              return say(close(1009, `BIG-0001: The text is longer than ${maxCharacters} characters.`));
            if (has('character-limit') || !characters.take(more.length))
              return say(
                close(1008, `DATA-0001: More than ${charactersPerMinute} characters within a minute.`),
              );
            text += more;
            return [];
          }
          case 'Flush':
            if (has('flush-limit') || has('flush-limit-old') || !flushes.take())
              return say(json(excessive(has('flush-limit-old'))));
            return [{ type: 'flush', text: taken(), id: id++ }];
          case 'Clear':
            text = '';
            return [{ type: 'clear', id: id++ }];
          case 'Close':
            return [{ type: 'close', text: taken() }];
          default:
            return say(close(1008, 'DATA-0000: The message could not be understood.'));
        }
      };
      return client$.pipe(mergeMap(read));
    });

const metadata = (requestId: string, model: string): ServerFrame =>
  json({
    type: 'Metadata',
    request_id: requestId,
    model_name: model,
    model_version: '2026-01-01.0',
    model_uuid: voiceUuid,
    additional_model_uuids: [],
  });

/** Its field names are disputed: the specification has the one, clients in the field read the other. */
const excessive = (old: boolean): object => {
  const [code, description] = ['EXCESSIVE_FLUSH', 'Too many Flush messages within 60 seconds.'];
  return old
    ? { type: 'Warning', warn_code: code, warn_msg: description }
    : { type: 'Warning', code, description };
};
