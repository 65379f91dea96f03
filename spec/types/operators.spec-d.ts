/* eslint-disable rxjs-x/no-floating-observables -- nothing runs here */
import { from, map, type Observable, of, scan, tap } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AudioFrame,
  conversation,
  type ConversationEvent,
  failover,
  type Llm,
  type LlmEvent,
  type Message,
  ofType,
  type Output,
  remember,
  type Stt,
  type SttEvent,
  summary,
  type Tts,
  type TurnMetrics,
  turnMetrics,
  wrap,
} from 'rxvoice';
import { type AudioInput, reframe, resample, toInput, toOutput } from 'rxvoice/audio';
import { type SpeechEvent, sentences, speak, utterances } from 'rxvoice/operators';

declare const event$: Observable<ConversationEvent>;
declare const frame$: Observable<AudioFrame>;
declare const engines: { stt: Stt; llm: Llm; tts: Tts };
declare const output: Output;

describe('operators', () => {
  it('should narrow events by their type', () => {
    event$.pipe(ofType('user.said')).subscribe(event => {
      expectTypeOf(event.type).toEqualTypeOf<'user.said'>();
      expectTypeOf(event.text).toBeString();
    });
    event$.pipe(ofType('user.said', 'bot.spoke')).subscribe(({ type, text }) => {
      expectTypeOf(type).toEqualTypeOf<'user.said' | 'bot.spoke'>();
      expectTypeOf(text).toBeString();
    });
    // @ts-expect-error: there is no such event
    event$.pipe(ofType('user.sang'));
    const transcript$: Observable<SttEvent> = frame$.pipe(engines.stt);
    expectTypeOf(transcript$.pipe(ofType('final'))).toExtend<Observable<{ text: string }>>();
  });

  it('should fit together in the order of a conversation', () => {
    const text$ = engines.llm([{ role: 'user', content: 'Hello.' }]).pipe(sentences());
    expectTypeOf(text$).toEqualTypeOf<Observable<string>>();
    expectTypeOf(text$.pipe(speak(engines.tts, output))).toEqualTypeOf<Observable<SpeechEvent>>();
    expectTypeOf(frame$.pipe(reframe(), resample(8_000))).toEqualTypeOf<Observable<AudioFrame>>();
    expectTypeOf(frame$.pipe(engines.stt, utterances())).toExtend<Observable<{ content: string }>>();
    // @ts-expect-error: audio is no text
    frame$.pipe(sentences());
  });

  it('should make figures and a history of events', () => {
    expectTypeOf(event$.pipe(turnMetrics())).toEqualTypeOf<Observable<TurnMetrics>>();
    event$.pipe(turnMetrics(), summary());
    expectTypeOf(event$.pipe(scan(remember, []))).toExtend<Observable<readonly Message[]>>();
    expectTypeOf(conversation(engines)(frame$, output)).toEqualTypeOf<Observable<ConversationEvent>>();
  });

  it('should keep the type of an engine that is wrapped or backed up by others', () => {
    const llm: Llm = wrap(engines.llm, llm => messages => llm(messages).pipe(tap(event => event.type)));
    const stt = wrap(engines.stt, stt => frame$ => frame$.pipe(reframe(), stt));
    expectTypeOf(llm).toEqualTypeOf<Llm>();
    expectTypeOf(stt).toEqualTypeOf<Stt>();
    expectTypeOf(failover([engines.tts, engines.tts])).toEqualTypeOf<Tts>();
    // @ts-expect-error: a model that emits numbers is no model
    wrap(engines.llm, llm => messages => llm(messages).pipe(map(() => 1)));
    // @ts-expect-error: engines of two stages
    failover([engines.stt, engines.llm]);
  });

  it('should take any input and output that it knows', () => {
    expectTypeOf(toInput(process.stdin)).toEqualTypeOf<Observable<AudioFrame>>();
    expectTypeOf(toOutput(process.stdout)).toEqualTypeOf<Output>();
    expectTypeOf(toOutput({ write: bytes => bytes.length })).toEqualTypeOf<Output>();
    expectTypeOf(from([new Uint8Array(2)])).not.toExtend<AudioInput>();
    of<LlmEvent>({ type: 'token', text: 'Hello.' });
    // @ts-expect-error: a path is no input
    toInput('question.wav');
  });
});
