import { concat, defer, EMPTY, identity, merge, type Observable, of, ReplaySubject } from 'rxjs';
import { startWith, switchMap, take, tap } from 'rxjs';
import type { Llm, LlmEvent, Message } from '../../llm/message.ts';
import { heldUntil } from '../../rx/heldUntil.ts';
import { onFirst } from '../../rx/onFirst.ts';
import type { UserTurnEvent } from '../../stt/userTurns.ts';
import { committedAnswer } from '../committedAnswer.ts';
import type { BotEvent, UserEvent } from '../events.ts';
import { remember } from '../history.ts';
import { reply } from '../reply.ts';
import { promptOf, type ReplyContext } from '../replyContext.ts';
import { SpeculationMeter } from '../speculationMeter.ts';
import { withApology } from './apologise.ts';

type Eager = Extract<UserTurnEvent, { readonly type: 'eager' }>;
type Said = Extract<UserEvent, { readonly type: 'user.said' }>;

/**
 * Answers a turn that only seems to be complete. No event, audio or tool call is emitted or executed before `said$`
 * emits, which commits the turn with those words. `history` is the conversation before the turn.
 */
export const speculate = (
  call: ReplyContext,
  { turn, text }: Eager,
  said$: Observable<Said>,
  history: readonly Message[],
): Observable<Said | BotEvent> =>
  defer(() => {
    const { engines, current } = call;
    const { tts: synthesises = false } = call.speculation;
    const meter = new SpeculationMeter(turn);
    const ledger = current.ledger();
    const committed$ = new ReplaySubject<true>(1);
    current.guess(meter);

    /** Emits the commit first, and then the events that were held back. */
    const commit$ = said$.pipe(
      take(1),
      switchMap(said => {
        current.begin(turn, ledger);
        return concat(
          of(said, meter.event(true)),
          defer(() => {
            committed$.next(true);
            committed$.complete();
            return EMPTY;
          }),
        );
      }),
    );
    const llm: Llm = (messages, request) => {
      const ask = (): Observable<LlmEvent> =>
        engines
          .llm(messages, request)
          .pipe(meter.counting(), synthesises ? identity : onFirst(() => meter.ready()));
      return committedAnswer(ask, committed$, {
        early: synthesises,
        onDropped: () => meter.dropped(),
      });
    };
    const reply$ = reply(
      turn,
      promptOf(call, remember(history, { type: 'user.said', turn, text, silenceMs: 0 })),
      {
        ...engines,
        llm,
        // Held until the commit; afterwards like any reply.
        held$: concat(of(true), committed$.pipe(switchMap(() => call.held$.pipe(startWith(false))))),
        ledger,
        allowed$: committed$,
        userSpeaks$: call.userSpeaks$,
        toolRuns: call.toolRuns,
        inputOver$: call.inputOver$,
      },
    ).pipe(
      tap(event => {
        if (event.type === 'bot.audio') meter.ready();
      }),
      synthesises ? heldUntil(committed$) : identity,
      tap(event => current.see(event)),
    );
    return merge(commit$, reply$).pipe(withApology(call));
  });
