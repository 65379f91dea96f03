import {
  defer,
  finalize,
  map,
  merge,
  type MonoTypeOperatorFunction,
  type Observable,
  type OperatorFunction,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { AudioFrame } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { type AudioInput, toInput } from '../audio/toInput.ts';
import { type AudioSink, toOutput } from '../audio/toOutput.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import { conversation, type Conversation } from '../conversation/conversation.ts';
import type {
  ConversationOptions,
  RealtimeConversationOptions,
} from '../conversation/conversationOptions.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import { type Noticing, type Warmable, wrap } from '../engine.ts';
import type { Stage } from '../errors.ts';
import { llmFrom } from '../llm/bot/llmFrom.ts';
import type { Llm, LlmEvent } from '../llm/message.ts';
import type { Realtime } from '../realtime.ts';
import type { Stt } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import { Recorder, taped } from './recorder.ts';

/** Options of a {@link tape}. */
export interface TapeOptions {
  /** Whether words are replaced by made-up ones of the same length. Default true. */
  readonly redact?: boolean;
  /** Whether the sound itself is kept, too: that of the user can't be redacted. Default false. */
  readonly audio?: boolean;
  /** Options of the conversation, for the replay. Data among them is kept, except prompts and histories. */
  readonly conversation?: object;
}

/** The parts of one call, taped. */
export interface Tape {
  stt(stt: Stt): Stt;
  llm(llm: Llm): Llm;
  tts(tts: Tts): Tts;
  realtime(realtime: Realtime): Realtime;
  vad(vad: OperatorFunction<AudioFrame, VoiceActivity>): OperatorFunction<AudioFrame, VoiceActivity>;
  input(input: AudioInput): Observable<AudioFrame>;
  output(output: AudioSink): Output;
  /** The call itself: begins and ends the tape, and notes the events. */
  call(): MonoTypeOperatorFunction<ConversationEvent>;
}

/**
 * Tapes one call, as JSON Lines: every external input, with its time, and the events. `replay` repeats the
 * call from it. Put every part through it, and the call itself; or let {@link tapedConversation} do it.
 *
 * The format is that of {@link TapeLine}: a header with its version, a line for every subscription of an engine, the
 * input and the output (its values as `[ms since it was subscribed, place in the order of all, value]`, and how it
 * ended), a line for every event, and a last one for how the call ended.
 *
 * A tape that can't be written, because `write` throws or its promise rejects, ends no call: it is a `call.warning`, once,
 * and no line follows.
 *
 * @param write takes the next line, with its line end.
 *
 * @example
 * const taping = tape(line => file.write(line));
 * const voice = setup({ stt: taping.stt(stt), llm: taping.llm(llmFrom(llm)), tts: taping.tts(tts) });
 * voice.conversation$(taping.input(microphone()), taping.output(speaker())).pipe(taping.call()).subscribe();
 */
export function tape(write: (line: string) => unknown, options: TapeOptions = {}): Tape {
  const { redact = true, audio = false } = options;
  const recorder = new Recorder(write, { redact, audio });

  const extras = (stage: Stage, part: object): Warmable & Noticing => {
    const { warm$, notice$ } = part as Warmable & Noticing;
    return {
      ...(warm$ && { warm$: warm$.pipe(recorder.strand(`warm ${stage}`)) }),
      ...(notice$ && {
        notice$: notice$.pipe(recorder.strand(`notice ${stage}`, notice => taped(notice, recorder.redact))),
      }),
    };
  };
  /** A part that is taped, its load and its notices with it; the engine of each call likewise. */
  const engine = <Self extends object>(stage: Stage, part: Self, change: (part: Self) => Self): Self =>
    wrap(part, part => Object.assign(change(part), extras(stage, part)));

  const parts: Omit<Tape, 'realtime'> = {
    stt: stt =>
      engine<Stt>(
        'stt',
        stt,
        stt => frame$ =>
          stt(frame$).pipe(recorder.strand('stt', transcript => taped(transcript, recorder.redact))),
      ),
    llm: llm =>
      engine<Llm>(
        'llm',
        llm,
        llm =>
          (...request) =>
            defer(() => llm(...request)).pipe(
              map(event => (event.type === 'voice' ? voiceTaped(event, recorder) : event)),
              recorder.strand('llm'),
            ),
      ),
    tts: tts =>
      engine<Tts>('tts', tts, tts => {
        const { stream } = tts;
        const sentence: Tts = text =>
          defer(() => tts(text)).pipe(recorder.audio('tts', { text: recorder.redact(text) }));
        return stream === undefined
          ? sentence
          : Object.assign(sentence, {
              stream: ((text$, playedMs) =>
                defer(() => stream(text$, playedMs)).pipe(
                  recorder.audio('ttsStream'),
                )) satisfies Tts['stream'],
            });
      }),
    vad: vad => frame$ => vad(frame$).pipe(recorder.strand('voice')),
    input: input => engine('input', toInput(input), frame$ => frame$.pipe(recorder.audio('input'))),
    output: sink => engine('output', toOutput(sink), output => recorder.output(output)),
    call: () => event$ =>
      defer(() => {
        recorder.header(redact, options.conversation ?? {});
        let how: 'complete' | 'error' | 'cut' = 'cut';
        const over$ = new Subject<void>();
        const taped$ = event$.pipe(
          tap({
            next: event => recorder.event(event),
            error: () => (how = 'error'),
            complete: () => (how = 'complete'),
          }),
          finalize(() => {
            recorder.line({ type: 'end', at: recorder.now, how });
            over$.next();
          }),
        );
        return merge(recorder.failure$.pipe(map(warningOf), takeUntil(over$)), taped$);
      }),
  };
  return {
    ...parts,
    realtime: realtime => terms => {
      const { stt, llm, tts } = realtime(terms);
      return { stt: parts.stt(stt), llm: parts.llm(llm), tts: parts.tts(tts) };
    },
  };
}

const warningOf = (cause: unknown): ConversationEvent => {
  const { code } = Object(cause) as NodeJS.ErrnoException;
  return {
    type: 'call.warning',
    stage: 'output',
    message: `The tape can't be written any more${code === undefined ? '' : ` (${code})`}; the call goes on without it.`,
  };
};

/** The model's own voice, of which the audio is taped like that of a streaming voice. */
const voiceTaped = (event: VoiceEvent, recorder: Recorder): VoiceEvent => ({
  ...event,
  audio$: event.audio$.pipe(recorder.audio('ttsStream')),
});

type VoiceEvent = Extract<LlmEvent, { readonly type: 'voice' }>;

/**
 * A conversation, taped: see {@link tape}. Each call of it is a tape of its own, so `write` is asked for one.
 *
 * @example
 * tapedConversation({ stt, llm, tts }, () => line => file.write(line))(microphone(), speaker()).subscribe();
 */
export const tapedConversation =
  (
    given: ConversationOptions | RealtimeConversationOptions,
    begin: () => (line: string) => unknown,
    options: Omit<TapeOptions, 'conversation'> = {},
  ): Conversation =>
  (input, output) =>
    defer(() => {
      const { vad, systemPrompt, history, ...rest } = given;
      const { data, engines } = partsOf(rest);
      const taping = tape(begin(), { ...options, conversation: data });
      return conversation({
        ...data,
        ...(systemPrompt !== undefined && { systemPrompt }),
        ...(history && { history }),
        ...(vad && { vad: taping.vad(vad) }),
        ...engines(taping),
      } as ConversationOptions | RealtimeConversationOptions)(
        taping.input(input),
        taping.output(output),
      ).pipe(taping.call());
    });

/** The options of a conversation without its engines, and those, taped. */
function partsOf(
  options:
    | Omit<ConversationOptions, 'vad' | 'systemPrompt' | 'history'>
    | Omit<RealtimeConversationOptions, 'vad' | 'systemPrompt' | 'history'>,
): { readonly data: object; readonly engines: (taping: Tape) => object } {
  if ('realtime' in options) {
    const { realtime, ...data } = options;
    return { data, engines: taping => ({ realtime: taping.realtime(realtime) }) };
  }
  const { stt, llm, tts, ...data } = options;
  return {
    data,
    engines: taping => ({ stt: taping.stt(stt), llm: taping.llm(llmFrom(llm)), tts: taping.tts(tts) }),
  };
}
