import {
  connect,
  defer,
  identity,
  ignoreElements,
  merge,
  of,
  type OperatorFunction,
  ReplaySubject,
  Subject,
  tap,
} from 'rxjs';
import type { Output } from '../audio/output.ts';
import { reframe } from '../audio/reframe.ts';
import { onFirst } from '../rx/onFirst.ts';
import { failingAs } from './stageFailure.ts';
import { handOver } from './handOver.ts';
import { play } from './play.ts';
import { refuseNegative, type SpeakOptions, type SpeechEvent } from './speak.ts';
import { SpeechLedger } from './speechLedger.ts';
import type { TtsStream } from './tts.ts';

/** Options of {@link speakStream}. */
export interface SpeakStreamOptions extends Omit<SpeakOptions, 'ahead'> {
  /**
   * Whether the first sentence begins with its first sound, though it is still being written: for a model's own voice, whose
   * words come with their audio. The rest of it is then the next one. Default false.
   */
  readonly atSound?: boolean;
}

const sayable = /[\p{L}\p{N}]/u;

/**
 * Speaks a text into an output while it is being written, with a streaming engine. It emits the same events as
 * `speak` for each sentence, which `sentences` cuts from the text for that purpose alone. The exact start of a
 * sentence in the audio is unknown; the words heard are estimated from the share of the whole.
 *
 * @example
 * llm(messages).pipe(ofType('token'), map(({ text }) => text), speakStream(tts.stream, output, sentences()))
 */
export const speakStream = (
  stream: TtsStream,
  output: Output,
  sentences: OperatorFunction<string, string>,
  options: SpeakStreamOptions = {},
): OperatorFunction<string, SpeechEvent> => {
  refuseNegative(options);
  return text$ =>
    defer(() => {
      const { leadMs = 200, held$ = of(false), ledger = new SpeechLedger(), audio = identity } = options;
      const { first = ledger.begun } = options;
      const event$ = new Subject<SpeechEvent>();
      const written: string[] = [];
      let told = 0;
      let sounding = false;
      let writing = false;
      ledger.begin('');

      const tell = (): void => {
        if (!sounding) return;
        for (const text of written.slice(told))
          event$.next({ type: 'speaking', sentence: first + told++, text });
      };
      /** The words that began with their sound, before their sentence was whole. */
      let early = '';
      let soFar = '';
      const whole = (text: string): void => {
        const [known, all] = [early.trimStart(), text.trimStart()];
        if (known === '') return write(text);
        early = known.slice(all.length);
        const rest = all.startsWith(known) ? all.slice(known.length) : known.startsWith(all) ? '' : text;
        if (sayable.test(rest)) write(rest);
      };
      const write = (text: string): void => {
        written.push(text);
        event$.next({ type: 'sentence', sentence: first + written.length - 1, text });
        tell();
      };
      /** Line ends and spaces say nothing yet. */
      const begin = (text: string): void => {
        if (options.atSound === true && !sounding) soFar += text;
        if (writing || !sayable.test(text)) return;
        writing = true;
        event$.next({ type: 'writing' });
      };

      const frame$ = text$.pipe(
        connect(
          piece$ =>
            merge(
              piece$.pipe(tap(begin), sentences, tap(whole), ignoreElements()),
              defer(() => stream(piece$.pipe(tap(text => ledger.write(text))), () => ledger.heardMs)).pipe(
                onFirst(() => event$.next({ type: 'audio', sentence: first })),
                audio,
                reframe(),
                failingAs('tts'),
              ),
            ),
          // An engine may take the first words only when its socket is open.
          { connector: () => new ReplaySubject(Infinity) },
        ),
        handOver(ledger, leadMs),
        onFirst(() => {
          sounding = true;
          if (written.length === 0 && sayable.test(soFar)) write((early = soFar));
          else tell();
        }),
      );
      return merge(
        event$,
        play(frame$, output, held$, ledger).pipe(tap({ complete: () => event$.complete() })),
      );
    });
};
