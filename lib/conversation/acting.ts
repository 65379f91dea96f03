import { concat, connect, defer, distinctUntilChanged, EMPTY, endWith, filter, from } from 'rxjs';
import { ignoreElements, map, merge, mergeMap, type OperatorFunction, switchMap, tap } from 'rxjs';
import { BehaviorSubject } from 'rxjs';
import type { AudioClock } from '../audio/audioClock.ts';
import { ofType } from '../rx/ofType.ts';
import type { ConversationEvent } from './events.ts';
import { remember } from './history.ts';
import { nextReply } from './nextReply.ts';
import type { PreparedSpeech } from './preparedSpeech.ts';
import { lastWords } from './replies/lastWords.ts';
import type { ReplyContext, Say } from './replyContext.ts';
import { type FloorTaker, isCommitOf, isWaitingSay, opensTurn, type Signal } from './signal.ts';
import { takesTheFloor, userEvents } from './signal.ts';

/** The parts of a call that exist before its signals. */
export type ActingOptions = Omit<ReplyContext, 'held$' | 'userSpeaks$' | 'says$' | 'inputOver$'> & {
  readonly clock: AudioClock;
  /** The last words before the call ends with an error, if they are prepared. */
  readonly goodbye: PreparedSpeech | undefined;
  /** Why the user can't be heard any more; asked when the signals are over. */
  readonly lost: () => { readonly error: unknown } | undefined;
};

/**
 * From signals to the events of a conversation: reports the user's actions, and runs one activity of the bot at a time.
 * A signal that takes the floor replaces it.
 */
export const acting =
  ({ clock, goodbye, lost, ...options }: ActingOptions): OperatorFunction<Signal, ConversationEvent> =>
  signal$ =>
    defer(() => {
      const userSpeaks$ = new BehaviorSubject(false);
      const says$ = new BehaviorSubject<readonly Say[]>([]);
      return signal$.pipe(
        connect(signal$ => {
          const call: ReplyContext = {
            ...options,
            userSpeaks$,
            says$,
            held$: signal$.pipe(
              ofType('pause', 'resume'),
              map(({ type }) => type === 'pause'),
              // Without a user no voice holds the bot.
              endWith(false),
            ),
            inputOver$: signal$.pipe(ignoreElements(), endWith(true)),
          };
          const state$ = signal$.pipe(
            tap(signal => {
              if (isWaitingSay(signal)) says$.next([...says$.value, signal]);
              userSpeaks$.next(opensTurn(signal) ?? userSpeaks$.value);
            }),
            ignoreElements(),
          );
          const user$ = signal$.pipe(mergeMap(signal => userEvents(signal, clock)));
          const bot$ = signal$.pipe(
            filter(takesTheFloor),
            // A turn that is committed with the words that are being answered goes on with that answer.
            distinctUntilChanged<FloorTaker>(isCommitOf),
            // The barge-in: a signal that takes the floor replaces the bot's activity. This is the only place.
            switchMap(signal =>
              defer(() => {
                const cut = call.current.cut();
                const history = cut.reduce(remember, call.history());
                return concat(from(cut), nextReply(call, signal, history, signal$, clock));
              }),
            ),
          );
          const end$ = defer(() => {
            const reason = lost();
            return reason === undefined ? EMPTY : lastWords(call, goodbye, reason.error);
          });
          return merge(state$, user$, concat(bot$, end$));
        }),
      );
    });
