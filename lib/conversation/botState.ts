import type { SpeechLedger } from '../tts/speechLedger.ts';

/** What the bot is doing while the user is heard. */
export interface BotState {
  /**
   * Nothing; or it works on its answer, or on the rest of it, and nothing sounds now; or its voice is heard now (or would
   * be, were the reply not paused).
   */
  readonly doing: 'nothing' | 'thinking' | 'speaking';
  /** What it is saying: the sentence that is heard now, or was heard last, and all of it so far. */
  readonly sentence: string;
  readonly text: string;
  /** When nothing may interrupt it: how long that is certain for, ms. Else 0. */
  readonly protectedMs: number;
  /** Within the first `warmUpMs` of the bot's own voice in this call. */
  readonly warmingUp: boolean;
}

/** A reply in progress. */
export interface OpenReply {
  readonly turn: number;
  readonly ledger: SpeechLedger;
  /** When it began, and until when it may be silent and still be protected, ms. */
  readonly silentUntil: number;
  /** Whether nothing interrupts any of it. */
  readonly uninterruptible: boolean;
}

/** What the state of the bot is computed from. */
export interface BotStateOptions {
  /** Sentences that nothing interrupts. */
  readonly protect?: ((sentence: string) => boolean) | undefined;
  /** How much of the bot's voice an echo canceller needs to learn, ms, and how much it has had. */
  readonly warmUpMs: number;
  readonly heardMs: number;
}

const nothing: BotState = { doing: 'nothing', sentence: '', text: '', protectedMs: 0, warmingUp: false };

/** What is protected is looked at again after this long at the least, ms. */
const lookAgainMs = 20;

/** What the bot is doing now, taken from its reply in progress: what sounds now decides. */
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
 * Whether nothing may interrupt a reply now. A sentence is protected while it is heard, and neither before nor after; a
 * reply also before its first sound, but not for ever: its voice may never come.
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
