import {
  catchError,
  combineLatest,
  concat,
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  identity,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  pipe,
  reduce,
  ReplaySubject,
  startWith,
  Subject,
  switchMap,
  takeUntil,
  tap,
} from 'rxjs';
import type { Output } from '../audio/output.ts';
import type { AnswerVoice, Llm, LlmEvent, Message } from '../llm/message.ts';
import { sentences, type SentencesOptions } from '../llm/sentences.ts';
import { RxvoiceError } from '../errors.ts';
import { connected } from '../rx/connected.ts';
import { lasting } from '../rx/lasting.ts';
import { failingAs, StageFailure } from '../tts/stageFailure.ts';
import { thoughtsEnded, thoughtsOver } from '../llm/thoughts.ts';
import { withTools } from '../llm/withTools.ts';
import type { Tool } from '../llm/tool.ts';
import { askWithTools, type ToolSource } from '../llm/toolSource.ts';
import type { ToolRuns } from '../llm/toolRuns.ts';
import { saysAnything } from '../stt/sameWords.ts';
import { silentVoice } from '../tts/silentVoice.ts';
import { speak, type SpeakOptions, type SpeechEvent } from '../tts/speak.ts';
import { speakStream } from '../tts/speakStream.ts';
import { speakable, toSpeakable } from '../tts/speakable.ts';
import type { SpeechLedger } from '../tts/speechLedger.ts';
import type { Tts, TtsStream } from '../tts/tts.ts';
import type { BotEvent } from './events.ts';
import { type Filler, type FillerOptions, withFiller } from './filler.ts';
import { each } from '../rx/each.ts';
import type { ConversationOperators } from './conversationOperators.ts';
import { failingWhenStalled } from './failingWhenStalled.ts';
import { add, botEvents, speechEvent } from './replyEvents.ts';
import { voicedAnswer } from './voicedAnswer.ts';
import { writtenText } from './writtenText.ts';

/** The engines and options of a reply. */
export interface ReplyEngines {
  readonly llm: Llm;
  readonly tts: Tts;
  readonly output: Output;
  /** Tools that the model may call; see `tool` and `mcp`. Default: none. */
  readonly tools?: readonly (Tool | ToolSource)[];
  /** Phrases for when the model or a tool is slow. Default: none. */
  readonly filler?: FillerOptions;
  readonly sentences?: SentencesOptions;
  readonly speech?: Pick<SpeakOptions, 'ahead' | 'leadMs'>;
  readonly operators?: ConversationOperators;
  /** Fails the reply when it makes no progress for this time, ms. Default 30,000. */
  readonly stallMs?: number;
}

/** Inputs of a single reply. */
export interface ReplyOptions extends ReplyEngines {
  /** Whether the reply is held: silent, and starting no tools. Emits on subscription. */
  readonly held$: Observable<boolean>;
  /** Whether the user speaks, in which case no filler is said. Emits on subscription. */
  readonly userSpeaks$: Observable<boolean>;
  /** Owns the running tools, which may outlive the reply. */
  readonly toolRuns: ToolRuns;
  /** Records the words that were spoken and heard. */
  readonly ledger: SpeechLedger;
  /** Tools run only after this has emitted, for an answer that may yet be discarded. Default: at once. */
  readonly allowed$?: Observable<unknown>;
  /** Emits when the input is over. From then on a tool is waited for no longer than a model. */
  readonly inputOver$: Observable<unknown>;
}

/**
 * One answer of the bot: requests it from the model, removes markup, cuts it into sentences and speaks each sentence
 * as soon as it is complete. Ends with `bot.spoke` when all of it was heard, or with `turn.failed`; it never errors.
 *
 * Unsubscribing aborts the request, stops the synthesis and silences the output together; afterwards `ledger` has the
 * words that were heard.
 */
export const reply = (
  turn: number,
  messages: readonly Message[],
  options: ReplyOptions,
): Observable<BotEvent> =>
  defer(() => {
    const { llm, tts, output, tools = [], allowed$, filler, sentences: sentencing, speech } = options;
    const { ledger, operators = {} } = options;
    // All parts of a reply see a change of `held$` in the same instant.
    const held$ = options.held$.pipe(lasting());
    let broken: StageFailure | undefined;
    let text = '';
    const progress$ = new Subject<string>();

    const failed = ({ stage, cause }: StageFailure): BotEvent => ({
      type: 'turn.failed',
      turn,
      stage,
      cause,
      heard: ledger.heard,
      audioMs: ledger.heardMs,
    });

    const quiet$ = combineLatest([held$, options.userSpeaks$], (held, speaks) => held || speaks);
    const asking = (): Observable<LlmEvent> =>
      askWithTools(tools, tools =>
        withTools(llm, tools, {
          held$,
          ...(allowed$ && { allowed$ }),
          runner: options.toolRuns.of(turn),
          onProgress: text => progress$.next(text),
        })(messages),
      );

    // Stops the model when the voice has failed; one that answers synchronously would go on and call tools.
    const over$ = new ReplaySubject<void>(1);
    const answer$ = defer(asking).pipe(
      failingAs('llm'),
      // A model that fails ends its answer: its text so far is spoken, and then the turn fails.
      catchError((error: unknown) => {
        broken = error as StageFailure;
        return EMPTY;
      }),
      takeUntil(over$),
    );

    const filled$ =
      filler === undefined ? answer$ : answer$.pipe(withFiller(filler, allowed$, quiet$, progress$));

    const written = (event$: Observable<LlmEvent | Filler>): Observable<BotEvent> =>
      merge(
        event$.pipe(each(event => botEvents(turn, event))),
        event$.pipe(
          reduce(add, { type: 'bot.answered', turn, text: '' }),
          filter(() => broken === undefined),
        ),
      );

    const sentence = pipe(
      sentences(sentencing),
      operators.sentences ?? identity,
      failingAs<string>('llm'),
      filter(saysAnything),
    );
    const speechOptions = { ...speech, ...(operators.audio && { audio: operators.audio }), held$, ledger };
    const speaking = (first?: number): OperatorFunction<string, SpeechEvent> => {
      const options = first === undefined ? speechOptions : { ...speechOptions, first };
      return tts.stream === undefined || operators.sentences !== undefined
        ? pipe(sentence, speak(tts, output, options))
        : speakStream(tts.stream, output, sentence, options);
    };

    // Text before a tool call is spoken while the tool runs.
    const words = pipe(
      writtenText(),
      tap(piece => (text += piece)),
    );
    const read = (first?: number): OperatorFunction<LlmEvent | Filler, SpeechEvent> =>
      pipe(words, operators.text ?? identity, failingAs<string>('llm'), speakable(), speaking(first));
    const saidSentence = pipe(sentences(sentencing), filter(saysAnything));
    /** The model's own voice: its words are those that it says. */
    const ownVoice =
      ({ audio$, played }: AnswerVoice) =>
      (first: number): OperatorFunction<LlmEvent | Filler, SpeechEvent> => {
        const fromMs = ledger.playhead.handedMs;
        let isWhole = false;
        const stream: TtsStream = text$ => merge(text$.pipe(ignoreElements()), audio$);
        return pipe(
          words,
          speakStream(stream, output, saidSentence, { ...speechOptions, first, atSound: true }),
          // An output may end before its last report.
          tap({ complete: () => (isWhole = true) }),
          finalize(() => {
            const toMs = isWhole ? ledger.playhead.handedMs : ledger.heardMs;
            played?.(Math.max(0, toMs - fromMs));
          }),
        );
      };
    const spoken = llm.voiced === true ? voicedAnswer(ownVoice, read) : read();

    /** Speaks the answer; if its beginning turns out to be reasoning, drops the unheard part of that. */
    const said = (event$: Observable<LlmEvent | Filler>): Observable<BotEvent> =>
      event$.pipe(
        thoughtsOver<LlmEvent | Filler>(),
        connected(part$ =>
          part$.pipe(
            filter(part => part === thoughtsEnded),
            startWith(undefined),
            switchMap(ended => {
              if (ended !== undefined) {
                ledger.cut();
                text = '';
              }
              return part$.pipe(
                filter(part => part !== thoughtsEnded),
                spoken,
              );
            }),
          ),
        ),
        map(event => speechEvent(turn, event, ledger)),
      );

    const ended = (): BotEvent => {
      if (broken) return failed(broken);
      // A text for turn 0 may be empty.
      if (turn !== 0 && !saysAnything(toSpeakable(text))) return failed(new StageFailure('llm', wordless()));
      if (ledger.isSilent) return failed(new StageFailure('tts', silentVoice()));
      return { type: 'bot.spoke', turn, text: ledger.text, audioMs: ledger.playhead.handedMs };
    };

    return concat(
      filled$.pipe(
        connect(event$ => merge(written(event$), said(event$)).pipe(finalize(() => over$.next()))),
      ),
      defer(() => of(ended())),
    ).pipe(
      failingWhenStalled(options),
      failingAs('llm'), // an operator of the program that throws where it is applied
      catchError((error: unknown) => of(failed(error as StageFailure))),
    );
  });

/** The error of an answer that leaves the user in silence. */
const wordless = (): RxvoiceError =>
  new RxvoiceError(
    'The language model answered without a word that can be spoken. Check the system prompt, or try another model.',
    { stage: 'llm', retryable: true },
  );
