import { asyncScheduler, defer, type Observable, tap } from 'rxjs';
import { SpeechLedger } from '../tts/speechLedger.ts';
import type { VoiceTimes } from '../tts/voiceTimes.ts';
import type { BargeInOptions } from './bargeInOptions.ts';
import { type BotState, botState, type OpenReply } from './botState.ts';
import type { BotEvent, UserEvent } from './events.ts';
import type { SpeculationMeter } from './speculationMeter.ts';

/** How long a protected reply may stay silent and still delay the user, ms. */
const protectedSilenceMs = 5_000;

/**
 * The one feedback edge of a conversation: the reply in progress, on which the effect of the user's voice depends.
 * Replies run through it, and nothing else changes it.
 */
export class CurrentReply {
  readonly #bargeIn: BargeInOptions;
  readonly #times: VoiceTimes;
  #reply: OpenReply | undefined;
  #guess: SpeculationMeter | undefined;
  /** The turn whose reply was cut last; cleared when the next reply begins. */
  #cutTurn: number | undefined;
  /** How much of the bot's voice was played in earlier replies, ms. */
  #heardMs = 0;

  constructor(bargeIn: BargeInOptions, times: VoiceTimes) {
    this.#bargeIn = bargeIn;
    this.#times = times;
  }

  /** A ledger for a reply of this call. */
  ledger(): SpeechLedger {
    return new SpeechLedger(this.#times);
  }

  /**
   * Runs a reply as the current one. It ends before its last event is emitted, so that a command in answer to that
   * event does not cut it.
   */
  run(
    turn: number,
    reply$: Observable<BotEvent>,
    ledger: SpeechLedger,
    uninterruptible = false,
  ): Observable<BotEvent> {
    return defer(() => {
      this.begin(turn, ledger, uninterruptible);
      return reply$.pipe(tap(event => this.see(event)));
    });
  }

  /** Makes a reply the current one. */
  begin(turn: number, ledger: SpeechLedger, uninterruptible = false): void {
    this.#cutTurn = undefined;
    this.#guess = undefined;
    const silentUntil = asyncScheduler.now() + protectedSilenceMs;
    this.#reply = { turn, ledger, uninterruptible, silentUntil };
  }

  /** Updates the current reply from one of its events. */
  see({ type }: BotEvent): void {
    if (type === 'bot.spoke' || type === 'turn.failed') this.#end();
  }

  /** Registers a speculative answer, which may be discarded. */
  guess(guess: SpeculationMeter): void {
    this.#guess = guess;
  }

  /**
   * Ends whatever is in progress. Returns the events of the discarded answer and of the cut reply, with the words the
   * user heard.
   */
  cut(): BotEvent[] {
    const guess = this.#guess;
    this.#guess = undefined;
    const discarded = guess === undefined ? [] : [guess.event(false)];
    const reply = this.#end();
    if (reply === undefined) return discarded;
    const { turn, ledger } = reply;
    const { heard, text, heardMs: audioMs } = ledger;
    this.#cutTurn = turn;
    return [...discarded, { type: 'bot.interrupted', turn, heard, text, audioMs }];
  }

  /** Corrects the words heard of the reply that was cut last, as the voice's own service reports them. */
  corrected(heard: string): UserEvent[] {
    return this.#cutTurn === undefined ? [] : [{ type: 'user.heard', turn: this.#cutTurn, heard }];
  }

  /** The voice says a sentence of the current reply in other words. */
  reworded(text: string, spoken: string): BotEvent[] {
    return this.#reply === undefined || spoken === text
      ? []
      : [{ type: 'bot.reworded', turn: this.#reply.turn, text, spoken }];
  }

  /** How long the audio that was handed over still plays, ms; 0 when silent. */
  get soundingMs(): number {
    const ledger = this.#reply?.ledger;
    return ledger === undefined || ledger.playhead.held ? 0 : ledger.restMs;
  }

  /** The bot's activity now. */
  get state(): BotState {
    const { protect, warmUpMs = 0 } = this.#bargeIn;
    return botState(this.#reply, { protect, warmUpMs, heardMs: this.#heardMs }, asyncScheduler.now());
  }

  #end(): OpenReply | undefined {
    const reply = this.#reply;
    this.#reply = undefined;
    this.#heardMs += reply?.ledger.heardMs ?? 0;
    return reply;
  }
}
