import {
  concat,
  concatMap,
  defer,
  EMPTY,
  type Observable,
  type OperatorFunction,
  ReplaySubject,
  tap,
} from 'rxjs';
import type { AnswerVoice, LlmEvent } from '../llm/message.ts';
import { each } from '../rx/each.ts';
import type { SpeechEvent } from '../tts/speak.ts';
import type { Filler } from './filler.ts';

/** A part of an answer: words with the model's own voice, or others. */
interface Part {
  readonly voice: AnswerVoice | undefined;
  readonly event$: Observable<LlmEvent | Filler>;
}

/** Speaks one part of an answer; `first` is the number of its first sentence. */
type Speaking = (first: number) => OperatorFunction<LlmEvent | Filler, SpeechEvent>;

/**
 * Speaks an answer that has the model's own voice: each part that the model speaks with that audio, and other words
 * (a filler) by text-to-speech, one part after the other.
 */
export const voicedAnswer =
  (
    spoken: (voice: AnswerVoice) => Speaking,
    read: Speaking,
  ): OperatorFunction<LlmEvent | Filler, SpeechEvent> =>
  event$ =>
    defer(() => {
      let sentences = 0;
      return event$.pipe(
        parts(),
        concatMap(({ voice, event$ }) =>
          event$.pipe(
            (voice === undefined ? read : spoken(voice))(sentences),
            tap(({ type }) => {
              if (type === 'sentence') sentences++;
            }),
          ),
        ),
      );
    });

/** Divides an answer where another voice begins. */
const parts = (): OperatorFunction<LlmEvent | Filler, Part> => event$ =>
  defer(() => {
    let open: { readonly event$: ReplaySubject<LlmEvent | Filler>; readonly isOwn: boolean } | undefined;
    const begin = (voice: AnswerVoice | undefined): Part[] => {
      open?.event$.complete();
      open = { event$: new ReplaySubject(Infinity), isOwn: voice !== undefined };
      return [{ voice, event$: open.event$ }];
    };
    const next = (event: LlmEvent | Filler): Part[] => {
      if (event.type === 'voice') return begin(event);
      const isOther = event.type === 'filler' ? open?.isOwn !== false : open === undefined;
      // Nothing is spoken for a tool before the first word.
      const begun = isOther && (event.type === 'filler' || event.type === 'token') ? begin(undefined) : [];
      open?.event$.next(event);
      return begun;
    };
    return concat(
      event$.pipe(each(next)),
      defer(() => {
        open?.event$.complete();
        return EMPTY;
      }),
    );
  });
