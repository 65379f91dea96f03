import { type Command, Option } from 'commander';

/** The parts of a configuration that flags and variables reach. */
export const sections = ['stt', 'llm', 'tts', 'talk'] as const;
export type SectionName = (typeof sections)[number];

/** One value that a flag and an environment variable can set, and where it goes in the configuration. */
export interface Setting {
  /** The section of the configuration, and the field in it. */
  readonly path: readonly [section: SectionName, field: string];
  readonly flag: string;
  readonly variable: string;
  /** Name of the flag's value in the help; none for a switch. */
  readonly argument?: string;
  readonly description: string;
  /** Converts the text of a flag or variable. Default: the text itself. */
  readonly read?: (text: string) => unknown;
}

/** A number, or the text itself where it is not a number, for the error message. */
const numeric = (text: string): unknown =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

const yes = (text: string): unknown =>
  /^(?:1|true|yes|on)$/iu.test(text) || (/^(?:0|false|no|off)$/iu.test(text) ? false : text);

/** Everything that a flag and a variable can set, in the order of a conversation. */
export const settings: readonly Setting[] = [
  {
    path: ['stt', 'engine'],
    flag: '--stt',
    variable: 'RXVOICE_STT',
    argument: 'engine',
    description: 'what listens: local (default), deepgram or openai',
  },
  {
    path: ['stt', 'model'],
    flag: '--stt-model',
    variable: 'RXVOICE_STT_MODEL',
    argument: 'id',
    description: 'its model; local has tiny (default) and base (better in noise)',
  },
  {
    path: ['stt', 'language'],
    flag: '--language',
    variable: 'RXVOICE_LANGUAGE',
    argument: 'code',
    description: 'what is spoken, with --stt deepgram or openai; the offline engines know English only',
  },
  {
    path: ['stt', 'endpointingMs'],
    flag: '--endpointing',
    variable: 'RXVOICE_ENDPOINTING',
    argument: 'ms',
    description: 'silence after which the user has finished',
    read: numeric,
  },
  {
    path: ['stt', 'turnDetection'],
    flag: '--turn-detection',
    variable: 'RXVOICE_TURN_DETECTION',
    argument: 'by',
    description: 'with --stt openai: local (by loudness; default), server, or semantic (by meaning)',
  },
  {
    path: ['llm', 'engine'],
    flag: '--llm',
    variable: 'RXVOICE_LLM',
    argument: 'engine',
    description:
      "what answers: builtin, or openai (any compatible server); default openai where it's configured, else builtin",
  },
  {
    path: ['llm', 'model'],
    flag: '--model',
    variable: 'RXVOICE_MODEL',
    argument: 'id',
    description: "the language model's id, with --llm openai; default $OPENAI_MODEL",
  },
  {
    path: ['llm', 'baseURL'],
    flag: '--base-url',
    variable: 'RXVOICE_BASE_URL',
    argument: 'url',
    description: 'a server that speaks the OpenAI protocol; default $OPENAI_BASE_URL',
  },
  {
    path: ['llm', 'api'],
    flag: '--llm-api',
    variable: 'RXVOICE_LLM_API',
    argument: 'api',
    description: 'with --llm openai: responses (default at OpenAI) or chat (default at other servers)',
  },
  {
    path: ['llm', 'transport'],
    flag: '--llm-transport',
    variable: 'RXVOICE_LLM_TRANSPORT',
    argument: 'how',
    description: 'with --llm-api responses: websocket (one for a call; default at OpenAI) or http',
  },
  {
    path: ['llm', 'systemPrompt'],
    flag: '--system-prompt',
    variable: 'RXVOICE_SYSTEM_PROMPT',
    argument: 'text',
    description: 'the system prompt of the language model; default: a prompt for voice',
  },
  {
    path: ['tts', 'engine'],
    flag: '--tts',
    variable: 'RXVOICE_TTS',
    argument: 'engine',
    description: 'what speaks: local (default), deepgram or openai',
  },
  {
    path: ['tts', 'model'],
    flag: '--tts-model',
    variable: 'RXVOICE_TTS_MODEL',
    argument: 'id',
    description: 'its model, where the engine has several',
  },
  {
    path: ['tts', 'api'],
    flag: '--tts-api',
    variable: 'RXVOICE_TTS_API',
    argument: 'api',
    description: 'with --tts openai: realtime (default at OpenAI) or speech (default at other servers)',
  },
  {
    path: ['tts', 'voice'],
    flag: '--voice',
    variable: 'RXVOICE_VOICE',
    argument: 'name',
    description: 'its voice; local has rms (default), slt, awb and kal16',
  },
  {
    path: ['tts', 'speed'],
    flag: '--speed',
    variable: 'RXVOICE_SPEED',
    argument: 'factor',
    description: "how fast it speaks; 1 is the voice's own speed",
    read: numeric,
  },
  {
    path: ['talk', 'inputDevice'],
    flag: '--input-device',
    variable: 'RXVOICE_INPUT_DEVICE',
    argument: 'name',
    description: "the microphone, by name (rxvoice devices); default the system's",
  },
  {
    path: ['talk', 'outputDevice'],
    flag: '--output-device',
    variable: 'RXVOICE_OUTPUT_DEVICE',
    argument: 'name',
    description: "the loudspeaker, by name (rxvoice devices); default the system's",
  },
  {
    path: ['talk', 'echo'],
    flag: '--echo',
    variable: 'RXVOICE_ECHO',
    argument: 'how',
    description:
      "what keeps the bot from hearing itself: headphones (default), half-duplex (it doesn't listen while it speaks) or system (the sound system cancels it)",
  },
  {
    path: ['talk', 'pushToTalk'],
    flag: '--push-to-talk',
    variable: 'RXVOICE_PUSH_TO_TALK',
    description: 'listen only while the space bar says so',
    read: yes,
  },
];

/** Commander's name for the value of a flag: `--base-url` is `baseUrl`. */
export const optionOf = ({ flag }: Setting): string =>
  flag.slice(2).replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());

/** Adds the flags of these sections, and the one for the configuration file. */
export function withSettings(command: Command, ...of: readonly SectionName[]): Command {
  for (const { path, flag, argument, description } of settings)
    if (of.includes(path[0]))
      command.addOption(new Option(argument === undefined ? flag : `${flag} <${argument}>`, description));
  return command.option(
    '--config <file>',
    'the configuration; default $RXVOICE_CONFIG, or rxvoice.config.json, .js or .ts (or .mjs, .cjs, .mts, .cts) in this folder',
  );
}
