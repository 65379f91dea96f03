import { asyncScheduler, defer, type Observable, tap } from 'rxjs';
import { SpeechLedger } from '../tts/speechLedger.ts';
import type { VoiceTimes } from '../tts/voiceTimes.ts';
import type { BargeInOptions } from './bargeIn.ts';
import { type BotState, botState, type OpenReply } from './botState.ts';
import type { BotEvent, UserEvent } from './events.ts';
import type { Speculated } from './speculated.ts';

/** A reply that nothing interrupts may be silent this long and still be waited for, ms. */
const protectedSilenceMs = 5_000;

/**
 * The one feedback edge of a conversation: the reply in progress, which decides what the user's voice does. Replies run
 * through it; nothing else changes it.
 */
export class CurrentReply {
  readonly #bargeIn: BargeInOptions;
  readonly #times: VoiceTimes;
  #reply: OpenReply | undefined;
  #guess: Speculated | undefined;
  /** The turn whose reply was cut last, until the next reply begins. */
  #cutTurn: number | undefined;
  /** How much of the bot's voice was heard in the replies that are over, ms. */
  #heardMs = 0;

  constructor(bargeIn: BargeInOptions, times: VoiceTimes) {
    this.#bargeIn = bargeIn;
    this.#times = times;
  }

  /** A ledger for a reply of this call. */
  ledger(): SpeechLedger {
    return new SpeechLedger(this.#times);
  }

  /** Runs a reply as the current one. It is over before its last event is emitted: a command in answer to that does not cut it. */
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

  /** A reply begins to be the current one. */
  begin(turn: number, ledger: SpeechLedger, uninterruptible = false): void {
    this.#cutTurn = undefined;
    this.#guess = undefined;
    const silentUntil = asyncScheduler.now() + protectedSilenceMs;
    this.#reply = { turn, ledger, uninterruptible, silentUntil };
  }

  /** An event of the current reply. */
  see({ type }: BotEvent): void {
    if (type === 'bot.spoke' || type === 'turn.failed') this.#end();
  }

  /** An answer is begun that may be discarded. */
  guess(guess: Speculated): void {
    this.#guess = guess;
  }

  /** Ends whatever is in progress: the answer that is discarded, the reply that is cut and what the user heard of it. */
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

  /** The voice's own service reports what was heard of the reply that was cut last. */
  corrected(heard: string): UserEvent[] {
    return this.#cutTurn === undefined ? [] : [{ type: 'user.heard', turn: this.#cutTurn, heard }];
  }

  /** How long the bot's voice is still to be heard, as far as it was handed over, ms; 0 while it is silent. */
  get soundingMs(): number {
    const ledger = this.#reply?.ledger;
    return ledger === undefined || ledger.playhead.held ? 0 : ledger.restMs;
  }

  /** What the bot is doing now. */
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
