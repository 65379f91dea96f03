import type { Step } from '../../rx/stateMachine.ts';
import type { SttEvent } from '../stt.ts';
import type { EndingState, OpenTurn } from './endingState.ts';

/** A step of `endOfTurn`. */
export type EndingStep = Step<EndingState, SttEvent>;

/** Nothing changes, and nothing is emitted. */
export const stay = (state: EndingState): EndingStep => ({ state, emit: [] });

/** The user goes on: an end that was waited for is void. Emits `resumed` after an `eagerEnd`. */
export const resumed = (turn: OpenTurn): readonly [OpenTurn, readonly SttEvent[]] =>
  turn.ended === undefined && !turn.isReady
    ? [turn, []]
    : [{ ...turn, isReady: false, ended: undefined }, turn.isReady ? [{ type: 'resumed' }] : []];
