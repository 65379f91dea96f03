import type { ConversationEvent, TurnMetrics } from '../lib/index.ts';
import { messageOf } from './view/transcript.ts';

/** A turn that failed, as an event. */
export type Failure = Extract<ConversationEvent, { readonly type: 'turn.failed' }>;

/** How many reasons are shown. */
const mostReasons = 3;

/**
 * The message about a call that went to its end, and its exit code: the number of failed turns and the reasons, and 1
 * when not a single one was answered.
 */
export function exitStatus(
  turns: readonly Pick<TurnMetrics, 'outcome' | 'total'>[],
  failures: readonly Failure[],
): { readonly code: 0 | 1; readonly complaint?: string } {
  const answered = turns.some(
    ({ outcome, total }) => outcome === 'spoken' || (outcome === 'interrupted' && total !== undefined),
  );
  const failed = turns.filter(({ outcome }) => outcome === 'failed').length;
  if (failed === 0 && (answered || turns.length === 0)) return { code: 0 };
  const reasons = [...new Set(failures.map(({ stage, cause }) => `${stage}: ${messageOf(cause)}`))];
  const count = answered
    ? `${failed} of ${turns.length} turns failed.`
    : `no turn was answered: ${failed} of ${turns.length} failed.`;
  return { code: answered ? 0 : 1, complaint: [count, ...reasons.slice(0, mostReasons)].join('\n  ') };
}
