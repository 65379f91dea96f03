import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import { paced } from '../audio/paced.ts';
import type { SpeechLedger } from './speechLedger.ts';

/**
 * Passes the audio of the sentence that began last on at the pace of real time, `leadMs` before it is heard. Records
 * in the ledger how much the voice emitted and how much was passed on.
 *
 * @example
 * tts(text).pipe(handOver(ledger, 200))
 */
export const handOver =
  (ledger: SpeechLedger, leadMs: number): MonoTypeOperatorFunction<AudioFrame> =>
  audio$ =>
    audio$.pipe(
      tap({ next: frame => ledger.receive(frame), complete: () => ledger.receivedAll() }),
      paced({ leadMs, playhead: ledger.playhead }),
      tap({ next: frame => ledger.hand(frame), complete: () => ledger.handedAll() }),
    );
