import type { OperatorFunction } from 'rxjs';
import { stateMachine } from '../rx/stateMachine.ts';
import type { UserTurnEvent } from '../stt/userTurns.ts';
import type { BargeInOptions } from './bargeInOptions.ts';
import type { BotState } from './botState.ts';
import { type FloorEvent, floor } from './floor.ts';

/**
 * Gives the floor to the user or the bot when the user speaks while the bot thinks or speaks; see {@link floor}. Turns
 * that take the floor pass; the others become `ignored`.
 *
 * @example
 * userTurn$.pipe(bargeIn({ minWords: 2, thinking: { minWords: 1 } }, () => bot))
 */
export const bargeIn = (
  options: BargeInOptions,
  bot: () => BotState,
  sinceMs: (positionMs: number) => number = () => 0,
): OperatorFunction<UserTurnEvent, UserTurnEvent | FloorEvent> =>
  stateMachine(floor({ options, bot, sinceMs }));
