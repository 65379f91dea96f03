import { map, type OperatorFunction, pipe } from 'rxjs';
import { ofType } from '../rx/ofType.ts';
import type { SttEvent } from './stt.ts';
import { userTurns, type UserTurnsOptions } from './userTurns.ts';

/** The user's words in one turn, as a message for the model. */
export interface Utterance {
  readonly role: 'user';
  readonly content: string;
  /** The turn: 1, 2, … */
  readonly turn: number;
  /** Where the voice ended, ms of the input's audio. */
  readonly end: number;
}

/**
 * Emits one message for each turn of the user's: the finals between two `utteranceEnd`s.
 *
 * @example
 * mic$.pipe(stt, utterances(), switchMap(utterance => llm([...history, utterance])))
 */
export const utterances = (options: UserTurnsOptions = {}): OperatorFunction<SttEvent, Utterance> =>
  pipe(
    userTurns(options),
    ofType('said'),
    map(({ turn, text, end }) => ({ role: 'user', content: text, turn, end })),
  );
