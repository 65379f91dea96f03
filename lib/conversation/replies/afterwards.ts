import {
  catchError,
  combineLatest,
  concatMap,
  defer,
  distinctUntilChanged,
  EMPTY,
  map,
  merge,
  NEVER,
  type Observable,
  observeOn,
} from 'rxjs';
import { of, queueScheduler, repeat, startWith, switchMap, takeWhile, timer } from 'rxjs';
import { longestTimerMs } from '../../rx/timers.ts';
import type { BotEvent, CallEvent } from '../events.ts';
import type { ReplyContext } from '../replyContext.ts';
import { hangUp } from './hangUp.ts';
import { say } from './say.ts';

/** Why a pause in the conversation ends. */
type PauseEnd = { readonly type: 'say' } | { readonly type: 'idle' } | { readonly type: 'over' };

const isEnd = (event: PauseEnd | CallEvent): event is PauseEnd => !event.type.startsWith('call.');

/**
 * The bot's behaviour while it has nothing to answer. It waits until the user is silent, says the texts of commands,
 * and follows {@link IdleOptions} if the user stays silent. It completes when the input is over and nothing is left to
 * say.
 */
export const afterwards = (call: ReplyContext): Observable<BotEvent | CallEvent> =>
  defer(() => {
    const { afterMs = 10_000, prompts = ['Are you still there?'], hangUp: ends = false } = call.idle ?? {};
    const left = call.idle === undefined ? [] : [...prompts];
    // A prompt adds little to the history, so it is compacted only after a reply.
    let mayShorten = true;
    const mayIdle = (): boolean => left.length > 0 || (call.idle !== undefined && ends !== false);

    const idle$ = defer(() => (mayIdle() ? timer(Math.min(afterMs, longestTimerMs)) : NEVER)).pipe(
      map((): PauseEnd => ({ type: 'idle' })),
    );
    const next = (end: PauseEnd): Observable<BotEvent | CallEvent | PauseEnd> => {
      if (end.type === 'over') return of(end);
      if (end.type === 'say') {
        const [first, ...rest] = call.says$.value;
        call.says$.next(rest);
        mayShorten = true;
        return first === undefined ? EMPTY : say(call, first);
      }
      mayShorten = false;
      const prompt = left.shift();
      if (prompt !== undefined) return say(call, { text: prompt });
      return hangUp(call, 'idle', typeof ends === 'object' ? ends.goodbye : undefined);
    };
    const quiet$ = defer(() => merge(mayShorten ? compact(call) : EMPTY, idle$));
    return pause(call, quiet$).pipe(
      takeWhile(event => !isEnd(event), true),
      concatMap(event => (isEnd(event) ? next(event) : of(event))),
      repeat(),
      takeWhile((event): event is BotEvent | CallEvent => event.type !== 'over'),
    );
  });

/** A pause: `quiet$` runs while the user is silent and nothing is queued to be said. */
const pause = (
  call: ReplyContext,
  quiet$: Observable<PauseEnd | CallEvent>,
): Observable<PauseEnd | CallEvent> =>
  combineLatest([
    call.userSpeaks$,
    call.says$,
    call.inputOver$.pipe(
      map(() => true),
      startWith(false),
    ),
  ]).pipe(
    // Answers to the current event come first.
    observeOn(queueScheduler),
    map(([speaks, says, over]) =>
      speaks && !over ? 'user' : says.length > 0 ? 'say' : over ? 'over' : 'quiet',
    ),
    distinctUntilChanged(),
    switchMap(state => {
      if (state === 'user') return NEVER;
      return state === 'quiet' ? quiet$ : of({ type: state });
    }),
  );

/** Shortens a long history during a pause. A failed attempt is repeated in the next pause. */
const compact = ({ context, history }: ReplyContext): Observable<CallEvent> =>
  defer(() => context.compact?.(history()) ?? EMPTY).pipe(
    map(shorter => ({ type: 'call.compacted', history: shorter }) as const),
    catchError(() => EMPTY),
  );
