import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  type OperatorFunction,
  throwError,
  timestamp,
  type TimestampProvider,
} from 'rxjs';
import type { ConversationEvent } from '../conversation/events.ts';
import type { Stage } from '../errors.ts';
import { noUsage, type Usage, used } from './usage.ts';
import { each } from '../rx/each.ts';

/**
 * The figures of one turn, in milliseconds on one clock. The five stages add up exactly to `total`:
 * `endpointing + llm + sentence + tts + output = total`. A figure is `undefined` when the turn ended before it.
 */
export interface TurnMetrics {
  /** The turn: 1, 2, … */
  readonly turn: number;
  /** How the turn ended; `interrupted` also where the events end within it, as when the call is hung up. */
  readonly outcome: 'spoken' | 'interrupted' | 'failed';
  /** From the user's last voiced audio to the commit of the turn: the time to detect that they stopped. */
  readonly endpointing: number;
  /** From the commit to the model's first token. */
  readonly llm: number | undefined;
  /** From the first token to the first text handed to text-to-speech: mostly a sentence. */
  readonly sentence: number | undefined;
  /** From that sentence to its first audio. */
  readonly tts: number | undefined;
  /** From that audio to the output. */
  readonly output: number | undefined;
  /** From the user's last voiced audio to the first audio of the reply at the output: the wait the user feels. */
  readonly total: number | undefined;
  /** From the user's last voiced audio to the last final transcript of the turn; 0 where only a noise followed it. */
  readonly stt: number | undefined;
  /** From the request to the model's last token. */
  readonly llmTotal: number | undefined;
  /** When the user cut the reply: from the user's first voiced audio to silence at the output. */
  readonly bargeIn: number | undefined;
  /** The connection that each stage acquired last for the turn, if its engine reports connections. */
  readonly connections: Connections;
  /** Time saved and work discarded by speculative replies. */
  readonly speculation: SpeculationFigures;
  /** The number of sentences that the voice said in other words than their texts. */
  readonly reworded: number;
  /** The resources that the turn used. */
  readonly usage: Usage;
}

/** Time saved and work discarded by the speculative replies of a turn. */
export interface SpeculationFigures {
  /** Whether the answer was started before the commit. */
  readonly kept: boolean;
  /** How much sooner the answer came, ms. */
  readonly savedMs: number;
  /** The number of discarded answers, and of the pieces of text that the model wrote for them. */
  readonly discarded: number;
  readonly discardedTokens: number;
}

const noSpeculation: SpeculationFigures = { kept: false, savedMs: 0, discarded: 0, discardedTokens: 0 };

/** How a stage acquired its connection: whether it was already open, and how long that took, ms. */
export type Connections = { readonly [Of in Stage]?: { readonly reused: boolean; readonly ms: number } };

/** The stages of `total`, in their order. */
export const stages = ['endpointing', 'llm', 'sentence', 'tts', 'output'] as const;

/** How {@link turnMetrics} measures time. */
export interface TurnMetricsOptions {
  /** The clock. Default RxJS's own (whole ms; virtual in virtual time); `performance` is finer. */
  readonly clock?: TimestampProvider;
}

/**
 * One record of figures for every committed turn, at the moment it or the call ends, also by an error: derived from the events of a call and the
 * times they are seen here, and from nothing else. Subscribe it before the call is placed.
 *
 * @example
 * const call$ = voice.conversation$(input, output).pipe(share());
 * call$.pipe(turnMetrics()).subscribe(({ turn, total }) => console.log(`turn ${turn}: ${total} ms`));
 * call$.subscribe();
 */
export const turnMetrics =
  ({ clock = asyncScheduler }: TurnMetricsOptions = {}): OperatorFunction<ConversationEvent, TurnMetrics> =>
  event$ =>
    defer(() => {
      const stopwatch = new Stopwatch();
      return concat(
        event$.pipe(
          timestamp(clock),
          each(({ value, timestamp }) => stopwatch.see(value, microsecond(timestamp))),
          catchError((error: unknown) =>
            concat(
              defer(() => stopwatch.end()),
              throwError(() => error),
            ),
          ),
        ),
        defer(() => stopwatch.end()),
      );
    });

/** A time to the microsecond: figures that are printed with three decimals still add up exactly. */
const microsecond = (ms: number): number => Math.round(ms * 1_000) / 1_000;

/** The times of a turn's events, each the first of its kind. */
type Moment = 'voiceEnd' | 'final' | 'committed' | 'token' | 'sentence' | 'audio' | 'output' | 'answered';

const momentOf: { readonly [Type in ConversationEvent['type']]?: Moment } = {
  'bot.token': 'token',
  'bot.filler': 'token',
  'bot.writing': 'sentence',
  'bot.sentence': 'sentence',
  'bot.audio': 'audio',
  'bot.speaking': 'output',
  'bot.answered': 'answered',
};

class Stopwatch {
  /** When the user began to speak again since the commit. */
  #voiceStart: number | undefined;
  /** The turn that was committed and has not ended. */
  #open: number | undefined;
  #finalAt: number | undefined;
  #pausedAt: number | undefined;
  #moments: Partial<Record<Moment, number>> = {};
  #aheadMs = 0;
  /** How long the model took for an answer that was complete before the commit. */
  #answeredMs: number | undefined;
  #speculation = noSpeculation;
  #usage = noUsage;
  #reworded = 0;
  #connections: Connections = {};

  see(event: ConversationEvent, now: number): TurnMetrics[] {
    if ('turn' in event && event.turn === 0) return []; // said unasked
    const moment = momentOf[event.type];
    if (moment !== undefined) this.#moments[moment] ??= now;
    this.#usage = used(this.#usage, event);
    switch (event.type) {
      case 'user.speaking':
        this.#voiceStart = now - event.sinceMs;
        return [];
      case 'user.noise':
      case 'user.ignored':
        this.#voiceStart = undefined;
        return [];
      case 'user.final':
        this.#finalAt = now;
        return [];
      case 'user.said':
        this.#voiceStart = undefined;
        this.#open = event.turn;
        this.#moments = { voiceEnd: now - event.silenceMs, committed: now };
        if (this.#finalAt !== undefined) this.#moments.final = this.#finalAt;
        this.#finalAt = undefined;
        return [];
      case 'call.connected':
        this.#connections = { ...this.#connections, [event.stage]: { reused: event.reused, ms: event.ms } };
        return [];
      case 'bot.spoke':
        return [this.#record(event.turn, 'spoken')];
      case 'bot.speculated':
        this.#speculated(event);
        return [];
      case 'bot.reworded':
        this.#reworded++;
        return [];
      case 'bot.paused':
        this.#pausedAt = now;
        return [];
      case 'bot.resumed':
        this.#pausedAt = undefined;
        return [];
      case 'bot.interrupted':
        return [this.#record(event.turn, 'interrupted', this.#bargeIn(now))];
      case 'turn.failed':
        return [this.#record(event.turn, 'failed')];
      default:
        return [];
    }
  }

  /** The figures of a turn that is not over when the events are. */
  end(): TurnMetrics[] {
    return this.#open === undefined ? [] : [this.#record(this.#open, 'interrupted')];
  }

  #speculated({
    kept,
    aheadMs,
    savedMs,
    tokens,
    answeredMs,
  }: Extract<ConversationEvent, { type: 'bot.speculated' }>): void {
    const { discarded, discardedTokens } = this.#speculation;
    if (kept) {
      this.#aheadMs = aheadMs;
      this.#answeredMs = answeredMs;
    }
    this.#speculation = kept
      ? { ...this.#speculation, kept, savedMs }
      : { ...this.#speculation, discarded: discarded + 1, discardedTokens: discardedTokens + tokens };
  }

  /** From the user's voice to silence; `undefined` if no voice was heard, as when the program interrupts. */
  #bargeIn(now: number): number | undefined {
    return this.#voiceStart === undefined ? undefined : (this.#pausedAt ?? now) - this.#voiceStart;
  }

  #record(turn: number, outcome: TurnMetrics['outcome'], bargeIn?: number): TurnMetrics {
    const span = (from: Moment, to: Moment): number | undefined => {
      const { [from]: start, [to]: end } = this.#moments;
      return start === undefined || end === undefined ? undefined : end - start;
    };
    const parts = {
      endpointing: span('voiceEnd', 'committed') ?? 0,
      llm: span('committed', 'token'),
      sentence: span('token', 'sentence'),
      tts: span('sentence', 'audio'),
      output: span('audio', 'output'),
    };
    this.#open = undefined;
    const stt = span('voiceEnd', 'final');
    const speculation = this.#speculation;
    const aheadMs = this.#aheadMs;
    this.#speculation = noSpeculation;
    const answeredMs = this.#answeredMs;
    this.#aheadMs = 0;
    this.#answeredMs = undefined;
    this.#pausedAt = undefined;
    const connections = this.#connections;
    this.#connections = {};
    const reworded = this.#reworded;
    this.#reworded = 0;
    return {
      turn,
      outcome,
      ...parts,
      total: stages.reduce<number | undefined>((sum, stage) => plus(sum, parts[stage]), 0),
      stt: stt && Math.max(0, stt),
      llmTotal: answeredMs ?? plus(span('committed', 'answered'), aheadMs),
      bargeIn,
      connections,
      speculation,
      reworded,
      usage: this.#usage,
    };
  }
}

const plus = (sum: number | undefined, part: number | undefined): number | undefined =>
  sum === undefined || part === undefined ? undefined : sum + part;
