import { z } from 'zod';
import { isObservable, type Observable } from 'rxjs';
import { isBare } from '../options/address.ts';
import type { Command } from '../conversation/command.ts';
import type { ConversationOptions } from '../conversation/conversationOptions.ts';
import { RxvoiceError } from '../errors.ts';
import type { Language } from '../languages/language.ts';
import { expectedLanguage, knownLanguage } from '../languages/languages.ts';
import type { Llm } from '../llm/message.ts';
import type { Stt } from '../stt/stt.ts';
import { modelOfVoice, voiceProblems } from '../providers/deepgram/voices.ts';
import type { FluxConfiguration } from '../providers/deepgram/fluxConfiguration.ts';
import { longestTimerMs } from '../rx/timers.ts';
import type { Tts } from '../tts/tts.ts';
import { describeProblems } from './problems.ts';
import { withoutUndefined } from './withoutUndefined.ts';

const milliseconds = z.number().int().nonnegative().max(longestTimerMs);
const someMilliseconds = milliseconds.min(1);
const count = z.number().int().nonnegative();
const text = z.string().min(1);
const texts = z.array(text).readonly();
const isFunction = (value: unknown): boolean => typeof value === 'function';
const operation = z.custom<(...args: never[]) => unknown>(isFunction, 'a function');

const localStt = z.strictObject({
  engine: z.literal('local'),
  /** Which Moonshine model: `tiny` (28 MB, default) or `base` (63 MB, better in noise). */
  model: z.enum(['tiny', 'base']).exactOptional(),
  /** Silence after which the user has finished, ms. */
  endpointingMs: milliseconds.exactOptional(),
  /** The least time between two interim transcripts, ms. */
  interimMs: milliseconds.exactOptional(),
});

const localTts = z.strictObject({
  engine: z.literal('local'),
  /** Which of Flite's voices. */
  voice: z.enum(['rms', 'slt', 'awb', 'kal16']).exactOptional(),
  /** 1 is the voice's own speed. */
  speed: z.number().min(0.5).max(2).exactOptional(),
});

const address = (protocol: RegExp) => {
  const url = z.url({ protocol });
  return url.refine(
    // One problem is enough.
    value => !url.safeParse(value).success || isBare(value),
    'an address without a user name, a password, a query or a fragment',
  );
};

/** What every Deepgram engine takes; the key may come from the environment, and a server of one's own may need none. */
const deepgram = {
  engine: z.literal('deepgram'),
  /** Default: the environment's `DEEPGRAM_API_KEY`. */
  apiKey: text.exactOptional(),
  /** A temporary token instead of a key, or what gives one for each connection. */
  accessToken: z
    .union(
      [text, z.custom<() => string | Promise<string>>(isFunction)],
      'a token, or a function that gives one',
    )
    .exactOptional(),
  /** A region, or a server of your own. Default: the environment's `DEEPGRAM_BASE_URL`, else Deepgram. */
  baseURL: address(/^(?:https?|wss?)$/u).exactOptional(),
  model: text.exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  /** Hz. */
  sampleRate: z.number().int().min(8_000).max(48_000).exactOptional(),
  /** Further parameters, as the service calls them. */
  options: z.record(z.string(), z.unknown()).exactOptional(),
  /** The longest the service may give no sign of life, ms. */
  timeoutMs: someMilliseconds.exactOptional(),
  /** The longest outage of the service that a call survives, ms. */
  outageMs: milliseconds.exactOptional(),
  /** How many failures in a row are the end, whatever the time. */
  retries: z.number().int().min(1).exactOptional(),
};

/** Whether an address is one of a service's own: its domain, or one of its regions; not one that only sounds like it. */
function isOf(address: string, domain: string): boolean {
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

const deepgramKey = (
  { apiKey, accessToken, baseURL }: { apiKey?: string; accessToken?: unknown; baseURL?: string },
  context: z.core.$RefinementCtx,
): void => {
  const { DEEPGRAM_API_KEY, DEEPGRAM_ACCESS_TOKEN, DEEPGRAM_BASE_URL } = process.env;
  const server = (baseURL ?? DEEPGRAM_BASE_URL) || 'https://api.deepgram.com';
  const key = accessToken ?? ((apiKey ?? DEEPGRAM_API_KEY) || DEEPGRAM_ACCESS_TOKEN);
  if (isOf(server, 'deepgram.com') && !key)
    context.addIssue({ code: 'custom', path: ['apiKey'], message: 'an API key' });
};

const deepgramStt = z
  .strictObject({
    ...deepgram,
    language: text.exactOptional(),
    /** Names and terms to listen for. */
    keyterms: texts.exactOptional(),
    /** Flux: the languages to expect, with `flux-general-multi`. */
    languageHints: texts.exactOptional(),
    /** Nova: silence after which the user has finished, ms. */
    endpointingMs: milliseconds.exactOptional(),
    /** Nova: the gap between words that ends a turn, ms. */
    utteranceEndMs: milliseconds.min(1_000).exactOptional(),
    /** Nova: the silence of our own that ends a turn, ms. */
    silenceMs: milliseconds.exactOptional(),
    /** Flux: how sure it must be that the turn ended. */
    eotThreshold: z.number().min(0.5).max(1).exactOptional(),
    /** Flux: how sure it must be that the turn may have ended. */
    eagerEotThreshold: z.number().min(0.3).max(0.9).exactOptional(),
    /** Flux: silence after which a turn ends in any case, ms. */
    eotTimeoutMs: z.number().int().min(500).max(60_000).exactOptional(),
    /** Flux: the length of a message of audio, ms. */
    chunkMs: milliseconds.exactOptional(),
    /** Flux: in a turn that is longer than this, words become final before its end, ms. Default: `turns.maxMs`. */
    maxMs: z.number().min(1).exactOptional(),
    /** Flux: changes in the course of a call. */
    configure$: z.custom<Observable<FluxConfiguration>>(isObservable, 'an Observable').exactOptional(),
    /** How much audio waits for a lost connection, ms. */
    bufferMs: milliseconds.exactOptional(),
  })
  .superRefine(deepgramKey)
  .superRefine(({ model = 'nova-3', ...options }, context) => {
    const problem = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    const { eotThreshold = 0.7, eagerEotThreshold } = options;
    if (eagerEotThreshold !== undefined && eagerEotThreshold > eotThreshold)
      problem('eagerEotThreshold', `at most eotThreshold, ${eotThreshold}`);
    // Of models that are not known nobody can say.
    if (options.keyterms?.length && /^(?:nova|nova-2|enhanced|base|whisper)(?:$|-[a-z])/u.test(model))
      problem('keyterms', `no keyterms: they are for nova-3 and Flux, and the model is ${model}`);
    if (/^flux-/u.test(model)) {
      for (const name of ['endpointingMs', 'utteranceEndMs'] as const)
        if (options[name] !== undefined)
          problem(name, `no ${name}, which Flux has not: eotThreshold instead`);
      if ((options.language ?? options.languageHints) !== undefined && !model.includes('multi'))
        problem(options.language ? 'language' : 'languageHints', `none, or the model 'flux-general-multi'`);
    } else {
      const flux = [
        'eotThreshold',
        'eagerEotThreshold',
        'eotTimeoutMs',
        'languageHints',
        'configure$',
      ] as const;
      for (const name of flux)
        if (options[name] !== undefined)
          problem(name, `no ${name}, or a Flux model such as 'flux-general-en'`);
    }
  });

const deepgramTts = z
  .strictObject({
    ...deepgram,
    /** The model by the name of its voice alone: `thalia`. */
    voice: text.exactOptional(),
    transport: z.enum(['websocket', 'rest']).exactOptional(),
    speed: z.number().exactOptional(),
    /** A Flux voice: from calm (-2) to animated (2). */
    expressivity: z.number().exactOptional(),
    flushesPerMinute: z.number().int().min(1).exactOptional(),
    charactersPerMinute: z.number().int().min(1).exactOptional(),
  })
  .superRefine(deepgramKey)
  .superRefine(({ model, voice, ...settings }, context) => {
    const problem = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    const chosen = modelOfVoice(voice ?? 'thalia');
    if (model === undefined && 'problem' in chosen) return problem('voice', chosen.problem);
    const spoken = model ?? ('model' in chosen ? chosen.model : '');
    for (const { field, expected } of voiceProblems(spoken, settings)) problem(field, expected);
  });

const builtinLlm = z.strictObject({
  engine: z.literal('builtin'),
  systemPrompt: text.exactOptional(),
});

/** What every OpenAI engine takes. */
const openai = {
  engine: z.literal('openai'),
  /** Default: the environment's `OPENAI_API_KEY`. A compatible server (`baseURL`) may need none. */
  apiKey: text.exactOptional(),
  /** A compatible server: Ollama, vLLM, llama.cpp. Default: the environment's `OPENAI_BASE_URL`, else OpenAI. */
  baseURL: address(/^https?$/u).exactOptional(),
  model: text.exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  /** Makes the requests, through a proxy, say. */
  fetch: z
    .custom<typeof globalThis.fetch>(value => typeof value === 'function', 'a function')
    .exactOptional(),
  /** Further fields of the request's body. */
  extraBody: z.record(z.string(), z.unknown()).exactOptional(),
  /** The longest the server may send nothing, ms. */
  timeoutMs: someMilliseconds.exactOptional(),
  /** How long a request is made again that failed before its first token or audio, ms, and how often at most. */
  retryForMs: milliseconds.exactOptional(),
  retries: count.exactOptional(),
};

const openaiKey = (
  { apiKey, baseURL, model }: { apiKey?: string; baseURL?: string; model?: string },
  context: z.core.$RefinementCtx,
): void => {
  const server = (baseURL ?? process.env['OPENAI_BASE_URL']) || 'https://api.openai.com/v1';
  const isOpenai = isOf(server, 'api.openai.com');
  const problem = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (model === undefined && !isOpenai) problem('model', "the id of one of the server's models");
  if (isOpenai && (apiKey ?? process.env['OPENAI_API_KEY']) === undefined) problem('apiKey', 'an API key');
};

const openaiLlm = z
  .strictObject({
    ...openai,
    /** What the model is told about its task. Default: a prompt written for voice. */
    systemPrompt: text.exactOptional(),
    temperature: z.number().min(0).max(2).exactOptional(),
    maxTokens: z.number().int().min(1).exactOptional(),
    reasoningEffort: text.exactOptional(),
    /** Whether messages are sent in the order of strict chat templates (default), or as they are. */
    messageOrder: z.enum(['strict', 'plain']).exactOptional(),
  })
  .superRefine(openaiKey);

const openaiTts = z
  .strictObject({
    ...openai,
    voice: text.exactOptional(),
    /** How it is to speak, in words. */
    instructions: text.exactOptional(),
    speed: z.number().min(0.25).max(4).exactOptional(),
    responseFormat: z.enum(['pcm', 'wav']).exactOptional(),
    /** Of the raw PCM that the server sends, Hz. */
    sampleRate: z.number().int().min(8_000).max(48_000).exactOptional(),
  })
  .superRefine(openaiKey);

const phrases = texts.exactOptional();
const words = z.array(z.string());
const ownLanguage: z.ZodType<Language> = z.object({
  tag: text,
  backchannels: words,
  interruptions: words,
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
  .array(z.looseObject({ name: text, description: z.string(), call: operation }))
  .refine(list => new Set(list.map(({ name }) => name)).size === list.length, 'tools with different names');

/** Every option of a conversation has its check: the compiler compares the two. */
type OptionChecks = Record<Exclude<keyof ConversationOptions, 'stt' | 'llm' | 'tts'>, z.ZodType>;

const options = z.strictObject({
  /** What the model is told about its task, unless `llm` has a prompt itself. */
  systemPrompt: text.exactOptional(),
  /** What was said before, for a call that continues another. */
  history: z.array(message).exactOptional(),
  /** What the bot says when a turn failed. */
  apology: z.union([text, z.literal(false)], 'a text, or false').exactOptional(),
  /** What the bot says before a call ends that can't go on. */
  lastWords: text.exactOptional(),
  /** What the model may have done. */
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
  voice: operation.exactOptional(),
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
      eager: z.boolean().exactOptional(),
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
export type SttConfig = Stt | z.infer<typeof localStt> | z.infer<typeof deepgramStt>;
/** A language model: one of ours by name, or a function of your own. */
export type LlmConfig = Llm | z.infer<typeof builtinLlm> | z.infer<typeof openaiLlm>;
/** A text-to-speech engine: one of ours by name, or a function of your own. */
export type TtsConfig =
  Tts | z.infer<typeof localTts> | z.infer<typeof deepgramTts> | z.infer<typeof openaiTts>;

/** What `setup` takes: the engines, and every option of a conversation. */
export interface VoiceConfig extends Omit<ConversationOptions, 'stt' | 'llm' | 'tts'> {
  readonly stt: SttConfig;
  readonly llm: LlmConfig;
  readonly tts: TtsConfig;
}

/** A function, or one of the named engines. */
const engine = (
  value: unknown,
  ...named: [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]]
): z.ZodType => (typeof value === 'function' ? z.any() : z.discriminatedUnion('engine', named));

const optionsOfEngines = {
  stt: { local: Object.keys(localStt.shape), deepgram: Object.keys(deepgramStt.shape) },
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
export function checked(given: VoiceConfig): VoiceConfig {
  const config = withoutUndefined(given);
  const { stt, llm, tts } = Object(config) as Partial<VoiceConfig>;
  const schema = options.extend({
    stt: engine(stt, localStt, deepgramStt),
    llm: engine(llm, builtinLlm, openaiLlm),
    tts: engine(tts, localTts, deepgramTts, openaiTts),
  });
  const { error } = schema.safeParse(config);
  if (error) throw new RxvoiceError(describeProblems(error.issues, config, optionsOfEngines));
  return config;
}
