import type { Machine, Step } from '../rx/stateMachine.ts';
import type { UserTurnEvent } from '../stt/userTurns.ts';
import type { BargeInOptions, BargeInProfile } from './bargeInOptions.ts';
import type { BotState } from './botState.ts';
import { interruption, mayBecomeBackchannel, type Verdict } from './interruption.ts';

/** Changes of the floor, that is, of the right to speak. */
export type FloorEvent =
  /** The bot falls silent for now, or resumes where it stopped. */
  | { readonly type: 'pause'; readonly turn: number }
  | { readonly type: 'resume'; readonly turn: number }
  /** The user takes the floor; the bot's current reply is over. */
  | { readonly type: 'cut'; readonly turn: number }
  /** Words that were no interruption: they neither become a turn nor end the bot's. */
  | {
      readonly type: 'ignored';
      readonly turn: number;
      readonly text: string;
      readonly reason: Exclude<Verdict, 'interrupts'>;
    };

type Said = Extract<UserTurnEvent, { readonly type: 'said' }>;
type Ignored = Extract<FloorEvent, { readonly type: 'ignored' }>;

/**
 * The holder of the floor. `free`: the bot may speak; `voice`: it still may, but the user's voice is heard and counts
 * at `dueAt`; `paused`: the bot is silent until there are words, or until `dueAt`; `user`: the user has the floor.
 */
export interface FloorState {
  readonly holder: 'free' | 'voice' | 'paused' | 'user';
  readonly dueAt: number;
  /** The user's latest turn, whether it is open, and its final words. */
  readonly turn: number;
  readonly open: boolean;
  readonly finals: readonly string[];
  /** The user's words during a protected sentence. */
  readonly waiting: readonly (Said | Ignored)[];
}

/** Inputs of a step from the rest of the call. */
export interface FloorContext {
  readonly options: BargeInOptions;
  readonly bot: () => BotState;
  /** How long ago a position in the user's audio arrived, ms. */
  readonly sinceMs: (positionMs: number) => number;
}

type FloorStep = Step<FloorState, UserTurnEvent | FloorEvent>;

const free = { holder: 'free', dueAt: Infinity } as const;

/**
 * The floor as a state machine, pure except that it reads the bot's current activity. No state is permanent: `voice`
 * and `paused` have a `dueAt`, `waiting` words wait for the end of the audible sentence, and `user` ends with the
 * user's turn.
 */
export const floor = (
  context: FloorContext,
): Machine<UserTurnEvent, FloorState, UserTurnEvent | FloorEvent> => ({
  initial: { ...free, turn: 0, open: false, finals: [], waiting: [] },
  step: (state, event, now) => {
    const released = release(state, context);
    const next =
      event.type === 'due' ? due(released.state, context, now) : hear(released.state, event, context, now);
    return { state: next.state, emit: [...released.emit, ...next.emit] };
  },
  dueAt: ({ dueAt, waiting, open }, now) =>
    Math.min(dueAt, waiting.length === 0 || open ? Infinity : now + context.bot().protectedMs),
});

function hear(before: FloorState, event: UserTurnEvent, context: FloorContext, now: number): FloorStep {
  const state = { ...before, turn: event.turn };
  switch (event.type) {
    case 'speaking':
      return after(event, voice({ ...state, open: true }, event.at, context, now));
    case 'interim':
      return after(event, words(state, [event.text], context, now));
    case 'final': {
      const finals = [...state.finals, event.text];
      return after(event, words({ ...state, finals }, finals, context, now));
    }
    case 'quiet': {
      const quiet = state.holder === 'voice' ? { ...state, ...free } : longer(state, context, now);
      return { state: quiet, emit: state.holder === 'user' ? [event] : [] };
    }
    case 'eager':
    case 'resumed':
      // The program may have the bot speak while the user has the floor: a guess does not cut that.
      return { state, emit: state.holder === 'user' && context.bot().doing === 'nothing' ? [event] : [] };
    case 'silent':
      return after(event, close(state, context));
    case 'said':
      return said(state, event, context);
  }
}

/** `dueAt` has come: a voice now counts, or a paused bot resumes. */
function due(state: FloorState, context: FloorContext, now: number): FloorStep {
  if (state.dueAt > now) return stay(state);
  if (state.holder === 'voice') return lasting(state, context, now);
  return { state: { ...state, ...free }, emit: [{ type: 'resume', turn: state.turn }] };
}

/** A voice began. */
function voice(state: FloorState, at: number, context: FloorContext, now: number): FloorStep {
  const bot = context.bot();
  if (bot.doing === 'nothing') return take(state);
  const { onVoice = 'pause', minVoiceMs = 0 } = profileOf(context);
  if (onVoice === 'wait' || bot.protectedMs > 0 || bot.warmingUp) return stay(state);
  // The voice begins after that position, so a frame that ends there does not hold it.
  const countsAt = now + minVoiceMs - context.sinceMs(at + 1);
  if (minVoiceMs === 0 || countsAt <= now) return lasting(state, context, now);
  return stay({ ...state, holder: 'voice', dueAt: countsAt });
}

/** A voice has lasted long enough to count. */
function lasting(state: FloorState, context: FloorContext, now: number): FloorStep {
  const { doing, protectedMs } = context.bot();
  if (protectedMs > 0 || doing === 'nothing') return stay({ ...state, ...free });
  if (profileOf(context).onVoice === 'cut') return take(state);
  return {
    state: longer({ ...state, holder: 'paused' }, context, now),
    emit: [{ type: 'pause', turn: state.turn }],
  };
}

function words(state: FloorState, texts: readonly string[], context: FloorContext, now: number): FloorStep {
  if (state.holder === 'user') return stay(state);
  const text = texts.join(' ');
  if (judge(text, context) !== 'interrupts' || mayStillChange(text, context))
    return stay(longer(state, context, now));
  return context.bot().protectedMs > 0 ? stay(state) : take(state);
}

function said(state: FloorState, event: Said, context: FloorContext): FloorStep {
  const { doing, protectedMs } = context.bot();
  const verdict = state.holder === 'user' ? 'interrupts' : judge(event.text, context);
  if (verdict !== 'interrupts') {
    const ignored = { type: 'ignored', turn: event.turn, text: event.text, reason: verdict } as const;
    // Words must not overtake earlier ones that wait.
    if (state.waiting.length === 0) return after(ignored, close(state, context));
    return close({ ...state, waiting: [...state.waiting, ignored] }, context);
  }
  if (protectedMs > 0) return close({ ...state, waiting: [...state.waiting, event] }, context);
  const closed = release({ ...state, ...free, open: false, finals: [] }, context);
  // The bot may have a reply even while the user has the floor: a command can start one.
  const idle = doing === 'nothing' && state.waiting.length === 0;
  const cut = idle ? [] : [{ type: 'cut', turn: event.turn } as const];
  return { state: closed.state, emit: [...closed.emit, ...cut, event] };
}

/** The user's turn ended without words for the bot: a paused bot resumes. */
function close(state: FloorState, context: FloorContext): FloorStep {
  const resumed = state.holder === 'paused' ? [{ type: 'resume', turn: state.turn } as const] : [];
  const released = release({ ...state, ...free, open: false, finals: [] }, context);
  return { state: released.state, emit: [...resumed, ...released.emit] };
}

/** Emits the words that waited, as soon as nothing is protected and the user is silent. */
function release(state: FloorState, context: FloorContext): FloorStep {
  if (state.waiting.length === 0 || state.open || context.bot().protectedMs > 0) return stay(state);
  const emit = state.waiting.flatMap((event): (UserTurnEvent | FloorEvent)[] =>
    event.type === 'said' ? [{ type: 'cut', turn: event.turn }, event] : [event],
  );
  return { state: { ...state, waiting: [] }, emit };
}

/** The user takes the floor. */
const take = (state: FloorState): FloorStep => ({
  state: { ...state, ...free, holder: 'user' },
  emit: [{ type: 'cut', turn: state.turn }],
});

/** While more words may come, a paused bot stays silent. */
const longer = (state: FloorState, context: FloorContext, now: number): FloorState =>
  state.holder === 'paused' ? { ...state, dueAt: now + (profileOf(context).resumeMs ?? 2_000) } : state;

const stay = (state: FloorState): FloorStep => ({ state, emit: [] });

const after = (event: UserTurnEvent | FloorEvent, { state, emit }: FloorStep): FloorStep => ({
  state,
  emit: [event, ...emit],
});

function judge(text: string, context: FloorContext): Verdict {
  const bot = context.bot();
  if (bot.doing === 'nothing') return 'interrupts';
  return (context.options.judge ?? interruption)(text, bot, profileOf(context));
}

/** The rules for the bot's current activity. */
function profileOf({ options, bot }: FloorContext): BargeInProfile {
  const { thinking, speaking, ...both } = options;
  const { doing } = bot();
  return { ...both, ...(doing === 'thinking' ? thinking : doing === 'speaking' ? speaking : undefined) };
}

/** A judge in the options has the last word at once. */
function mayStillChange(text: string, context: FloorContext): boolean {
  const bot = context.bot();
  if (bot.doing === 'nothing' || context.options.judge !== undefined) return false;
  return mayBecomeBackchannel(text, bot, profileOf(context));
}
