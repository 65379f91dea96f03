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

/** An event while sentences are spoken; `sentence` counts them from 0. */
export type SpeechEvent =
  /** The first text went to a streaming engine, before there was a sentence. */
  | { readonly type: 'writing' }
  /** A sentence was passed to text-to-speech. */
  | { readonly type: 'sentence'; readonly sentence: number; readonly text: string }
  /** The first audio of a sentence arrived. */
  | { readonly type: 'audio'; readonly sentence: number }
  /** The first audio of a sentence was passed to the output. */
  | { readonly type: 'speaking'; readonly sentence: number; readonly text: string }
  | PlayEvent;

/** Options of {@link speak}. */
export interface SpeakOptions {
  /** How many sentences are synthesised ahead of the one that plays. Default 1: no gaps, little wasted. */
  readonly ahead?: number;
  /** How long before it is heard audio is passed to the output, ms. Default 200. */
  readonly leadMs?: number;
  /** Changes the audio of each sentence as the voice emits it. Default: unchanged. */
  readonly audio?: MonoTypeOperatorFunction<AudioFrame>;
  /** Whether speech is held: silent until it resumes where it stopped. Emits on subscription. Default: never held. */
  readonly held$?: Observable<boolean>;
  /** The number of the first sentence. Default: the number of those that have begun. */
  readonly first?: number;
  /** Records how much was heard. Default: a ledger of its own. */
  readonly ledger?: SpeechLedger;
}

/**
 * Speaks sentences one after the other into an output, without gaps, and emits its progress. Completes when
 * everything was heard; unsubscribing silences the output at once and stops the synthesis.
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
      const { first = ledger.begun } = options;

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
        map((text, index) => ({ sentence: first + index, text })),
        prefetch(synthesise, hand, ahead),
      );
      return merge(
        event$,
        play(frame$, output, held$, ledger).pipe(tap({ complete: () => event$.complete() })),
      );
    });
};

/** A negative number would make speech wait indefinitely. */
export function refuseNegative({ ahead = 0, leadMs = 0 }: SpeakOptions): void {
  for (const [name, value] of Object.entries({ ahead, leadMs }))
    if (!(value >= 0)) throw new RxvoiceError(`speech.${name}: expected at least 0, but got ${value}.`);
}

interface Sentence {
  readonly sentence: number;
  readonly text: string;
}
