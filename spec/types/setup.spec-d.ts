import { of } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AudioFrame,
  type Llm,
  setup,
  type Stt,
  type Tts,
  type Voice,
  type RealtimeVoiceConfig,
  type VoiceConfig,
} from 'rxvoice';
import { deepgram } from 'rxvoice/deepgram';
import { openai } from 'rxvoice/openai';

const stt = { engine: 'local' } as const;
const llm = { engine: 'builtin' } as const;
const tts = { engine: 'local' } as const;

describe('setup', () => {
  it('should take engines by name, as functions, and from a provider', () => {
    expectTypeOf(setup).parameters.toEqualTypeOf<[VoiceConfig | RealtimeVoiceConfig]>();
    expectTypeOf(setup({ stt, llm, tts })).toEqualTypeOf<Voice>();
    setup({
      stt: frame$ => frame$.pipe(() => of({ type: 'speechStart', at: 0 })),
      llm: messages => of({ type: 'token', text: `${messages.length}` }),
      tts: () => of<AudioFrame>({ pcm: new Int16Array(0), sampleRate: 16_000 }),
    });
    setup({
      stt: deepgram({ apiKey: 'any' }).stt(),
      llm: openai().llm({ model: 'any' }),
      tts: openai().tts(),
    });
  });

  it('should refuse at compile time what it would refuse at run time', () => {
    // @ts-expect-error: an engine is missing
    setup({ stt, llm });
    // @ts-expect-error: there is no such engine
    setup({ stt: { engine: 'lokal' }, llm, tts });
    // @ts-expect-error: a model of another engine
    setup({ stt: { engine: 'local', model: 'nova-3' }, llm, tts });
    // @ts-expect-error: there is no such option
    setup({ stt, llm, tts: { engine: 'local', pitch: 2 } });
    // @ts-expect-error: an option of Nova has a number
    setup({ stt: { engine: 'deepgram', endpointingMs: '300' }, llm, tts });
    // @ts-expect-error: the longest turn is an option of the conversation
    setup({ stt: { engine: 'local', maxMs: 1_000 }, llm, tts });
    // @ts-expect-error: a speech-to-text engine is no language model
    setup({ stt, llm: deepgram().stt(), tts });
    // @ts-expect-error: an operator of texts gets texts
    setup({ stt, llm, tts, operators: { text: text$ => text$.pipe(() => of(1)) } });
  });

  it('should give an engine its contextual types', () => {
    const mine: Llm = messages => {
      expectTypeOf(messages[0]!.role).toEqualTypeOf<'system' | 'user' | 'assistant' | 'tool'>();
      return of({ type: 'token', text: 'Hello.' });
    };
    expectTypeOf(mine).toExtend<Llm>();
    expectTypeOf(deepgram().stt()).toEqualTypeOf<Stt>();
    expectTypeOf(deepgram().tts()).toEqualTypeOf<Tts>();
    // @ts-expect-error: a model has no voice
    openai().llm({ voice: 'alloy' });
  });
});
