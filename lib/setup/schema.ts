import { z } from 'zod';
import { isObservable, type Observable } from 'rxjs';
import type { Command } from '../conversation/command.ts';
import type {
  ConversationOptions,
  RealtimeConversationOptions,
} from '../conversation/conversationOptions.ts';
import { RxvoiceError } from '../errors.ts';
import type { Language } from '../languages/language.ts';
import { expectedLanguage, knownLanguage } from '../languages/languages.ts';
import type { Bot } from '../llm/bot/bot.ts';
import type { Realtime } from '../realtime.ts';
import type { Stt } from '../stt/stt.ts';
import { longestTimerMs } from '../rx/timers.ts';
import type { Tts } from '../tts/tts.ts';
import { count, milliseconds, operation, someMilliseconds, text, texts } from './checks.ts';
import {
  builtinLlm,
  deepgramStt,
  deepgramTts,
  localStt,
  localTts,
  type NamedBuiltinLlm,
  type NamedLlm,
  type NamedRealtime,
  type NamedStt,
  type NamedTts,
  openaiLlm,
  openaiRealtime,
  openaiStt,
  openaiTts,
} from './engineOptions.ts';
import { describeProblems } from './problems.ts';
import { withoutUndefined } from './withoutUndefined.ts';

const phrases = texts.exactOptional();
const words = z.array(z.string());
const ownLanguage: z.ZodType<Language> = z.object({
  tag: text,
  backchannels: words,
  backchannelEndings: words.exactOptional(),
  interruptions: words,
  interruptionEndings: words.exactOptional(),
  open: words,
  perhapsOpen: words,
  complete: words.exactOptional(),
});
const language = z.custom<string | Language>(
  value =>
    typeof value === 'string' ? knownLanguage(value) !== undefined : ownLanguage.safeParse(value).success,
  expectedLanguage.replace('expected ', ''),
);
const profile = {
  onVoice: z.enum(['pause', 'cut', 'wait']).exactOptional(),
  minVoiceMs: milliseconds.exactOptional(),
  minWords: count.exactOptional(),
  resumeMs: milliseconds.exactOptional(),
  language: language.exactOptional(),
  always: phrases,
  never: phrases,
};

const message = z.strictObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string(),
  toolCalls: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        arguments: z.string(),
        providerData: z.unknown().optional(),
      }),
    )
    .exactOptional(),
  toolCallId: z.string().exactOptional(),
});

const tools = z
  .array(
    z.union(
      [
        z.looseObject({ name: text, description: z.string(), call: operation }),
        z.looseObject({ name: text, tools$: z.custom(isObservable, 'an Observable') }),
      ],
      'a tool',
    ),
  )
  .refine(list => new Set(list.map(({ name }) => name)).size === list.length, 'tools with different names');

/** Every option of a conversation has its check; the compiler compares the two. */
type OptionChecks = Record<Exclude<keyof ConversationOptions, 'stt' | 'llm' | 'tts'>, z.ZodType>;

const options = z.strictObject({
  /** The model's instructions, unless `llm` has a prompt itself. */
  systemPrompt: text.exactOptional(),
  /** Messages of an earlier call that this one continues. */
  history: z.array(message).exactOptional(),
  /** The bot's apology for a failed turn. */
  apology: z.union([text, z.literal(false)], 'a text, or false').exactOptional(),
  /** The bot's last words before a call that can't go on ends. */
  lastWords: text.exactOptional(),
  /** Tools that the model may call. */
  tools: tools.exactOptional(),
  turns: z
    .strictObject({
      maxMs: z.number().min(1).max(longestTimerMs).or(z.literal(Infinity)).exactOptional(),
      maxWords: z.number().min(1).or(z.literal(Infinity)).exactOptional(),
      silenceMs: z.union([milliseconds, operation], 'milliseconds, or a function').exactOptional(),
      completeness: operation.exactOptional(),
      language: language.exactOptional(),
      finalMs: milliseconds.or(z.literal(Infinity)).exactOptional(),
      watchdogMs: someMilliseconds.exactOptional(),
    })
    .exactOptional(),
  vad: operation.exactOptional(),
  bargeIn: z
    .strictObject({
      ...profile,
      thinking: z.strictObject(profile).exactOptional(),
      speaking: z.strictObject(profile).exactOptional(),
      judge: operation.exactOptional(),
      protect: operation.exactOptional(),
      warmUpMs: milliseconds.exactOptional(),
    })
    .exactOptional(),
  speculation: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          tts: z.boolean().exactOptional(),
          silenceMs: milliseconds.exactOptional(),
          stableMs: milliseconds.or(z.literal(Infinity)).exactOptional(),
          perTurn: count.exactOptional(),
          perMinute: count.exactOptional(),
        }),
      ],
      'true, false or the options of speculation',
    )
    .exactOptional(),
  filler: z
    .strictObject({
      afterMs: milliseconds.exactOptional(),
      texts: z.array(text).exactOptional(),
      max: count.exactOptional(),
    })
    .exactOptional(),
  greeting: z
    .union(
      [text, z.strictObject({ text, interruptible: z.boolean().exactOptional() })],
      'a text or { text, interruptible }',
    )
    .exactOptional(),
  idle: z
    .strictObject({
      afterMs: someMilliseconds.exactOptional(),
      prompts: z.array(text).exactOptional(),
      hangUp: z
        .union([z.boolean(), z.strictObject({ goodbye: text })], 'true, false or { goodbye }')
        .exactOptional(),
    })
    .exactOptional(),
  maxCall: z.strictObject({ ms: someMilliseconds, goodbye: text.exactOptional() }).exactOptional(),
  context: z
    .strictObject({
      maxMessages: z.number().int().min(1).exactOptional(),
      maxCharacters: z.number().int().min(1).exactOptional(),
      compact: operation.exactOptional(),
    })
    .exactOptional(),
  commands$: z.custom<Observable<Command>>(isObservable, 'an Observable').exactOptional(),
  halfDuplex: z
    .union(
      [z.boolean(), z.strictObject({ tailMs: milliseconds.exactOptional() })],
      'true, false or { tailMs }',
    )
    .exactOptional(),
  speech: z
    .strictObject({ ahead: count.exactOptional(), leadMs: milliseconds.exactOptional() })
    .exactOptional(),
  sentences: z
    .strictObject({
      firstMinChars: z.union([count, z.literal(false)], 'a whole number, or false').exactOptional(),
      maxChars: z.number().int().min(1).exactOptional(),
      firstAtMark: z.boolean().exactOptional(),
      maxWaitMs: z.union([milliseconds, z.literal(false)], 'milliseconds, or false').exactOptional(),
    })
    .exactOptional(),
  stallMs: someMilliseconds.exactOptional(),
  operators: z
    .strictObject({
      transcripts: operation.exactOptional(),
      text: operation.exactOptional(),
      sentences: operation.exactOptional(),
      audio: operation.exactOptional(),
    })
    .exactOptional(),
} satisfies OptionChecks);

/** A speech-to-text engine: one of ours by name, or a function of your own. */
export type SttConfig = Stt | NamedStt;
/** A language model: one of ours by name, or your own chat bot in any form that `llmFrom` takes. */
export type LlmConfig = Bot | NamedBuiltinLlm | NamedLlm;
/** A text-to-speech engine: one of ours by name, or a function of your own. */
export type TtsConfig = Tts | NamedTts;

/** The configuration of `setup`: the engines, and every option of a conversation. */
export interface VoiceConfig extends Omit<ConversationOptions, 'stt' | 'llm' | 'tts'> {
  readonly stt: SttConfig;
  readonly llm: LlmConfig;
  readonly tts: TtsConfig;
}

/** A model that hears and speaks: one of ours by name, or a function of your own. */
export type RealtimeConfig = Realtime | NamedRealtime;

/** The configuration of `setup` for a model that hears and speaks, in place of three engines. */
export interface RealtimeVoiceConfig extends Omit<RealtimeConversationOptions, 'realtime'> {
  readonly realtime: RealtimeConfig;
}

/** A function, or one of the named engines. */
const engine = (
  value: unknown,
  ...named: [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]
): z.ZodType => (typeof value === 'function' ? z.any() : z.discriminatedUnion('engine', named));

const optionsOfEngines = {
  realtime: { openai: Object.keys(openaiRealtime.shape) },
  stt: {
    local: Object.keys(localStt.shape),
    deepgram: Object.keys(deepgramStt.shape),
    openai: Object.keys(openaiStt.shape),
  },
  llm: { builtin: Object.keys(builtinLlm.shape), openai: Object.keys(openaiLlm.shape) },
  tts: {
    local: Object.keys(localTts.shape),
    deepgram: Object.keys(deepgramTts.shape),
    openai: Object.keys(openaiTts.shape),
  },
};

/**
 * The configuration, if it is right, without the options that are `undefined`: they are left out.
 *
 * @throws RxvoiceError that lists every problem.
 */
export function checked<Config extends VoiceConfig | RealtimeVoiceConfig>(given: Config): Config {
  const config = withoutUndefined(given);
  const { stt, llm, tts, realtime } = Object(config) as Partial<VoiceConfig & RealtimeVoiceConfig>;
  const schema =
    realtime === undefined
      ? options.extend({
          stt: engine(stt, localStt, deepgramStt, openaiStt),
          llm: engine(llm, builtinLlm, openaiLlm),
          tts: engine(tts, localTts, deepgramTts, openaiTts),
        })
      : options.omit({ speculation: true }).extend({
          realtime: engine(realtime, openaiRealtime),
          operators: z
            .strictObject({ transcripts: operation.exactOptional(), audio: operation.exactOptional() })
            .exactOptional(),
        });
  const { error } = schema.safeParse(config);
  if (error) throw new RxvoiceError(describeProblems(error.issues, config, optionsOfEngines));
  return config;
}
