import type { Command } from 'commander';
import { setup, type Voice, type VoiceConfig } from '../lib/index.ts';

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

/** Adds the options of the offline speech engines. */
export const withSpeech = (command: Command): Command =>
  command
    .option('--stt-model <size>', 'Moonshine tiny, or base (better in noise)', 'tiny')
    .option('--endpointing <ms>', 'silence after which the user has finished', '500')
    .option('--voice <name>', "the bot's voice: rms, slt, awb or kal16", 'rms');

/** The engines as the flags and the environment choose them: offline, but for a language model that is at hand. */
export function voiceOf(options: EngineOptions): { readonly voice: Voice; readonly llm: string } {
  const { baseUrl, voice, sttModel, endpointing } = options;
  const model = options.model ?? process.env['OPENAI_MODEL'];
  const atHand = baseUrl ?? process.env['OPENAI_BASE_URL'] ?? process.env['OPENAI_API_KEY'];
  const llm = options.llm ?? (atHand === undefined ? 'builtin' : 'openai');
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
  return { voice: setup(config as VoiceConfig), llm };
}
