import { namedLlm, namedRealtime, namedStt, namedTts } from '#namedEngines';
import { EMPTY, merge, type Observable } from 'rxjs';
import { type Conversation, conversation } from '../conversation/conversation.ts';
import type { Loading } from '../engine.ts';
import { builtinLlm } from '../providers/builtin/builtinLlm.ts';
import { knownLanguage } from '../languages/languages.ts';
import { llmFrom } from '../llm/bot/llmFrom.ts';
import type { Llm } from '../llm/message.ts';
import { isToolSource } from '../llm/toolSource.ts';
import type { Stt } from '../stt/stt.ts';
import type { Tts } from '../tts/tts.ts';
import type { Realtime } from '../realtime.ts';
import { checked, type LlmConfig, type RealtimeVoiceConfig, type SttConfig } from './schema.ts';
import type { TtsConfig, VoiceConfig } from './schema.ts';

/** A configured voice bot, ready for any number of conversations. */
export interface Voice {
  /** Places a call over an input and an output; see `conversation`. */
  readonly conversation$: Conversation;
  /** Loads the engines and keeps them loaded while subscribed, so that every call starts at once. */
  readonly warm$: Observable<Loading>;
  readonly stt: Stt;
  readonly llm: Llm;
  readonly tts: Tts;
  /** The model that hears and speaks, if there is one; `stt`, `llm` and `tts` are then those of a session of its own. */
  readonly realtime?: Realtime;
}

/**
 * Sets up a voice bot: chooses the engines and checks every option at once. Each engine may also be a function of
 * your own. Nothing is loaded or connected before a conversation (or `warm$`) is subscribed; several bots can
 * coexist.
 *
 * @throws RxvoiceError that lists every problem: its path, the expected and the received value, and the fix.
 *
 * With `realtime`, one model hears and speaks in place of three engines.
 *
 * @example
 * const voice = setup({ stt: { engine: 'local' }, llm: { engine: 'builtin' }, tts: { engine: 'local' } });
 * voice.conversation$(wavInput('question.wav'), wavOutput('answer.wav')).subscribe(console.log);
 */
export function setup(config: VoiceConfig | RealtimeVoiceConfig): Voice {
  const right = checked(config);
  return 'realtime' in right ? realtimeVoice(right) : stagedVoice(right);
}

/** A bot of three engines. */
function stagedVoice({ stt, llm, tts, ...given }: VoiceConfig): Voice {
  const options = inLanguageOf(
    typeof stt === 'function' || stt.engine === 'local' ? undefined : stt.language,
    given,
  );
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

/** A bot of one model that hears and speaks: each call has a session of its own. */
function realtimeVoice({ realtime: config, ...given }: RealtimeVoiceConfig): Voice {
  const named = typeof config === 'function' ? undefined : config;
  const options = inLanguageOf(named?.language, given);
  const maxMs = options.turns?.maxMs;
  const realtime =
    typeof config === 'function'
      ? config
      : namedRealtime({ ...config, ...(maxMs !== undefined && Number.isFinite(maxMs) && { maxMs }) });
  const systemPrompt = named?.systemPrompt ?? options.systemPrompt;
  return {
    ...realtime(),
    realtime,
    conversation$: conversation({
      ...options,
      realtime,
      ...(systemPrompt !== undefined && { systemPrompt }),
    }),
    warm$: EMPTY,
  };
}

/** The language of turns is that of speech-to-text, unless set: by punctuation alone where its words are unknown. */
function inLanguageOf<Options extends Pick<VoiceConfig, 'turns' | 'bargeIn'>>(
  heard: string | undefined,
  options: Options,
): Options {
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
