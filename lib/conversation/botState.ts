import type { SpeechLedger } from '../tts/speechLedger.ts';

/** The bot's activity at the moment the user speaks. */
export interface BotState {
  /** Idle; or preparing its answer, or the rest of it, in silence; or audible (a paused reply counts as audible). */
  readonly doing: 'nothing' | 'thinking' | 'speaking';
  /** The sentence that is audible or was audible last, and the reply up to its end. */
  readonly sentence: string;
  readonly text: string;
  /** For how long it is certain that nothing may interrupt the bot, ms; 0 if something may. */
  readonly protectedMs: number;
  /** Whether less than `warmUpMs` of the bot's voice was played in this call. */
  readonly warmingUp: boolean;
}

/** A reply in progress. */
export interface OpenReply {
  readonly turn: number;
  readonly ledger: SpeechLedger;
  /** When it began, and how long it may stay silent and still be protected, ms. */
  readonly silentUntil: number;
  /** Whether the whole reply is protected from interruption. */
  readonly uninterruptible: boolean;
}

/** Inputs of {@link botState}. */
export interface BotStateOptions {
  /** Matches sentences that nothing interrupts. */
  readonly protect?: ((sentence: string) => boolean) | undefined;
  /** How much of the bot's voice an echo canceller needs, ms, and how much was played so far. */
  readonly warmUpMs: number;
  readonly heardMs: number;
}

const nothing: BotState = { doing: 'nothing', sentence: '', text: '', protectedMs: 0, warmingUp: false };

/** The shortest interval between two checks of a protected reply, ms. */
const lookAgainMs = 20;

/** The bot's activity now, derived from its reply in progress: audible audio decides. */
export function botState(reply: OpenReply | undefined, options: BotStateOptions, now: number): BotState {
  if (reply === undefined) return nothing;
  const { ledger } = reply;
  const { sentence, text } = ledger;
  return {
    doing: ledger.isUnderWay ? 'speaking' : 'thinking',
    sentence,
    text,
    protectedMs: isProtected(reply, options, now) ? Math.max(lookAgainMs, ledger.sentenceRestMs) : 0,
    warmingUp: options.heardMs + ledger.heardMs < options.warmUpMs,
  };
}

/**
 * Whether nothing may interrupt a reply now. A sentence is protected only while it is audible. A protected reply is
 * also protected before its first sound, but not indefinitely: its audio may never arrive.
 */
function isProtected(
  { ledger, uninterruptible, silentUntil }: OpenReply,
  { protect }: BotStateOptions,
  now: number,
): boolean {
  if (ledger.playhead.held) return false;
  if (uninterruptible) return ledger.isSounding || now < silentUntil;
  return ledger.isSounding && ledger.sentence !== '' && protect?.(ledger.sentence) === true;
}
