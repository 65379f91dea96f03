import { type Command, Option } from 'commander';
import { setup, type Voice, type VoiceConfig } from '../lib/index.ts';
import { UsageError } from './usageError.ts';

/** Which engines a command uses. */
export interface EngineOptions {
  readonly llm?: 'builtin' | 'openai';
  readonly model?: string;
  readonly baseUrl?: string;
  readonly voice?: string;
  readonly sttModel?: string;
  readonly endpointing?: string;
}

/** Adds the options that choose engines. */
export const withEngines = (command: Command): Command =>
  withSpeech(command)
    .option(
      '--llm <engine>',
      "builtin, or openai (any compatible server); default openai where it's configured, else builtin",
    )
    .option('--model <id>', "the language model's id, with --llm openai; default $OPENAI_MODEL")
    .option('--base-url <url>', 'a server that speaks the OpenAI protocol; default $OPENAI_BASE_URL');

/** The option of the offline speech recognition. */
export const sttModelOption = (): Option =>
  new Option('--stt-model <size>', 'Moonshine tiny, or base (better in noise)')
    .choices(['tiny', 'base'])
    .default('tiny');

/** Adds the options of the offline speech engines. */
export const withSpeech = (command: Command): Command =>
  command
    .addOption(sttModelOption())
    .option('--endpointing <ms>', 'silence after which the user has finished', '500')
    .option('--voice <name>', "the bot's voice: rms, slt, awb or kal16", 'rms');

/** The engines as the flags and the environment choose them: offline, but for a language model that is at hand. */
export function voiceOf(options: EngineOptions): {
  readonly voice: Voice;
  /** Where the answers come from, for a person. */
  readonly answers: string;
} {
  const { baseUrl, voice, sttModel, endpointing } = options;
  const model = options.model ?? process.env['OPENAI_MODEL'];
  // A flag about a language model asks for one, and a variable that is set to nothing is not set.
  const asked = options.model ?? baseUrl;
  const atHand = asked ?? (process.env['OPENAI_BASE_URL'] || process.env['OPENAI_API_KEY'] || undefined);
  const llm = options.llm ?? (atHand === undefined ? 'builtin' : 'openai');
  if (llm === 'builtin' && asked !== undefined)
    throw new UsageError('--llm builtin is no language model: leave out --model and --base-url, or --llm.');
  const config = {
    stt: {
      engine: 'local',
      ...(sttModel !== undefined && { model: sttModel }),
      ...(endpointing !== undefined && { endpointingMs: Number(endpointing) }),
    },
    llm: {
      engine: llm,
      ...(llm === 'openai' && model !== undefined && { model }),
      ...(llm === 'openai' && baseUrl !== undefined && { baseURL: baseUrl }),
    },
    tts: { engine: 'local', ...(voice !== undefined && { voice }) },
  };
  // Flags are texts: setup checks them, and says what is wrong.
  return {
    voice: setup(config as VoiceConfig),
    answers:
      llm === 'builtin'
        ? 'The answers come from a small built-in responder, not a language model.'
        : `The answers come from a language model: openai${model === undefined ? '' : `, ${model}`}.`,
  };
}
