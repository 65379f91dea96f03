import { asyncScheduler, concat, defer, EMPTY, expand, mergeMap, type Observable, timer } from 'rxjs';
import { type OperatorFunction, switchMap } from 'rxjs';
import type { UserTurn } from '../stt/userTurns.ts';
import { type BotState, interruption, type InterruptionOptions, type Verdict } from './interruption.ts';

/** What it takes to interrupt the bot. */
export interface BargeInProfile extends InterruptionOptions {
  /**
   * What a voice does before there are words: `pause` silences the bot at once and lets it go on where it was if no
   * words follow; `cut` ends the reply; `wait` lets the bot speak until there are words.
   *
   * @defaultValue `pause`
   */
  readonly onVoice?: 'pause' | 'cut' | 'wait';
  /** How long a voice must last before it does, ms. Default 0. */
  readonly minVoiceMs?: number;
  /** How long a paused bot waits for words that count after the last sign of them, ms. Default 2,000. */
  readonly resumeMs?: number;
}

/** When the user interrupts the bot. Each piece may be replaced alone. */
export interface BargeInOptions extends BargeInProfile {
  /** What is different while the bot works on its answer. */
  readonly thinking?: BargeInProfile;
  /** What is different while the bot is heard. */
  readonly speaking?: BargeInProfile;
  /** Judges words. Default {@link interruption}. */
  readonly judge?: (text: string, bot: BotState, options: InterruptionOptions) => Verdict;
  /** Sentences of the bot that nothing interrupts; what the user says meanwhile is answered after. Default: none. */
  readonly protect?: (sentence: string) => boolean;
  /**
   * While the echo canceller of a device still learns, for so much of the bot's own voice in a call, ms, a mere voice
   * does nothing, and neither do the bot's own words. Default 0.
   */
  readonly warmUpMs?: number;
}

/** Who has the floor. */
export type Floor =
  /** The bot falls silent, for now; or goes on where it was. */
  | { readonly type: 'pause'; readonly turn: number }
  | { readonly type: 'resume'; readonly turn: number }
  /** The user has it: what the bot was about is over. */
  | { readonly type: 'cut'; readonly turn: number }
  /** The user does not want it after all: nothing was said, and the bot is about nothing. */
  | { readonly type: 'yield'; readonly turn: number }
  /** This was said, but was no interruption: neither a turn, nor the end of the bot's. */
  | {
      readonly type: 'ignored';
      readonly turn: number;
      readonly text: string;
      readonly why: Exclude<Verdict, 'interrupts'>;
    };

/**
 * Decides who has the floor when the user is heard while the bot thinks or speaks. Turns that get it pass; those that
 * don't become `ignored`.
 *
 * @example
 * userTurn$.pipe(bargeIn({ minWords: 2, thinking: { minWords: 1 } }, () => bot))
 */
export const bargeIn =
  (
    options: BargeInOptions,
    bot: () => BotState,
    sinceMs: (positionMs: number) => number = () => 0,
  ): OperatorFunction<UserTurn, UserTurn | Floor> =>
  turn$ =>
    defer(() => {
      const floor = new FloorKeeper(options, bot, sinceMs);
      const wait = (): Observable<unknown> => (floor.dueInMs === undefined ? EMPTY : timer(floor.dueInMs));
      // `expand` and no recursion: one that waits for long would be thousands of subscriptions deep.
      const later$ = defer(wait).pipe(
        expand(wait),
        mergeMap(() => floor.due()),
      );
      return turn$.pipe(switchMap(event => concat(floor.hear(event), later$)));
    });

type Said = Extract<UserTurn, { readonly type: 'said' }>;
type Ignored = Extract<Floor, { readonly type: 'ignored' }>;

class FloorKeeper {
  readonly #options: BargeInOptions;
  readonly #bot: () => BotState;
  readonly #sinceMs: (positionMs: number) => number;
  #turn = 0;
  /** Whether a turn of the user's is open, and whether it has the floor. */
  #open = false;
  #users = false;
  #finals: readonly string[] = [];
  #voiceAt: number | undefined;
  #resumeAt: number | undefined;
  /** The turns that were said under a sentence that nothing interrupts. */
  #queued: readonly (Said | Ignored)[] = [];

  constructor(options: BargeInOptions, bot: () => BotState, sinceMs: (positionMs: number) => number) {
    this.#options = options;
    this.#bot = bot;
    this.#sinceMs = sinceMs;
  }

  hear(event: UserTurn): (UserTurn | Floor)[] {
    return [...this.#late(), ...this.#hear(event)];
  }

  #hear(event: UserTurn): (UserTurn | Floor)[] {
    this.#turn = event.turn;
    switch (event.type) {
      case 'speaking':
        this.#open = true;
        return [event, ...this.#voice(event.at)];
      case 'interim':
        return [event, ...this.#words([event.text])];
      case 'final':
        this.#finals = [...this.#finals, event.text];
        return [event, ...this.#words(this.#finals)];
      case 'silent':
        return [event, ...this.#silent()];
      case 'said':
        return this.#said(event);
      case 'quiet':
        this.#voiceAt = undefined;
        this.#stayPaused();
        return this.#users ? [event] : [];
      case 'eager':
      case 'resumed':
        return this.#users ? [event] : [];
    }
  }

  /** When something is to be decided though nothing was heard; nothing when not. */
  get dueInMs(): number | undefined {
    const now = asyncScheduler.now();
    const queuedAt = this.#queued.length === 0 || this.#open ? Infinity : now + this.#bot().protectedMs;
    const next = Math.min(this.#voiceAt ?? Infinity, this.#resumeAt ?? Infinity, queuedAt);
    return next === Infinity ? undefined : Math.max(0, Math.ceil(next - now));
  }

  due(): (UserTurn | Floor)[] {
    const now = asyncScheduler.now();
    if (this.#voiceAt !== undefined && this.#voiceAt <= now) return this.#lasting();
    if (this.#resumeAt !== undefined && this.#resumeAt <= now) return this.#resume();
    return this.#late();
  }

  /** What had to wait, once it need not any more. While the user speaks again it is not the bot's turn either. */
  #late(): (UserTurn | Floor)[] {
    if (this.#queued.length === 0 || this.#open || this.#bot().protectedMs > 0) return [];
    const queued = this.#queued;
    this.#queued = [];
    return queued.flatMap((waited): (UserTurn | Floor)[] =>
      waited.type === 'said' ? [{ type: 'cut', turn: waited.turn } as const, waited] : [waited],
    );
  }

  /** What does not have to wait, but does not overtake what has to. */
  #inOrder(ignored: Ignored): (UserTurn | Floor)[] {
    if (this.#queued.length === 0) return [ignored];
    this.#queued = [...this.#queued, ignored];
    return this.#late();
  }

  get #profile(): BargeInProfile {
    const { thinking, speaking, ...both } = this.#options;
    return { ...both, ...(this.#bot().doing === 'thinking' ? thinking : speaking) };
  }

  /** A voice is heard. */
  #voice(at: number): Floor[] {
    const bot = this.#bot();
    if (bot.doing === 'nothing') return this.#take();
    const { onVoice = 'pause', minVoiceMs = 0 } = this.#profile;
    if (onVoice === 'wait' || bot.protectedMs > 0 || bot.warmingUp) return [];
    this.#voiceAt = asyncScheduler.now() + minVoiceMs - this.#sinceMs(at + 1);
    return minVoiceMs === 0 || this.dueInMs === 0 ? this.#lasting() : [];
  }

  /** A voice has lasted long enough to do something. */
  #lasting(): Floor[] {
    this.#voiceAt = undefined;
    const { doing, protectedMs } = this.#bot();
    if (this.#users || protectedMs > 0 || doing === 'nothing') return [];
    if (this.#profile.onVoice === 'cut') return this.#take();
    if (this.#resumeAt !== undefined) return [];
    this.#resumeAt = Infinity;
    this.#stayPaused();
    return [{ type: 'pause', turn: this.#turn }];
  }

  #words(texts: readonly string[]): Floor[] {
    if (this.#users) return [];
    if (this.#judge(texts.join(' ')) !== 'interrupts') {
      this.#stayPaused();
      return [];
    }
    return this.#bot().protectedMs > 0 ? [] : this.#take();
  }

  #said(said: Said): (UserTurn | Floor)[] {
    const { doing, protectedMs } = this.#bot();
    const verdict = this.#users ? 'interrupts' : this.#judge(said.text);
    this.#close();
    if (verdict !== 'interrupts') {
      const ignored = { type: 'ignored', turn: said.turn, text: said.text, why: verdict } as const;
      return [...this.#inOrder(ignored), ...this.#resume()];
    }
    this.#resumeAt = undefined;
    if (protectedMs > 0) {
      this.#queued = [...this.#queued, said];
      return [];
    }
    // The bot may be about something also while the user has the floor: a program had it speak.
    if (doing === 'nothing' && this.#queued.length === 0) return [said];
    return [...this.#late(), { type: 'cut', turn: said.turn }, said];
  }

  #silent(): (UserTurn | Floor)[] {
    const yields = this.#users || this.#bot().doing === 'nothing';
    this.#close();
    const late = this.#late();
    if (late.length > 0) return late;
    return yields ? [{ type: 'yield', turn: this.#turn }] : this.#resume();
  }

  #judge(text: string): Verdict {
    const bot = this.#bot();
    if (bot.doing === 'nothing') return 'interrupts';
    return (this.#options.judge ?? interruption)(text, bot, this.#profile);
  }

  /** The user takes the floor. */
  #take(): Floor[] {
    this.#users = true;
    this.#voiceAt = undefined;
    this.#resumeAt = undefined;
    return [{ type: 'cut', turn: this.#turn }];
  }

  #close(): void {
    this.#open = false;
    this.#users = false;
    this.#finals = [];
    this.#voiceAt = undefined;
  }

  /** As long as there may be more words the bot stays silent. */
  #stayPaused(): void {
    if (this.#resumeAt === undefined) return;
    this.#resumeAt = asyncScheduler.now() + (this.#profile.resumeMs ?? 2_000);
  }

  #resume(): Floor[] {
    if (this.#resumeAt === undefined) return [];
    this.#resumeAt = undefined;
    return [{ type: 'resume', turn: this.#turn }];
  }
}
