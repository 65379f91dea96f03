import { RxvoiceError, setup, type Voice, type VoiceConfig } from '../../lib/index.ts';
import { UsageError } from '../usageError.ts';
import { readConfigFile } from './readConfigFile.ts';
import { readEnvironment } from './readEnvironment.ts';
import { type Layer, layered, type Section } from './sections.ts';
import { optionOf, type SectionName, sections, type Setting, settings } from './settings.ts';
import { type TalkOptions, talkOptions } from './talkOptions.ts';

/** Options of a command, as commander returns them. */
export type Options = Readonly<Record<string, unknown>>;

/** Settings of a command, read from all sources. */
export interface Configured {
  readonly voice: Voice;
  /** The configuration of the voice bot. */
  readonly config: VoiceConfig;
  readonly talk: TalkOptions;
  /** A sentence for a person that names the engines. */
  readonly about: string;
  /** The name of the configuration file, if there is one. */
  readonly file: string | undefined;
}

/**
 * Merges the configuration file, the environment (with `.env`) and the flags, each winning over those before it, and
 * sets the voice up. Without any of them everything is offline; a language model is asked where one is at hand
 * (`OPENAI_API_KEY`, `OPENAI_BASE_URL`). Errors name the source; keys are never shown.
 *
 * @param of the sections that the command uses; of the others nothing is read.
 */
export async function configure(
  options: Options,
  of: readonly SectionName[] = ['stt', 'llm', 'tts'],
  folder = process.cwd(),
): Promise<Configured> {
  const environment = readEnvironment(folder);
  const { variables } = environment;
  const asked = (options['config'] as string | undefined) ?? (variables['RXVOICE_CONFIG'] || undefined);
  const file = await readConfigFile(folder, asked);

  const fromFile = (section: string): Layer => {
    const values = file?.content[section] ?? {};
    if (typeof values !== 'object' && typeof values !== 'function')
      throw new UsageError(`${file!.name}: ${section} must be an object.`);
    return { values: values as Layer['values'], sourceOf: () => file?.name ?? '' };
  };
  const from = (
    section: string,
    textOf: (setting: Setting) => unknown,
    nameOf: (setting: Setting) => string,
  ): Layer => {
    const given = settings.filter(setting => setting.path[0] === section && (textOf(setting) ?? '') !== '');
    return {
      values: Object.fromEntries(
        given.map(setting => {
          const text = textOf(setting);
          return [setting.path[1], typeof text === 'string' ? (setting.read?.(text) ?? text) : text];
        }),
      ),
      sourceOf: field => nameOf(given.find(({ path }) => path[1] === field)!),
    };
  };
  const [stt, llm, tts, talk] = sections.map(section =>
    layered(
      !of.includes(section)
        ? []
        : [
            fromFile(section),
            from(
              section,
              ({ variable }) => variables[variable],
              ({ variable }) => environment.sourceOf(variable),
            ),
            from(
              section,
              setting => options[optionOf(setting)],
              ({ flag }) => flag,
            ),
          ],
    ),
  ) as [Section, Section, Section, Section];

  const rest = Object.fromEntries(
    Object.entries(file?.content ?? {}).filter(([name]) => !(sections as readonly string[]).includes(name)),
  );
  const config = {
    ...rest,
    stt: engine(stt, 'local'),
    // A server for speech need not have a model.
    llm: of.includes('llm') ? modelOf(llm, variables) : { engine: 'builtin' },
    tts: engine(tts, 'local'),
  } as VoiceConfig;
  const sources = new Map<string, string>([
    ...Object.keys(rest).map(name => [name, file!.name] as const),
    ...Object.entries({ stt, llm, tts }).flatMap(([section, { sources }]) =>
      Object.entries(sources).map(([field, source]) => [field && `${section}.${field}`, source] as const),
    ),
  ]);
  return {
    voice: setupVoice(config, sources),
    config,
    talk: talkOptions(talk),
    about: about(config),
    file: file?.name,
  };
}

/** A section's engine: the one it names, or else the default. */
const engine = ({ values }: Section, otherwise: string): unknown =>
  typeof values === 'function' ? values : { engine: otherwise, ...values };

/** The language model: one that is named or at hand, else the small built-in responder. */
function modelOf(section: Section, variables: Readonly<Record<string, string | undefined>>): unknown {
  const { values } = section;
  if (typeof values === 'function') return values;
  const atHand =
    values['model'] ?? values['baseURL'] ?? (variables['OPENAI_BASE_URL'] || variables['OPENAI_API_KEY']);
  const named = engine(section, atHand ? 'openai' : 'builtin') as Record<string, unknown>;
  const model = variables['OPENAI_MODEL'];
  return named['engine'] === 'openai' && model ? { ...named, model: named['model'] ?? model } : named;
}

/** Sets the voice bot up; an error names the wrong field and its source. */
function setupVoice(config: VoiceConfig, sources: ReadonlyMap<string, string>): Voice {
  try {
    return setup(config);
  } catch (error) {
    if (!RxvoiceError.is(error)) throw error;
    const message = error.message.replace(/^( {2}- )([\w.]+):/gmu, (line, dash: string, path: string) => {
      const source = sources.get(path) ?? sources.get(path.split('.')[0]!) ?? flagOf(path);
      return source === undefined ? line : `${dash}${path} (${source}):`;
    });
    throw new UsageError(message.replace(/^rxvoice can't be set up: /u, 'the configuration has '));
  }
}

/** The flag that sets a field without a value. */
const flagOf = (path: string): string | undefined =>
  settings.find(setting => setting.path.join('.') === path)?.flag;

function about({ stt, llm, tts }: VoiceConfig): string {
  const own = 'your own engine';
  const nameOf = (config: VoiceConfig['stt'] | VoiceConfig['tts']): string => {
    if (typeof config === 'function') return own;
    const name: string = config.engine;
    return name === 'local' ? 'this machine' : name;
  };
  const answers =
    typeof llm === 'function'
      ? own
      : llm.engine === 'builtin'
        ? 'a small built-in responder, which is no language model'
        : `a language model (${llm.engine}${llm.model === undefined ? '' : `, ${llm.model}`})`;
  return `Speech-to-text: ${nameOf(stt)}; text-to-speech: ${nameOf(tts)}. The answers come from ${answers}.`;
}
