import { describe, expect, it } from 'vitest';
import { setup, type VoiceConfig } from '../../lib/index.ts';
import { scriptedInput, scriptedLlm, scriptedStt, scriptedTts } from '../../lib/testing/index.ts';

const engines = { stt: scriptedStt([]), llm: scriptedLlm('Yes.'), tts: scriptedTts() };
const withLanguage = (language: unknown): VoiceConfig =>
  ({ ...engines, bargeIn: { language }, turns: { language } }) as VoiceConfig;

describe('the language of turns', () => {
  it.each([
    'de',
    'de-AT',
    'zh-Hant-TW',
    'und',
    { tag: 'sv', backchannels: ['ja'], interruptions: [], open: [], perhapsOpen: [] },
    {
      tag: 'fi',
      backchannels: ['joo'],
      backchannelEndings: ['han'],
      interruptions: ['odota'],
      interruptionEndings: ['pa'],
      open: [],
      perhapsOpen: [],
    },
  ])('should be %j', language => {
    expect(() =>
      setup(withLanguage(language)).conversation$(scriptedInput(10), { write: () => undefined }),
    ).not.toThrow();
  });

  it.each(['xx', 'german', 7, { tag: 'sv' }])('should not be %j', language => {
    expect(() => setup(withLanguage(language))).toThrow(/bargeIn\.language.*one of ar, de, el/su);
  });
});
