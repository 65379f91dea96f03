import {
  defer,
  identity,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  of,
  type OperatorFunction,
  Subject,
  tap,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { reframe } from '../audio/reframe.ts';
import { RxvoiceError } from '../errors.ts';
import { onFirst } from '../rx/onFirst.ts';
import { failingAs } from './stageFailure.ts';
import { handOver } from './handOver.ts';
import { play, type PlayEvent } from './play.ts';
import { prefetch } from './prefetch.ts';
import { SpeechLedger } from './speechLedger.ts';
import type { Tts } from './tts.ts';

/** What happens while sentences are spoken; `sentence` counts them from 0. */
export type SpeechEvent =
  /** The first text went to an engine that takes it as it is written, before there was a sentence. */
  | { readonly type: 'writing' }
  /** Handed to text-to-speech. */
  | { readonly type: 'sentence'; readonly sentence: number; readonly text: string }
  /** Its first audio came. */
  | { readonly type: 'audio'; readonly sentence: number }
  /** Its first audio was handed to the output. */
  | { readonly type: 'speaking'; readonly sentence: number; readonly text: string }
  | PlayEvent;

/** How {@link speak} speaks. */
export interface SpeakOptions {
  /** How many sentences are synthesised ahead of the one that plays. Default 1: no gaps, little wasted. */
  readonly ahead?: number;
  /** How far ahead of being heard audio is handed to the output, ms. Default 200. */
  readonly leadMs?: number;
  /** Changes the audio of each sentence as it comes from the voice. Default: it stays as it is. */
  readonly audio?: MonoTypeOperatorFunction<AudioFrame>;
  /** Whether speech is held: silent, until it goes on where it was. It emits on subscription. Default: never. */
  readonly held$?: Observable<boolean>;
  /** Where it is noted what has been heard. Default: a ledger of its own. */
  readonly ledger?: SpeechLedger;
}

/**
 * Speaks sentences one after the other into an output, without gaps between them, and reports how it goes. Completes
 * when all of it was heard; unsubscribing silences at once and stops the synthesis.
 *
 * @throws RxvoiceError for less than 0 sentences or milliseconds ahead.
 *
 * @example
 * llm(messages).pipe(sentences(), speak(tts, output)).subscribe()
 */
export const speak = (
  tts: Tts,
  output: Output,
  options: SpeakOptions = {},
): OperatorFunction<string, SpeechEvent> => {
  refuseNegative(options);
  return text$ =>
    defer(() => {
      const {
        ahead = 1,
        leadMs = 200,
        held$ = of(false),
        ledger = new SpeechLedger(),
        audio = identity,
      } = options;
      const event$ = new Subject<SpeechEvent>();

      const synthesise = ({ sentence, text }: Sentence): Observable<AudioFrame> =>
        defer(() => {
          event$.next({ type: 'sentence', sentence, text });
          return tts(text).pipe(
            onFirst(() => event$.next({ type: 'audio', sentence })),
            audio,
          );
        }).pipe(reframe(), failingAs('tts'));

      const hand = (audio$: Observable<AudioFrame>, { sentence, text }: Sentence): Observable<AudioFrame> => {
        ledger.begin(text);
        return audio$.pipe(
          handOver(ledger, leadMs),
          onFirst(() => event$.next({ type: 'speaking', sentence, text })),
        );
      };

      const frame$ = text$.pipe(
        map((text, sentence) => ({ sentence, text })),
        prefetch(synthesise, hand, ahead),
      );
      return merge(
        event$,
        play(frame$, output, held$, ledger).pipe(tap({ complete: () => event$.complete() })),
      );
    });
};

/** With less than none of them speech would wait for ever. */
export function refuseNegative({ ahead = 0, leadMs = 0 }: SpeakOptions): void {
  for (const [name, value] of Object.entries({ ahead, leadMs }))
    if (!(value >= 0)) throw new RxvoiceError(`speech.${name}: expected at least 0, but got ${value}.`);
}

interface Sentence {
  readonly sentence: number;
  readonly text: string;
}
