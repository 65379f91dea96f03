import { isObservable, type Observable } from 'rxjs';
import { z } from 'zod';
import { isBare } from '../options/address.ts';
import { environment } from '../options/environment.ts';
import type { FluxConfiguration } from '../providers/deepgram/fluxConfiguration.ts';
import type { DeepgramSttOptions, DeepgramTtsOptions } from '../providers/deepgram/options.ts';
import { modelOfVoice, voiceProblems } from '../providers/deepgram/voices.ts';
import type { LocalSttOptions } from '../providers/local/localStt.ts';
import type { LocalTtsOptions } from '../providers/local/localTts.ts';
import type { OpenaiLlmOptions } from '../providers/openai/openaiLlm.ts';
import { realtimeProblems } from '../providers/openai/realtimeProblems.ts';
import type { OpenaiRealtimeOptions } from '../providers/openai/openaiRealtimeOptions.ts';
import type { OpenaiSttOptions } from '../providers/openai/openaiSttOptions.ts';
import { transcriptionProblems } from '../providers/openai/transcriptionSession.ts';
import type { OpenaiTtsOptions } from '../providers/openai/openaiTtsOptions.ts';
import { apiProblems, voiceApi } from '../providers/openai/voiceApi.ts';
import { count, isFunction, milliseconds, someMilliseconds, text, texts } from './checks.ts';

// The options of the engines that `setup` takes by name are those of the engines' own functions. Here are their checks;
// the compiler compares both in both directions, so that neither can have a name or a type that the other lacks.

type Named<Engine extends string, Options> = { readonly engine: Engine } & Options;

// The longest turn is an option of the conversation: `turns.maxMs`.
type LocalStt = Named<'local', Omit<LocalSttOptions, 'maxMs'>>;
type DeepgramStt = Named<'deepgram', DeepgramSttOptions>;
type BuiltinLlm = Named<'builtin', Prompted>;
type OpenaiStt = Named<'openai', OpenaiSttOptions>;
type OpenaiLlm = Named<'openai', OpenaiLlmOptions & Prompted>;
type LocalTts = Named<'local', LocalTtsOptions>;
type DeepgramTts = Named<'deepgram', DeepgramTtsOptions>;
type OpenaiTts = Named<'openai', OpenaiTtsOptions>;
type OpenaiRealtime = Named<'openai', OpenaiRealtimeOptions & Prompted>;

interface Prompted {
  /** The model's task. Default: a prompt written for voice. */
  readonly systemPrompt?: string;
}

/** A check for each option, and nothing else; a value that passes is of the option's type. */
type Checks<Options> = { readonly [Name in keyof Options]-?: z.ZodType<Options[Name]> };

/** The options of an engine, of which each must pass its check by type. */
type Passing<Checked, Options extends Checked> = Options;

export const localStt = z.strictObject({
  engine: z.literal('local'),
  model: z.enum(['tiny', 'base']).exactOptional(),
  endpointingMs: milliseconds.exactOptional(),
  interimMs: milliseconds.exactOptional(),
} satisfies Checks<LocalStt>);

export const localTts = z.strictObject({
  engine: z.literal('local'),
  voice: z.enum(['rms', 'slt', 'awb', 'kal16']).exactOptional(),
  speed: z.number().min(0.5).max(2).exactOptional(),
} satisfies Checks<LocalTts>);

const address = (protocol: RegExp) => {
  const url = z.url({ protocol });
  return url.refine(
    // One problem is enough.
    value => !url.safeParse(value).success || isBare(value),
    'an address without a user name, a password, a query or a fragment',
  );
};
const deepgram = {
  engine: z.literal('deepgram'),
  apiKey: text.exactOptional(),
  accessToken: z
    .union(
      [text, z.custom<() => string | Promise<string>>(isFunction)],
      'a token, or a function that gives one',
    )
    .exactOptional(),
  baseURL: address(/^(?:https?|wss?)$/u).exactOptional(),
  model: text.exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  sampleRate: z.number().int().min(8_000).max(48_000).exactOptional(),
  options: z.record(z.string(), z.unknown()).exactOptional(),
  timeoutMs: someMilliseconds.exactOptional(),
  outageMs: milliseconds.exactOptional(),
  retries: z.number().int().min(1).exactOptional(),
};
const hostOf = (address: string): string => (URL.canParse(address) ? new URL(address).hostname : '');

function isOf(address: string, domain: string): boolean {
  const hostname = hostOf(address);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}

const deepgramKey = (
  { apiKey, accessToken, baseURL }: { apiKey?: string; accessToken?: unknown; baseURL?: string },
  context: z.core.$RefinementCtx,
): void => {
  const { DEEPGRAM_API_KEY, DEEPGRAM_ACCESS_TOKEN, DEEPGRAM_BASE_URL } = environment();
  const server = (baseURL ?? DEEPGRAM_BASE_URL) || 'https://api.deepgram.com';
  const key = accessToken ?? ((apiKey ?? DEEPGRAM_API_KEY) || DEEPGRAM_ACCESS_TOKEN);
  if (isOf(server, 'deepgram.com') && !key)
    context.addIssue({ code: 'custom', path: ['apiKey'], message: 'an API key' });
};

export const deepgramStt = z
  .strictObject({
    ...deepgram,
    language: text.exactOptional(),
    keyterms: texts.exactOptional(),
    languageHints: texts.exactOptional(),
    endpointingMs: milliseconds.exactOptional(),
    utteranceEndMs: milliseconds.min(1_000).exactOptional(),
    silenceMs: milliseconds.exactOptional(),
    eotThreshold: z.number().min(0.5).max(1).exactOptional(),
    eagerEotThreshold: z.number().min(0.3).max(0.9).exactOptional(),
    eotTimeoutMs: z.number().int().min(500).max(60_000).exactOptional(),
    chunkMs: milliseconds.exactOptional(),
    maxMs: z.number().min(1).exactOptional(),
    configure$: z.custom<Observable<FluxConfiguration>>(isObservable, 'an Observable').exactOptional(),
    bufferMs: milliseconds.exactOptional(),
  } satisfies Checks<DeepgramStt>)
  .superRefine(deepgramKey)
  .superRefine(({ model = 'nova-3', ...options }, context) => {
    const problem = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    const { eotThreshold = 0.7, eagerEotThreshold } = options;
    if (eagerEotThreshold !== undefined && eagerEotThreshold > eotThreshold)
      problem('eagerEotThreshold', `at most eotThreshold, ${eotThreshold}`);
    // The capabilities of unknown models are unknown, so nothing is checked.
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

export const deepgramTts = z
  .strictObject({
    ...deepgram,
    voice: text.exactOptional(),
    transport: z.enum(['websocket', 'rest']).exactOptional(),
    speed: z.number().exactOptional(),
    expressivity: z.number().exactOptional(),
    flushesPerMinute: z.number().int().min(1).exactOptional(),
    charactersPerMinute: z.number().int().min(1).exactOptional(),
  } satisfies Checks<DeepgramTts>)
  .superRefine(deepgramKey)
  .superRefine(({ model, voice, ...settings }, context) => {
    const problem = (field: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [field], message });
    const chosen = modelOfVoice(voice ?? 'thalia');
    if (model === undefined && 'problem' in chosen) return problem('voice', chosen.problem);
    const spoken = model ?? ('model' in chosen ? chosen.model : '');
    for (const { field, expected } of voiceProblems(spoken, settings)) problem(field, expected);
  });

export const builtinLlm = z.strictObject({
  engine: z.literal('builtin'),
  systemPrompt: text.exactOptional(),
} satisfies Checks<BuiltinLlm>);
const openai = {
  engine: z.literal('openai'),
  apiKey: text.exactOptional(),
  baseURL: address(/^https?$/u).exactOptional(),
  model: text.exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  fetch: z
    .custom<typeof globalThis.fetch>(value => typeof value === 'function', 'a function')
    .exactOptional(),
  extraBody: z.record(z.string(), z.unknown()).exactOptional(),
  timeoutMs: someMilliseconds.exactOptional(),
  retryForMs: milliseconds.exactOptional(),
  retries: count.exactOptional(),
};

const openaiKey = (
  { apiKey, baseURL, model }: { apiKey?: string; baseURL?: string; model?: string },
  context: z.core.$RefinementCtx,
): void => {
  const { OPENAI_API_KEY, OPENAI_BASE_URL } = environment();
  const server = (baseURL ?? OPENAI_BASE_URL) || 'https://api.openai.com/v1';
  const isOpenai = isOf(server, 'api.openai.com');
  const problem = (field: string, message: string): void =>
    context.addIssue({ code: 'custom', path: [field], message });
  if (model === undefined && !isOpenai) problem('model', "the id of one of the server's models");
  if (isOpenai && (apiKey ?? OPENAI_API_KEY) === undefined) problem('apiKey', 'an API key');
};

/** How a session of OpenAI's Realtime API hears, whatever else it does. */
const openaiTurns = {
  turnDetection: z.enum(['local', 'server', 'semantic']).exactOptional(),
  endpointingMs: milliseconds.exactOptional(),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).exactOptional(),
  threshold: z.number().min(0).max(1).exactOptional(),
  silenceMs: milliseconds.exactOptional(),
  maxMs: z.number().min(1).exactOptional(),
  language: text.exactOptional(),
  languageHints: texts.exactOptional(),
  keyterms: texts.exactOptional(),
  noiseReduction: z.enum(['near_field', 'far_field']).exactOptional(),
};

export const openaiStt = z
  .strictObject({
    engine: openai.engine,
    apiKey: openai.apiKey,
    baseURL: openai.baseURL,
    model: openai.model,
    headers: openai.headers,
    timeoutMs: openai.timeoutMs,
    ...openaiTurns,
    prompt: text.exactOptional(),
    delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).exactOptional(),
    options: z.record(z.string(), z.unknown()).exactOptional(),
    bufferMs: milliseconds.exactOptional(),
    outageMs: milliseconds.exactOptional(),
    retries: z.number().int().min(1).exactOptional(),
  } satisfies Checks<OpenaiStt>)
  .superRefine(openaiKey)
  .superRefine((settings, context) => {
    for (const { field, expected: message } of transcriptionProblems(settings))
      context.addIssue({ code: 'custom', path: [field], message });
  });

export const openaiLlm = z
  .strictObject({
    ...openai,
    systemPrompt: text.exactOptional(),
    api: z.enum(['responses', 'chat']).exactOptional(),
    transport: z.enum(['websocket', 'http']).exactOptional(),
    temperature: z.number().min(0).max(2).exactOptional(),
    maxTokens: z.number().int().min(1).exactOptional(),
    reasoningEffort: text.exactOptional(),
    messageOrder: z.enum(['strict', 'plain']).exactOptional(),
  } satisfies Checks<OpenaiLlm>)
  .superRefine(openaiKey)
  .superRefine(({ api, transport, baseURL }, context) => {
    const server = (baseURL ?? environment()['OPENAI_BASE_URL']) || 'https://api.openai.com/v1';
    const isOfficial = isOf(server, 'openai.com') || /\.azure\.(?:com|us|cn)$/u.test(hostOf(server));
    if (transport === 'websocket' && (api === 'chat' || (api === undefined && !isOfficial)))
      context.addIssue({
        code: 'custom',
        path: ['transport'],
        message: `'http', or api: 'responses', which alone has a WebSocket`,
      });
  });

export const openaiTts = z
  .strictObject({
    ...openai,
    api: z.enum(['realtime', 'speech']).exactOptional(),
    voice: text.exactOptional(),
    instructions: text.exactOptional(),
    speed: z.number().min(0.25).max(4).exactOptional(),
    responseFormat: z.enum(['pcm', 'wav']).exactOptional(),
    sampleRate: z.number().int().min(8_000).max(48_000).exactOptional(),
  } satisfies Checks<OpenaiTts>)
  .superRefine(openaiKey)
  .superRefine((settings, context) => {
    const server = (settings.baseURL ?? environment()['OPENAI_BASE_URL']) || 'https://api.openai.com/v1';
    const api = voiceApi(settings, isOf(server, 'api.openai.com'));
    for (const { field, expected: message } of apiProblems(settings, api))
      context.addIssue({ code: 'custom', path: [field], message });
  });

export const openaiRealtime = z
  .strictObject({
    engine: openai.engine,
    apiKey: openai.apiKey,
    baseURL: openai.baseURL,
    model: openai.model,
    headers: openai.headers,
    extraBody: openai.extraBody,
    timeoutMs: openai.timeoutMs,
    systemPrompt: text.exactOptional(),
    voice: text.exactOptional(),
    speed: z.number().exactOptional(),
    reasoningEffort: text.exactOptional(),
    maxTokens: z.number().int().min(1).exactOptional(),
    transcriptionModel: text.exactOptional(),
    ...openaiTurns,
    outageMs: milliseconds.exactOptional(),
  } satisfies Checks<OpenaiRealtime>)
  .superRefine(openaiKey)
  .superRefine((settings, context) => {
    for (const { field, expected: message } of realtimeProblems(settings))
      context.addIssue({ code: 'custom', path: [field], message });
  });

/** A model of ours that hears and speaks, by name. */
export type NamedRealtime = Passing<z.infer<typeof openaiRealtime>, OpenaiRealtime>;
/** A speech-to-text engine of ours, by name. */
export type NamedStt =
  | Passing<z.infer<typeof localStt>, LocalStt>
  | Passing<z.infer<typeof deepgramStt>, DeepgramStt>
  | Passing<z.infer<typeof openaiStt>, OpenaiStt>;
/** A language model of ours, by name, that needs a network. */
export type NamedLlm = Passing<z.infer<typeof openaiLlm>, OpenaiLlm>;
/** The built-in responder, by name. */
export type NamedBuiltinLlm = Passing<z.infer<typeof builtinLlm>, BuiltinLlm>;
/** A text-to-speech engine of ours, by name. */
export type NamedTts =
  | Passing<z.infer<typeof localTts>, LocalTts>
  | Passing<z.infer<typeof deepgramTts>, DeepgramTts>
  | Passing<z.infer<typeof openaiTts>, OpenaiTts>;
