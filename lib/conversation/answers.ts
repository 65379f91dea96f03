import {
  catchError,
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  from,
  identity,
  ignoreElements,
  map,
  merge,
  type Observable,
} from 'rxjs';
import { of, ReplaySubject, startWith, take, takeUntil, tap, timer } from 'rxjs';
import type { Output } from '../audio/output.ts';
import type { Llm, LlmEvent, Message } from '../llm/message.ts';
import { heldUntil } from '../rx/heldUntil.ts';
import { onFirst } from '../rx/onFirst.ts';
import { longestTimerMs } from '../timers.ts';
import { pausable } from '../tts/pausable.ts';
import type { SpokenSoFar } from '../tts/spokenSoFar.ts';
import type { Apology } from './apology.ts';
import type { Bot } from './bot.ts';
import { committedAnswer } from './committedAnswer.ts';
import { type ContextOptions, trimmed } from './context.ts';
import type { BotEvent, CallEvent } from './events.ts';
import { remember } from './history.ts';
import type { IdleOptions } from './idle.ts';
import { reply, type ReplyEngines } from './reply.ts';
import { Speculated } from './speculated.ts';
import type { SpeculationOptions } from './speculation.ts';

/** What the bot of a call answers with. */
export interface AnswersOptions {
  readonly engines: ReplyEngines;
  readonly systemPrompt: string;
  /** What was said and heard so far. */
  readonly history: () => readonly Message[];
  readonly context: ContextOptions;
  readonly speculation: SpeculationOptions;
  readonly idle: IdleOptions | undefined;
  readonly apology: Apology | undefined;
  /** When a reply is to be held, and to go on. */
  readonly held$: Observable<boolean>;
  /** Emits when nothing more comes from the user: nobody is waited for. */
  readonly over$: Observable<unknown>;
}

/** All the bot may be about, one at a time: each is stopped by unsubscribing it, and {@link Answers.over} tells what was. */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #bot: Bot;
  #speculated: Speculated | undefined;

  constructor(bot: Bot, options: AnswersOptions) {
    this.#bot = bot;
    this.#options = options;
  }

  /** The answer to all that was said. */
  answer(turn: number): Observable<BotEvent> {
    return defer(() => {
      const spoken = this.#bot.begin(turn);
      const { engines, history } = this.#options;
      return this.#orSorry(
        reply(turn, this.#given(history()), { ...engines, output: this.#held(spoken) }, spoken),
      );
    });
  }

  /**
   * The answer to what seems to be all of a turn. Nothing of it escapes, no event, no audio, no tool's call, before
   * `said$` emits: the turn is committed with those words.
   */
  speculate(turn: number, text: string, said$: Observable<unknown>): Observable<BotEvent> {
    return defer(() => {
      const { engines, history, speculation } = this.#options;
      const { tts = false } = speculation;
      const speculated = (this.#speculated = new Speculated(turn));
      const spoken = this.#bot.ledger();
      const messages = this.#given(remember(history(), { type: 'user.said', turn, text, silenceMs: 0 }));

      const answering = (committed$: Observable<unknown>): Observable<BotEvent> => {
        const begun$ = committed$.pipe(
          map(() => {
            this.#speculated = undefined;
            this.#bot.begin(turn, { spoken });
            return speculated.event(true);
          }),
        );
        const llm: Llm = (messages, request) => {
          const ask = (): Observable<LlmEvent> =>
            engines
              .llm(messages, request)
              .pipe(speculated.counting(), tts ? identity : onFirst(() => speculated.ready()));
          return committedAnswer(ask, committed$, { early: tts, onDropped: () => speculated.dropped() });
        };
        const held$ = merge(of(true), committed$.pipe(map(() => false)), this.#options.held$);
        const output = pausable(engines.output, held$, spoken);
        const reply$ = reply(turn, messages, { ...engines, llm, output, allowed$: committed$ }, spoken);
        const ready$ = reply$.pipe(
          tap(({ type }) => {
            if (type === 'bot.audio') speculated.ready();
          }),
          heldUntil(committed$),
        );
        return merge(begun$, tts ? ready$ : reply$);
      };
      return this.#orSorry(
        said$.pipe(take(1), connect(answering, { connector: () => new ReplaySubject<unknown>(1) })),
      );
    });
  }

  /** Says something unasked. */
  say(text: string, interruptible = true): Observable<BotEvent> {
    return defer(() => {
      const spoken = this.#bot.begin(0, { interruptible });
      const llm: Llm = () => of({ type: 'token', text });
      const { filler, ...engines } = this.#options.engines;
      return this.#ending(reply(0, [], { ...engines, llm, output: this.#held(spoken) }, spoken));
    });
  }

  hangUp(
    why: Extract<CallEvent, { type: 'call.ended' }>['why'],
    goodbye?: string,
  ): Observable<BotEvent | CallEvent> {
    return concat(
      goodbye === undefined ? EMPTY : this.say(goodbye, false),
      of({ type: 'call.ended', why } as const),
    );
  }

  /** What is over when something else begins: the reply that was cut, the answer that was discarded. */
  over(): Observable<BotEvent> {
    return defer(() => {
      const speculated = this.#speculated;
      this.#speculated = undefined;
      const cut = this.#bot.cut();
      return [...(speculated ? [speculated.event(false)] : []), ...(cut ? [cut] : [])];
    });
  }

  /** What the bot does when it has nothing to do. */
  afterwards(): Observable<BotEvent | CallEvent> {
    return defer(() => {
      if (this.#bot.userSpeaks) return EMPTY;
      const next = this.#bot.saysNext();
      return next === undefined
        ? this.#idle().pipe(
            // A summary that is not there when the bot speaks again would be one of what is past.
            connect(idle$ => merge(this.#summarise().pipe(takeUntil(idle$)), idle$)),
          )
        : concat(this.say(next.text, next.interruptible), this.afterwards());
    });
  }

  #summarise(): Observable<CallEvent> {
    const { context, history, over$ } = this.#options;
    const summary$ = defer(() => context.summarise?.(history()) ?? EMPTY);
    return summary$.pipe(
      map(history => ({ type: 'call.summarised', history }) as const),
      catchError(() => EMPTY),
      takeUntil(over$),
    );
  }

  #idle(): Observable<BotEvent | CallEvent> {
    const { idle, over$ } = this.#options;
    if (idle === undefined) return EMPTY;
    const { afterMs = 10_000, prompts = ['Are you still there?'], hangUp = false } = idle;
    const silence$ = timer(Math.min(afterMs, longestTimerMs)).pipe(ignoreElements(), takeUntil(over$));
    const asked$ = from(prompts).pipe(concatMap(prompt => concat(silence$, this.say(prompt))));
    const goodbye = typeof hangUp === 'object' ? hangUp.goodbye : undefined;
    return concat(asked$, hangUp === false ? EMPTY : concat(silence$, this.hangUp('idle', goodbye))).pipe(
      takeUntil(over$),
    );
  }

  #given(history: readonly Message[]): readonly Message[] {
    const { systemPrompt, context } = this.#options;
    return [{ role: 'system', content: systemPrompt }, ...trimmed(history, context)];
  }

  #held(spoken: SpokenSoFar): Output {
    return pausable(this.#options.engines.output, this.#options.held$.pipe(startWith(false)), spoken);
  }

  /** An answer, and what is said when it failed. Where the output is what failed, nothing can be. */
  #orSorry(event$: Observable<BotEvent>): Observable<BotEvent> {
    return defer(() => {
      let failed: number | undefined;
      return concat(
        this.#ending(event$).pipe(
          tap(event => {
            if (event.type === 'turn.failed' && event.stage !== 'output') failed = event.turn;
          }),
        ),
        defer(() => (failed === undefined ? EMPTY : this.#apologise(failed))),
      );
    });
  }

  #apologise(turn: number): Observable<BotEvent> {
    const { apology, engines } = this.#options;
    const tts = apology?.voice;
    if (apology === undefined || tts === undefined) return EMPTY;
    const { text } = apology;
    const spoken = this.#bot.begin(0);
    const llm: Llm = () => of({ type: 'token', text });
    const { filler, ...rest } = engines;
    return this.#ending(
      concat(
        of({ type: 'bot.apologised', turn, text } as const),
        reply(0, [], { ...rest, llm, tts, output: this.#held(spoken) }, spoken),
      ),
    );
  }

  /** The reply is over before its last event is told: who answers that with a command does not cut it. */
  #ending(event$: Observable<BotEvent>): Observable<BotEvent> {
    return event$.pipe(
      tap(({ type }) => {
        if (type === 'bot.spoke' || type === 'turn.failed') this.#bot.end();
      }),
    );
  }
}
