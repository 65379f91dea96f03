import { type OperatorFunction, pipe, tap } from 'rxjs';
import { RxvoiceError } from '../errors.ts';
import { endingWith } from '../rx/endingWith.ts';
import { stateMachine } from '../rx/stateMachine.ts';
import type { SttEvent } from './stt.ts';
import { turnMachine } from './turnMachine.ts';
import type { UserTurnEvent } from './userTurnEvent.ts';

export type { UserTurnEvent } from './userTurnEvent.ts';

/** When a user's turn ends. */
export interface UserTurnsOptions {
  /** The longest turn, ms; later words belong to the next turn. Default 20,000; `Infinity` for no limit. */
  readonly maxMs?: number;
  /** The most final words in a turn, in any script. Default `Infinity`: no limit. */
  readonly maxWords?: number;
}

/**
 * Folds an engine's events into the user's turns. Each turn begins with one `speaking`. It ends with `utteranceEnd`,
 * or at `maxMs` with the words that are final by then (if none is, with the next final). Later words form the next
 * turn, so that nothing is lost or doubled. Text without a letter or digit, of any script, does not count. Words that
 * are still open when the audio ends or the engine fails are emitted too.
 *
 * @throws RxvoiceError for a `maxMs` of 0 or less.
 */
export const userTurns = ({ maxMs = 20_000, maxWords = Infinity }: UserTurnsOptions = {}): OperatorFunction<
  SttEvent,
  UserTurnEvent
> => {
  if (!(maxMs > 0))
    throw new RxvoiceError(`turns.maxMs: expected more than 0 ms, or Infinity for never, but got ${maxMs}.`);
  return pipe(tap<SttEvent>(refuseUnknown), endingWith(over), stateMachine(turnMachine(maxMs, maxWords)));
};

/** The engine has completed or failed. */
const over = { type: 'over' } as const;

const known: ReadonlySet<string> = new Set<SttEvent['type']>([
  'speechStart',
  'interim',
  'final',
  'eagerEnd',
  'resumed',
  'speechEnd',
  'utteranceEnd',
]);

/** An engine of the program's own may emit other types, since not all callers use TypeScript. */
function refuseUnknown({ type }: { readonly type: string }): void {
  if (known.has(type)) return;
  throw new RxvoiceError(
    `The speech-to-text engine emitted '${type}': emit speechStart, interim, final, eagerEnd, resumed, speechEnd or utteranceEnd.`,
    { stage: 'stt' },
  );
}
