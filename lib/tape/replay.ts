import {
  defer,
  EMPTY,
  ignoreElements,
  merge,
  type Observable,
  takeUntil,
  endWith,
  connect,
  throwError,
} from 'rxjs';
import { type AudioFrame, frameOf, silence } from '../audio/frame.ts';
import type { Output } from '../audio/output.ts';
import { toOutput } from '../audio/toOutput.ts';
import type { VoiceActivity } from '../audio/voiceActivity.ts';
import { conversation } from '../conversation/conversation.ts';
import type { ConversationOptions } from '../conversation/conversationOptions.ts';
import type { ConversationEvent } from '../conversation/events.ts';
import type { Loading, Notice, Noticing, Warmable } from '../engine.ts';
import type { Stage } from '../errors.ts';
import type { Llm, LlmEvent } from '../llm/message.ts';
import type { Stt, SttEvent } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import type { CallParts } from '../testing/scriptedCall.ts';
import { scriptedTts } from '../testing/scriptedTts.ts';
import { virtualTime, type VirtualRun } from '../testing/virtualTime.ts';
import { Conductor } from './conductor.ts';
import { readTape, strandsOf, type TapedCall } from './readTape.ts';
import { taped, turnEnds } from './recorder.ts';
import type { StrandLine, StrandOf } from './tapeFormat.ts';

/**
 * The most that a time may be off, ms, for the same event: the call's own timers are late in real time, and never here.
 */
const mostOffMs = 100;

/** A replayed call. */
export interface Replay extends VirtualRun<ConversationEvent> {
  /** The events on the tape, with the times they had then. */
  readonly recorded: readonly { readonly at: number; readonly event: ConversationEvent }[];
  /** Where the events are others than then, if they are: their numbers (0, 1, …) and both as JSON, without times. */
  readonly differences: readonly string[];
  /**
   * The most that the time of an event, or one in it, is off, ms: 0 for a call that was in virtual time; in real time the
   * call's own timers are late by some. `NaN` where there are differences.
   */
  readonly offMs: number;
  /**
   * Whether the tape ends before the call does: it is still being written, or its program stopped. Its completed turns
   * are replayed and compared.
   */
  readonly cutOff: boolean;
}

/**
 * Replays a taped call through the real pipeline, in virtual time: the engines, the input and the output act as on the
 * tape, at the same times. The same tape gives the same events, always.
 *
 * @param tape the text of a tape, see `tape`.
 * @param options of the conversation, in place of those on the tape; or a function that places the call with the parts
 *   from the tape: your bot as it is now.
 * @throws TypeError if the text is no tape.
 *
 * @example
 * const { values, differences } = replay(readFileSync('call.jsonl', 'utf8'));
 * expect(differences).toEqual([]);
 */
export function replay(
  tape: string,
  options: Partial<ConversationOptions> | ((parts: TapedParts) => Observable<ConversationEvent>) = {},
): Replay {
  const call = readTape(tape);
  const { end } = call;
  const run = virtualTime(
    () => {
      const parts = partsOf(call);
      const { stt, llm, tts, input$, output } = parts;
      return typeof options === 'function'
        ? options(parts)
        : conversation({
            ...call.options,
            ...(parts.vad && { vad: parts.vad }),
            stt,
            llm,
            tts,
            ...options,
          })(input$, output);
    },
    { until: lastMoment(call) },
  );
  return { ...run, recorded: call.events, ...compared(call, run), cutOff: end === undefined };
}

/**
 * A call that was cut is cut; one that does not end here is given up some time after it ended then; of one whose tape ends
 * early there is nothing after the last event.
 */
const lastMoment = ({ end, events }: TapedCall): number =>
  end === undefined ? (events.at(-1)?.at ?? 0) + mostOffMs : end.how === 'cut' ? end.at : end.at + 60_000;

/** The parts of a call, from a tape. */
export interface TapedParts extends CallParts {
  readonly vad?: NonNullable<ConversationOptions['vad']>;
}

function partsOf(call: TapedCall): TapedParts {
  const conductor = new Conductor();
  const next = (of: StrandOf): (() => StrandLine | undefined) => {
    const strands = strandsOf(call, of);
    return () => strands.shift();
  };
  const strand$ = <Value>(
    of: StrandOf,
    missing$: Observable<Value> = EMPTY,
    decode: (value: unknown) => Value = value => value as Value,
  ): Observable<Value> => {
    const take = next(of);
    return defer(() => {
      const strand = take();
      return strand === undefined ? missing$ : conductor.play(strand, decode);
    });
  };
  const extras = (stage: Stage): Warmable & Noticing => ({
    ...(strandsOf(call, `warm ${stage}`).length > 0 && { warm$: strand$<Loading>(`warm ${stage}`) }),
    ...(strandsOf(call, `notice ${stage}`).length > 0 && { notice$: strand$<Notice>(`notice ${stage}`) }),
  });

  const transcript$ = strand$<SttEvent>('stt');
  const activity$ = strand$<VoiceActivity>('voice');
  const voiced = strandsOf(call, 'llm').some(({ values }) => values.some(([, , value]) => isVoice(value)));
  const reply$ = nextReply(call, conductor);
  const answer$ = strand$<LlmEvent>(
    'llm',
    throwError(() => new Error('The tape has no answer to this request: there were fewer then.')),
    value => (isVoice(value) ? { type: 'voice', audio$: reply$ } : (value as LlmEvent)),
  );
  const stt: Stt = frame$ => duringInput(frame$, transcript$);
  const llm: Llm = () => answer$;
  return {
    stt: Object.assign(stt, extras('stt')),
    llm: Object.assign(llm, extras('llm'), voiced && { voiced }),
    tts: Object.assign(ttsOf(call, conductor, voiced ? undefined : reply$), extras('tts')),
    input$: Object.assign(strand$('input', EMPTY, frameFrom), extras('input')),
    output: Object.assign(outputOf(call, conductor), extras('output')),
    ...(strandsOf(call, 'voice').length > 0 && {
      vad: (frame$: Observable<AudioFrame>) => duringInput(frame$, activity$),
    }),
  };
}

/** Values of the tape, while the audio is consumed. Errors of the audio are passed on. */
const duringInput = <Value>(frame$: Observable<AudioFrame>, value$: Observable<Value>): Observable<Value> =>
  value$.pipe(
    connect(value$ =>
      merge(frame$.pipe(ignoreElements(), takeUntil(value$.pipe(ignoreElements(), endWith(true)))), value$),
    ),
  );

/** Sentences as they were spoken: those with the same words first; one that was not is hummed. */
function ttsOf(call: TapedCall, conductor: Conductor, reply$: Observable<AudioFrame> | undefined): Tts {
  const sentences = strandsOf(call, 'tts');
  const hum = scriptedTts();
  const tts: Tts = text =>
    defer(() => {
      const same = sentences.findIndex(strand => strand.text === text);
      const [strand] = sentences.splice(Math.max(0, same), 1);
      return strand === undefined ? hum(text) : conductor.play(strand, frameFrom);
    });
  if (reply$ === undefined || strandsOf(call, 'ttsStream').length === 0) return tts;
  return Object.assign(tts, {
    stream: ((text$: Observable<string>) =>
      merge(text$.pipe(ignoreElements()), reply$)) satisfies Tts['stream'],
  });
}

/** The speech of the next whole reply, each time it is subscribed. */
function nextReply(call: TapedCall, conductor: Conductor): Observable<AudioFrame> {
  const replies = strandsOf(call, 'ttsStream');
  return defer(() => {
    const strand = replies.shift();
    return strand === undefined
      ? throwError(() => new Error('The tape has no speech for this reply: there were fewer then.'))
      : conductor.play(strand, frameFrom);
  });
}

const isVoice = (value: unknown): boolean => (value as { readonly type?: string }).type === 'voice';

/** An output that reports, ends and fails as it did. */
function outputOf(call: TapedCall, conductor: Conductor): Output {
  const replies = strandsOf(call, 'output');
  const loudspeaker = toOutput({ write: () => undefined });
  return speech$ =>
    defer(() => {
      const strand = replies.shift();
      // A cut output without reports keeps time like a loudspeaker, for a bot that doesn't cut it now.
      const silent = strand?.values.length === 0 && strand.end?.how === 'cut';
      if (strand === undefined || silent) return loudspeaker(speech$);
      return conductor.play(strand, value => ({ playedMs: Number(value) }), speech$);
    });
}

const frameFrom = (value: unknown): AudioFrame => {
  const [samples, sampleRate, audio] = value as readonly [number, number, string?];
  return audio === undefined
    ? silence((samples / sampleRate) * 1000, sampleRate)
    : frameOf(Buffer.from(audio, 'base64'), sampleRate);
};

function compared(
  { events, end }: TapedCall,
  { values }: VirtualRun<ConversationEvent>,
): Pick<Replay, 'differences' | 'offMs'> {
  const before = events.map(({ at, event }) => split(at, event));
  const after = values.map(({ at, value }) =>
    split(
      at,
      taped(value, text => text),
    ),
  );
  // A tape that was cut off is incomplete after its last completed turn.
  const count =
    end === undefined
      ? events.findLastIndex(({ event }) => turnEnds.has(event.type)) + 1
      : Math.max(before.length, after.length);
  const off = (index: number): number =>
    Math.max(
      0,
      ...(before[index]?.times ?? []).map((ms, which) => Math.abs(ms - (after[index]?.times[which] ?? ms))),
    );
  const numbers = Array.from({ length: count }, (_, index) => index);
  const differing = numbers.filter(
    index => before[index]?.text !== after[index]?.text || off(index) > mostOffMs,
  );
  return {
    differences: differing.map(
      index => `${index}: ${before[index]?.text ?? 'nothing'} then, ${after[index]?.text ?? 'nothing'} now`,
    ),
    offMs: differing.length > 0 ? NaN : Math.max(0, ...numbers.map(off)),
  };
}

/** An event as JSON without its times, and its times: names of times end in "Ms". */
function split(at: number, event: ConversationEvent): { text: string; times: readonly number[] } {
  const members = Object.entries(event as unknown as Record<string, unknown>);
  const isTime = ([name, value]: [string, unknown]): boolean =>
    typeof value === 'number' && (name.endsWith('Ms') || name === 'ms');
  return {
    text: JSON.stringify(Object.fromEntries(members.filter(member => !isTime(member)))),
    times: [at, ...members.filter(isTime).map(([, value]) => value as number)],
  };
}
