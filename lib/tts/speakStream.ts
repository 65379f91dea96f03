import {
  connect,
  defer,
  ignoreElements,
  merge,
  type OperatorFunction,
  ReplaySubject,
  Subject,
  tap,
} from 'rxjs';
import type { Output } from '../audio/output.ts';
import { paced } from '../audio/paced.ts';
import { reframe } from '../audio/reframe.ts';
import { onFirst } from '../rx/onFirst.ts';
import { failingAs } from '../stageFailure.ts';
import { refuseNegative, type SpeakOptions, type SpeechEvent } from './speak.ts';
import { SpokenSoFar } from './spokenSoFar.ts';
import type { TtsStream } from './tts.ts';

/**
 * Speaks a text into an output while it is being written, with an engine that takes it so. It tells the same as
 * `speak`: of each sentence, which `sentences` cuts from the text only to tell, when it was handed over and, once there
 * is audio, that it is being spoken. Where exactly one begins in the audio nobody knows; what was heard is taken from
 * the share of the whole.
 *
 * @example
 * llm(messages).pipe(ofType('token'), map(({ text }) => text), speakStream(tts.stream, output, sentences()))
 */
export const speakStream = (
  stream: TtsStream,
  output: Output,
  sentences: OperatorFunction<string, string>,
  options: Omit<SpeakOptions, 'ahead'> = {},
): OperatorFunction<string, SpeechEvent> => {
  refuseNegative(options);
  return text$ =>
    defer(() => {
      const { leadMs = 200, spoken = new SpokenSoFar() } = options;
      const event$ = new Subject<SpeechEvent>();
      const written: string[] = [];
      let told = 0;
      let sounding = false;
      spoken.begin('');

      const tell = (): void => {
        if (!sounding) return;
        for (const text of written.slice(told)) event$.next({ type: 'speaking', sentence: told++, text });
      };
      const write = (text: string): void => {
        written.push(text);
        event$.next({ type: 'sentence', sentence: written.length - 1, text });
        tell();
      };

      const frame$ = text$.pipe(
        connect(
          piece$ =>
            merge(
              piece$.pipe(
                onFirst(() => event$.next({ type: 'writing' })),
                sentences,
                tap(write),
                ignoreElements(),
              ),
              defer(() => stream(piece$.pipe(tap(text => spoken.write(text))), () => spoken.heardMs)).pipe(
                onFirst(() => event$.next({ type: 'audio', sentence: 0 })),
                reframe(),
                failingAs('tts'),
              ),
            ),
          // An engine may take the first words only when its socket is open.
          { connector: () => new ReplaySubject(Infinity) },
        ),
        paced({ leadMs, playhead: spoken.playhead }),
        onFirst(() => {
          sounding = true;
          tell();
        }),
        tap({ next: frame => spoken.hand(frame), complete: () => spoken.end() }),
      );
      return merge(
        event$,
        defer(() => output(frame$)).pipe(
          failingAs('output'),
          tap({ next: playback => spoken.report(playback), complete: () => event$.complete() }),
          ignoreElements(),
        ),
      );
    });
};
