import {
  catchError,
  concat,
  defer,
  delay,
  EMPTY,
  filter,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  reduce,
  scan,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import type { ConversationEvent } from '../../conversation/events.ts';
import type { Llm, Message } from '../../llm/message.ts';
import { ofType } from '../../rx/ofType.ts';
import type { Exchange } from './scenario.ts';

/** A breath before the caller speaks, ms; and how long one is patient with a bot that says nothing. */
const breathMs = 500;
const patienceMs = 20_000;

/** The bot has finished, or nothing came for too long. */
const replied = (event$: Observable<ConversationEvent>): Observable<unknown> =>
  merge(
    event$.pipe(ofType('bot.spoke', 'turn.failed', 'user.noise', 'user.ignored')),
    timer(patienceMs),
  ).pipe(
    take(1),
    switchMap(() => timer(breathMs)),
  );

/** The line is free: after a breath, or when the bot has said its greeting. */
const pickedUp = (event$: Observable<ConversationEvent>): Observable<unknown> => {
  const greeting$ = event$.pipe(ofType('bot.sentence', 'bot.audio', 'bot.speaking'), take(1));
  return merge(
    greeting$.pipe(switchMap(() => replied(event$))),
    timer(breathMs).pipe(takeUntil(greeting$)),
  ).pipe(take(1));
};

/** The lines of a written conversation, each when its time comes; completes with the last reply. */
export const readLines = (
  exchanges: readonly Exchange[],
  event$: Observable<ConversationEvent>,
): Observable<string> =>
  concat(
    ...exchanges.map(({ caller, interruptsAfterMs }, index) => {
      const cue$ =
        index === 0
          ? pickedUp(event$)
          : interruptsAfterMs === undefined
            ? replied(event$)
            : merge(event$.pipe(ofType('bot.speaking'), take(1), delay(interruptsAfterMs)), replied(event$));
      return cue$.pipe(
        take(1),
        map(() => caller),
      );
    }),
    replied(event$).pipe(mergeMap(() => EMPTY)),
  );

const hangUp = /\bhang(?:s|ing)? up\b/iu;

const role = (goal: string): string => `You play a person on the phone with a voice bot. Your goal: ${goal}
Say what this person would say next, one or two short spoken sentences and nothing else. When you have what you want, or
see that you won't get it, write only: HANG UP`;

/** The lines of a language model that plays the caller, each when its time comes. It hangs up itself, or after `maxTurns`. */
export const playedLines = (
  llm: Llm,
  { goal, maxTurns }: { readonly goal: string; readonly maxTurns: number },
  event$: Observable<ConversationEvent>,
): Observable<string> => {
  const ask = (history: readonly Message[]): Observable<string> =>
    llm([{ role: 'system', content: role(goal) }, ...history]).pipe(
      reduce((line, event) => (event.type === 'token' ? line + event.text : line), ''),
      map(line => line.trim()),
      catchError(() => of('')),
    );
  const line = (turn: number, history: readonly Message[]): Observable<string> =>
    turn > maxTurns
      ? EMPTY
      : ask(history).pipe(
          switchMap(said => {
            if (said === '' || hangUp.test(said)) return EMPTY;
            const asked: readonly Message[] = [...history, { role: 'assistant', content: said }];
            return concat(of(said), heard(event$, asked).pipe(switchMap(known => line(turn + 1, known))));
          }),
        );
  // To the model that plays the caller the bot is the user.
  const beginning: Message = { role: 'user', content: '(The bot picks up.)' };
  return pickedUp(event$).pipe(switchMap(() => line(1, [beginning])));
};

/** The history with the bot's reply to this, once it was said. */
const heard = (
  event$: Observable<ConversationEvent>,
  history: readonly Message[],
): Observable<readonly Message[]> =>
  defer(() => {
    const reply$ = event$.pipe(
      ofType('bot.spoke', 'turn.failed'),
      scan((all, event) => `${all} ${event.type === 'bot.spoke' ? event.text : event.heard}`.trim(), ''),
      filter(text => text !== ''),
    );
    return merge(reply$, timer(patienceMs).pipe(map(() => '(The bot says nothing.)'))).pipe(
      take(1),
      delay(breathMs),
      map((content): readonly Message[] => [...history, { role: 'user', content }]),
    );
  });
