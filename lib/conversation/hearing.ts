import {
  identity,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  pipe,
  tap,
} from 'rxjs';
import type { AudioClock } from '../audio/audioClock.ts';
import { type AudioFrame, silence } from '../audio/frame.ts';
import { halfDuplex } from '../audio/halfDuplex.ts';
import { RecentAudio } from '../audio/recentAudio.ts';
import { finishing } from '../rx/finishing.ts';
import { without } from '../rx/ofType.ts';
import { endingAtCommand } from '../stt/endingAtCommand.ts';
import { endOfTurn } from '../stt/endOfTurn.ts';
import type { Stt } from '../stt/stt.ts';
import { type UserTurnEvent, userTurns } from '../stt/userTurns.ts';
import { withVad } from '../stt/withVad.ts';
import { bargeIn } from './bargeIn.ts';
import type { ConversationOptions } from './conversationOptions.ts';
import type { CurrentReply } from './currentReply.ts';
import type { FloorEvent } from './floor.ts';
import { eagerly } from './eagerly.ts';
import { withSilences } from './withSilences.ts';

/** After the input completes, speech-to-text is taken for complete once it has emitted nothing for this long, ms. */
const sttRestMs = 20_000;

/**
 * Turns the user's audio into turns and floor events: speech-to-text, the end of a turn, turns, speculative guesses,
 * barge-in. Subscribe it once a call: `clock` records when audio arrives. `endTurn$`: the program ends the user's turn.
 */
export function hearing(
  {
    turns,
    vad,
    bargeIn: options = {},
    halfDuplex: half = false,
    speculation = false,
    operators = {},
  }: Omit<ConversationOptions, 'stt' | 'llm' | 'tts'>,
  stt: Stt,
  current: CurrentReply,
  clock: AudioClock,
  endTurn$: Observable<unknown>,
): OperatorFunction<AudioFrame, UserTurnEvent | FloorEvent> {
  const sinceMs = (positionMs: number): number => clock.sinceMs(positionMs);
  const recent = turns?.completeness && new RecentAudio();
  const guesses = speculation === true ? {} : speculation;

  const listening: MonoTypeOperatorFunction<AudioFrame> = pipe(
    half === false ? identity : halfDuplex(() => current.soundingMs, half === true ? {} : half),
    tap(frame => {
      clock.arrived(frame);
      recent?.heard(frame);
    }),
  );
  const heard = pipe(
    vad === undefined ? stt : withVad(stt, vad),
    operators.transcripts ?? identity,
    endingAtCommand(stt, endTurn$, () => clock.positionMs),
    endOfTurn(turns, { sinceMs, audio: () => recent?.audio ?? silence(0) }),
  );
  const detected = guesses === false || vad !== undefined ? heard : withSilences(heard, guesses.silenceMs);
  return pipe(
    listening,
    finishing(detected, sttRestMs),
    userTurns(turns),
    guesses === false ? without('eager', 'resumed') : eagerly(guesses),
    bargeIn(options, () => current.state, sinceMs),
  );
}
