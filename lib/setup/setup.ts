import { namedLlm, namedStt, namedTts } from '#namedEngines';
import { merge, type Observable } from 'rxjs';
import { type Conversation, conversation } from '../conversation/conversation.ts';
import type { Loading } from '../engine.ts';
import { builtinLlm } from '../providers/builtin/builtinLlm.ts';
import { knownLanguage } from '../languages/languages.ts';
import { llmFrom } from '../llm/bot/llmFrom.ts';
import type { Llm } from '../llm/message.ts';
import { isToolSource } from '../llm/toolSource.ts';
import type { Stt } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import { checked, type LlmConfig, type SttConfig, type TtsConfig, type VoiceConfig } from './schema.ts';

/** A configured voice bot, ready for any number of conversations. */
export interface Voice {
  /** Places a call over an input and an output; see `conversation`. */
  readonly conversation$: Conversation;
  /** Loads the engines and keeps them loaded while subscribed, so that every call starts at once. */
  readonly warm$: Observable<Loading>;
  readonly stt: Stt;
  readonly llm: Llm;
  readonly tts: Tts;
}

/**
 * Sets up a voice bot: chooses the engines and checks every option at once. Each engine may also be a function of
 * your own. Nothing is loaded or connected before a conversation (or `warm$`) is subscribed; several bots can
 * coexist.
 *
 * @throws RxvoiceError that lists every problem: its path, the expected and the received value, and the fix.
 *
 * @example
 * const voice = setup({ stt: { engine: 'local' }, llm: { engine: 'builtin' }, tts: { engine: 'local' } });
 * voice.conversation$(wavInput('question.wav'), wavOutput('answer.wav')).subscribe(console.log);
 */
export function setup(config: VoiceConfig): Voice {
  const { stt, llm, tts, ...given } = checked(config);
  const options = inLanguageOf(stt, given);
  const engines = { stt: sttOf(stt, options.turns?.maxMs), llm: llmOf(llm), tts: ttsOf(tts) };
  const systemPrompt = (typeof llm === 'function' ? undefined : llm.systemPrompt) ?? options.systemPrompt;
  return {
    ...engines,
    conversation$: conversation({
      ...options,
      ...engines,
      ...(systemPrompt !== undefined && { systemPrompt }),
    }),
    warm$: merge(
      ...[...Object.values(engines), ...(options.tools ?? []).filter(isToolSource)].flatMap(({ warm$ }) =>
        warm$ ? [warm$] : [],
      ),
    ),
  };
}

/** The language of turns is that of speech-to-text, unless set: by punctuation alone where its words are unknown. */
function inLanguageOf(
  stt: SttConfig,
  options: Omit<VoiceConfig, 'stt' | 'llm' | 'tts'>,
): Omit<VoiceConfig, 'stt' | 'llm' | 'tts'> {
  const heard = typeof stt === 'function' || stt.engine === 'local' ? undefined : stt.language;
  if (heard === undefined || heard === 'multi') return options;
  const language = knownLanguage(heard)?.tag ?? 'und';
  return { ...options, turns: { language, ...options.turns }, bargeIn: { language, ...options.bargeIn } };
}

/** An engine that knows the longest turn ends its words there. */
const sttOf = (config: SttConfig, maxMs: number | undefined): Stt =>
  typeof config === 'function' ? config : namedStt({ ...config, ...(maxMs !== undefined && { maxMs }) });

const llmOf = (config: LlmConfig): Llm => {
  if (typeof config === 'function') return llmFrom(config);
  return config.engine === 'builtin' ? builtinLlm() : namedLlm(config);
};

const ttsOf = (config: TtsConfig): Tts => (typeof config === 'function' ? config : namedTts(config));
