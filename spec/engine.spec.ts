import { EMPTY, map, NEVER, of, Subject, tap } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type Notice, wrap } from '../lib/engine.ts';
import type { AudioFrame } from '../lib/audio/frame.ts';
import type { Llm, LlmEvent } from '../lib/llm/message.ts';
import type { Stt } from '../lib/stt/stt.ts';
import type { Tts } from '../lib/tts/tts.ts';

const token = (text: string): LlmEvent => ({ type: 'token', text });
const shouted =
  (llm: Llm): Llm =>
  messages =>
    llm(messages).pipe(map(event => (event.type === 'token' ? token(event.text.toUpperCase()) : event)));
const textOf = (llm: Llm): string => {
  let text = '';
  llm([]).subscribe(event => (text += event.type === 'token' ? event.text : ''));
  return text;
};

describe('wrap', () => {
  it('should keep the load and the notices of an engine', () => {
    const notice$ = new Subject<Notice>();
    const warm$ = of({ engine: 'it', progress: 1 });
    const llm: Llm = Object.assign(() => of(token('hello')), { notice$, warm$ });

    const mine: Llm = wrap(llm, shouted);

    expect(textOf(mine)).toBe('HELLO');
    expect(mine.notice$).toBe(notice$);
    expect(mine.warm$).toBe(warm$);
    expect(mine.session).toBeUndefined();
  });

  it('should change the session of each call in the same way, with the terms that it is for', () => {
    const warm$ = of({ engine: 'of a call', progress: 1 });
    const session = vi.fn(() => Object.assign(() => of(token('of a call')), { warm$ }));
    const llm: Llm = Object.assign(() => of(token('of all calls')), { session });

    const mine = wrap(wrap(llm, shouted), llm => messages => llm(messages).pipe(tap(() => undefined)));
    const ofCall = mine.session!({ hasStandby: true });

    expect(textOf(ofCall)).toBe('OF A CALL');
    expect(ofCall.warm$).toBe(warm$);
    expect(session).toHaveBeenCalledExactlyOnceWith({ hasStandby: true });
  });

  it('should keep the push-to-talk of a speech-to-text engine', () => {
    const endTurn = vi.fn();
    const stt: Stt = Object.assign(() => EMPTY, { endTurn });

    wrap(stt, stt => frame$ => frame$.pipe(stt)).endTurn!();

    expect(endTurn).toHaveBeenCalledOnce();
  });

  it('should let no text bypass a change: the form for whole replies is there where the change has one', () => {
    const stream: Tts['stream'] = () => EMPTY;
    const tts: Tts = Object.assign(() => EMPTY, { stream });

    expect(wrap(tts, tts => text => tts(text.toUpperCase())).stream).toBeUndefined();
    expect(wrap(tts, tts => Object.assign((text: string) => tts(text), { stream })).stream).toBe(stream);
  });

  it('should prefer what the changed engine has itself', () => {
    const notice$ = new Subject<Notice>();
    const llm: Llm = Object.assign(() => of(token('hello')), { notice$: NEVER });

    expect(wrap(llm, llm => Object.assign(shouted(llm), { notice$ })).notice$).toBe(notice$);
  });

  it('should wrap an input, too', () => {
    const notice$ = new Subject<Notice>();
    const frame$ = Object.assign(of<AudioFrame>({ pcm: new Int16Array(2), sampleRate: 8_000 }), { notice$ });
    const wrapped$ = wrap(frame$, frame$ => Object.assign(frame$.pipe(tap()), { notice$ }));

    expect(wrapped$.notice$).toBe(notice$);
  });
});
