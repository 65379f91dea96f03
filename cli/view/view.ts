import type { ConversationEvent, TurnMetrics } from '../../lib/index.ts';
import type { Summary } from '../../lib/operators.ts';

/** Shows a call to a person or a program. */
export interface View {
  /** Something happened, `at` ms after the call was placed. */
  event(event: ConversationEvent, at: number): void;
  /** A turn has ended. */
  turn(metrics: TurnMetrics): void;
  /** A remark that is no part of the call. */
  note(text: string): void;
  /** The call is over. */
  end(summary: Summary): void;
  /** Shows how things are at this moment; called about twenty times a second where there is a screen. */
  draw?(): void;
}
