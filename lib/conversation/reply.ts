import {
  catchError,
  combineLatest,
  concat,
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  pipe,
  reduce,
  ReplaySubject,
  shareReplay,
  startWith,
  takeUntil,
} from 'rxjs';
import type { Output } from '../audio/output.ts';
import type { Llm, LlmEvent, Message } from '../llm/message.ts';
import { sentences, type SentencesOptions } from '../llm/sentences.ts';
import { holding } from '../rx/holding.ts';
import { failingAs, StageFailure } from '../stageFailure.ts';
import { withTools } from '../llm/withTools.ts';
import type { Tool } from '../llm/tool.ts';
import type { ToolRuns } from '../llm/toolRuns.ts';
import { saysAnything } from '../stt/sameWords.ts';
import { silentVoice } from '../tts/silentVoice.ts';
import { speak, type SpeechEvent, type SpeakOptions } from '../tts/speak.ts';
import { speakStream } from '../tts/speakStream.ts';
import { speakable } from '../tts/speakable.ts';
import type { SpokenSoFar } from '../tts/spokenSoFar.ts';
import type { Tts } from '../tts/tts.ts';
import type { BotEvent } from './events.ts';
import { type Filler, type FillerOptions, withFiller } from './filler.ts';
import { each } from '../rx/each.ts';
import { writtenText } from './writtenText.ts';

/** What a reply is made with. */
export interface ReplyEngines {
  readonly llm: Llm;
  readonly tts: Tts;
  readonly output: Output;
  /** What the model may have done; see `tool`. Default: nothing. */
  readonly tools?: readonly Tool[];
  /** The tools run only once this has emitted, for an answer that may yet be discarded. Default: at once. */
  readonly allowed$?: Observable<unknown>;
  /** Whether the reply is held, each time it changes: no tool begins and no filler is said meanwhile. Default: never. */
  readonly held$?: Observable<boolean>;
  /** Whether the user speaks, each time it changes: no filler is said meanwhile. */
  readonly userSpeaks$?: Observable<boolean>;
  /** Owns the tools, which may outlive the reply. Default: they end with it. */
  readonly toolRuns?: ToolRuns;
  /** What is said while the model or a tool is slow. Default: nothing. */
  readonly filler?: FillerOptions;
  readonly sentences?: SentencesOptions;
  readonly speech?: Pick<SpeakOptions, 'ahead' | 'leadMs'>;
}

/**
 * One answer of the bot: asks the model, cleans the words up for the voice, cuts them into sentences and speaks each as
 * soon as it is written. Ends with `bot.spoke` when all of it was heard, or with `turn.failed`; it never errors.
 *
 * Unsubscribing aborts the request, stops the synthesis and silences the output, all at once; `spoken` then tells
 * what was heard.
 */
export const reply = (
  turn: number,
  messages: readonly Message[],
  {
    llm,
    tts,
    output,
    tools = [],
    allowed$,
    held$ = NEVER,
    userSpeaks$ = NEVER,
    toolRuns,
    filler,
    sentences: sentencing,
    speech,
  }: ReplyEngines,
  spoken: SpokenSoFar,
): Observable<BotEvent> =>
  defer(() => {
    let broken: StageFailure | undefined;

    const failed = ({ stage, cause }: StageFailure): BotEvent => ({
      type: 'turn.failed',
      turn,
      stage,
      cause,
      heard: spoken.heard,
      audioMs: spoken.heardMs,
    });

    const isHeld$ = lasting(held$);
    const isQuiet$ = combineLatest([isHeld$, lasting(userSpeaks$)], (held, speaks) => held || speaks);
    const asking = (): Observable<LlmEvent> =>
      withTools(llm, tools, {
        held$: isHeld$,
        ...(allowed$ && { allowed$ }),
        ...(toolRuns && { runner: toolRuns.of(turn) }),
      })(messages);

    const answer$ = defer(asking).pipe(
      holding(isHeld$),
      failingAs('llm'),
      // A model that breaks off ends its answer: what it wrote before is spoken, then the turn fails.
      catchError((error: unknown) => {
        broken = error as StageFailure;
        return EMPTY;
      }),
    );

    const filled$ = filler === undefined ? answer$ : answer$.pipe(withFiller(filler, allowed$, isQuiet$));

    const written = (event$: Observable<LlmEvent | Filler>): Observable<BotEvent> =>
      merge(
        event$.pipe(each(event => tellOf(turn, event))),
        event$.pipe(
          reduce(add, { type: 'bot.answered', turn, text: '' }),
          filter(() => broken === undefined),
        ),
      );

    const sentence = pipe(sentences(sentencing), failingAs<string>('llm'), filter(saysAnything));
    const speaking =
      tts.stream === undefined
        ? pipe(sentence, speak(tts, output, { ...speech, spoken }))
        : speakStream(tts.stream, output, sentence, { ...speech, spoken });

    const said = (event$: Observable<LlmEvent | Filler>): Observable<BotEvent> =>
      event$.pipe(
        // What was written before a tool is called is spoken while it runs.
        writtenText(),
        speakable(),
        speaking,
        map(event => onTurn(turn, event)),
      );

    const ended = (): BotEvent => {
      if (broken) return failed(broken);
      if (spoken.isSilent) return failed(new StageFailure('tts', silentVoice()));
      return { type: 'bot.spoke', turn, text: spoken.text, audioMs: spoken.playhead.handedMs };
    };

    // A model that answers at once would go on, and call tools, after its voice has failed.
    const over$ = new ReplaySubject<void>(1);
    const heeded$ = filled$.pipe(takeUntil(over$));
    return concat(
      heeded$.pipe(
        connect(event$ => merge(written(event$), said(event$)).pipe(finalize(() => over$.next()))),
      ),
      defer(() => of(ended())),
    ).pipe(catchError((error: unknown) => of(failed(error as StageFailure))));
  });

/** A state that is false at first, for all who ask as long as anybody does. */
const lasting = (state$: Observable<boolean>): Observable<boolean> =>
  state$.pipe(startWith(false), shareReplay({ bufferSize: 1, refCount: true }));

type Answered = Extract<BotEvent, { readonly type: 'bot.answered' }>;

/** The answer as far as it is written, with the next event of the model. */
const add = (answered: Answered, event: LlmEvent | Filler): Answered => {
  switch (event.type) {
    case 'token':
      return { ...answered, text: answered.text + event.text };
    case 'toolCall':
    case 'toolResult':
      return { ...answered, text: answered.text && `${answered.text.trimEnd()}\n` };
    case 'usage': {
      // With tools, the model is asked more than once.
      const { promptTokens = 0, completionTokens = 0 } = answered;
      return {
        ...answered,
        promptTokens: promptTokens + event.promptTokens,
        completionTokens: completionTokens + event.completionTokens,
      };
    }
    default:
      return answered;
  }
};

/** An event of the model, as one of the conversation. */
const tellOf = (turn: number, event: LlmEvent | Filler): BotEvent[] => {
  switch (event.type) {
    case 'filler':
      return [{ type: 'bot.filler', turn, text: event.text }];
    case 'token':
      return [{ type: 'bot.token', turn, text: event.text }];
    case 'toolCall':
      return [{ ...event, type: 'bot.tool', turn }];
    case 'toolResult':
      return [{ ...event, type: 'bot.toolResult', turn }];
    case 'usage':
      return [];
  }
};

const onTurn = (turn: number, event: SpeechEvent): BotEvent => {
  switch (event.type) {
    case 'writing':
      return { turn, type: 'bot.writing' };
    case 'sentence':
      return { ...event, turn, type: 'bot.sentence' };
    case 'audio':
      return { ...event, turn, type: 'bot.audio' };
    case 'speaking':
      return { ...event, turn, type: 'bot.speaking' };
  }
};
