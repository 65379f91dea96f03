import {
  catchError,
  defer,
  EMPTY,
  identity,
  ignoreElements,
  merge,
  type Observable,
  of,
  Subject,
  throwError,
  throwIfEmpty,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { type Engine, type Loading, type Notice, sessionOf } from '../engine.ts';
import { RxvoiceError } from '../errors.ts';
import type { Llm, LlmRequest, Message } from '../llm/message.ts';
import type { Stt } from '../stt/stt.ts';
import { saysAnything } from '../stt/sameWords.ts';
import { silentVoice } from '../tts/silentVoice.ts';
import type { Tts } from '../tts/tts.ts';
import { Health } from './health.ts';
import { type EngineGroup, tryInOrder, failureOf } from './tryInOrder.ts';
import { transcribeInOrder } from './transcribeInOrder.ts';

/** When {@link failover} turns to the next engine, and back. */
export interface FailoverOptions {
  /** How long an engine that failed is left out, in all calls, before it is tried again, ms. Default 30,000. */
  readonly coolDownMs?: number;
  /** The longest a model or a voice may take to begin while there is another, ms. Default 4,000. */
  readonly patienceMs?: number;
  /** Speech-to-text: the longest audio that is kept for the next engine, ms. Default 15,000. */
  readonly bufferMs?: number;
}

/**
 * Several engines as one: the first healthy one works, and when it fails the next takes over. A `warning` reports the
 * switch.
 *
 * - A model is replaced only before its first token; after that the answer ends there.
 * - A voice is replaced by one that speaks the sentence from its start, if none of its audio was emitted (also if it has
 *   no audio for words). Otherwise the rest of the sentence is lost, and another voice speaks the next one. Voices work
 *   sentence by sentence, even those that could take text as it is written.
 * - Speech-to-text is replaced by an engine that receives the audio since the last final.
 *
 * All calls leave out an engine that failed for a while; if every engine has failed, they are tried in order. All of them
 * are kept warm. When none is left, the error of the last one is the error.
 *
 * @example
 * setup({ stt: failover([deepgramStt(), localStt()]), llm: failover([openaiLlm(), ollama]), tts: localTts() });
 */
export function failover(engines: readonly Stt[], options?: FailoverOptions): Stt;
export function failover(engines: readonly Llm[], options?: FailoverOptions): Llm;
export function failover(engines: readonly Tts[], options?: FailoverOptions): Tts;
export function failover(
  engines: readonly Stt[] | readonly Llm[] | readonly Tts[],
  { coolDownMs = 30_000, patienceMs = 4_000, bufferMs = 15_000 }: FailoverOptions = {},
): Stt & Llm & Tts {
  if (engines.length === 0) throw new RxvoiceError('failover has no engine to use.');
  const health = new Health(coolDownMs);

  const session = (mine: readonly AnyEngine[]): AnyEngine => {
    const warning$ = new Subject<Notice>();
    const warn = (message: string): void => warning$.next({ type: 'warning', message });
    const group: EngineGroup = { count: mine.length, health, patienceMs, warn };
    return Object.assign(doing(mine, group, bufferMs), {
      warm$: warmth(mine, group),
      notice$: merge(warning$, ...mine.flatMap(({ notice$ }) => (notice$ ? [notice$] : []))),
      endTurn: () => mine.forEach(engine => (engine as unknown as Stt).endTurn?.()),
    });
  };
  const all = engines as unknown as readonly AnyEngine[];
  const engine = Object.assign(session(all), {
    session: () => session(all.map((each, index) => sessionOf(each, { hasStandby: index + 1 < all.length }))),
  });
  return engine as unknown as Stt & Llm & Tts;
}

/** An engine of any stage: its position and its function. */
type AnyEngine = ((input: never, request?: never) => Observable<unknown>) & Engine<AnyEngine>;

const doing = (engines: unknown, group: EngineGroup, bufferMs: number): AnyEngine => {
  const models = engines as readonly Llm[];
  const voices = engines as readonly Tts[];
  const listen = transcribeInOrder(engines as readonly Stt[], group, bufferMs);

  const ask = (messages: readonly Message[], request?: LlmRequest) =>
    tryInOrder(
      group,
      index => models[index]!(messages, request),
      error => throwError(() => error),
      messages.map(({ content }) => content),
    );
  const speak = (text: string) =>
    tryInOrder(
      group,
      index => voices[index]!(text).pipe(saysAnything(text) ? throwIfEmpty(silentVoice) : identity),
      (error, index) => {
        if (group.count === 1) return throwError(() => error);
        group.warn(`${failureOf(index, group.count, error, [text])} A sentence was cut.`);
        return EMPTY;
      },
      [text],
    );
  const isText = (input: unknown): input is string => typeof input === 'string';
  const isMessages = (input: unknown): input is readonly Message[] => Array.isArray(input);
  const work = (input: string | readonly Message[] | Observable<AudioFrame>, request?: LlmRequest) =>
    isText(input) ? speak(input) : isMessages(input) ? ask(input, request) : listen(input);
  return work;
};

/** Warms all of them; ready when the first one that can be loaded is. */
function warmth(engines: readonly AnyEngine[], { count, health, warn }: EngineGroup): Observable<Loading> {
  const ready: Loading = { engine: 'failover', progress: 1 };
  const warm = (index: number): Observable<Loading> =>
    (engines[index]?.warm$ ?? of(ready)).pipe(
      catchError((error: unknown) => {
        health.failed(index);
        warn(failureOf(index, count, error));
        return index + 1 < count ? warm(index + 1) : of(ready);
      }),
    );
  const aside$s = engines.slice(1).map(({ warm$ = EMPTY }) =>
    warm$.pipe(
      ignoreElements(),
      catchError(() => EMPTY),
    ),
  );
  return defer(() => merge(warm(0), ...aside$s));
}
