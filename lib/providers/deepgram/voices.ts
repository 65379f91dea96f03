import { RxvoiceError } from '../../errors.ts';

/**
 * The voices of Aura 2 by language, of the day: `AudioGenerateRequestModel` of the official SDK 5.13.0, without the one
 * that it says was never served.
 */
const aura: Readonly<Record<string, string>> = {
  en:
    'amalthea andromeda apollo arcas aries asteria athena atlas aurora callista cora cordelia delia draco electra ' +
    'harmonia helena hera hermes hyperion iris janus juno jupiter luna mars minerva neptune odysseus ophelia orion ' +
    'orpheus pandora phoebe pluto saturn selene thalia theia vesta zeus',
  es:
    'agustina alvaro antonia aquila carina celeste diana estrella gloria javier luciano nestor olivia selena silvia ' +
    'sirio valerio',
  de: 'aurelia elara fabian julius kara lara viktoria',
  nl: 'beatrix cornelia daphne hestia lars leda rhea roman sander',
  fr: 'agathe hector',
  it: 'cesare cinzia demetra dionisio elio flavio livia maia melia',
  ja: 'ama ebisu fujin izanami uzume',
};
/** Voices of Aura 1 that Aura 2 has not. */
const aura1: Readonly<Record<string, string>> = { en: 'angus helios perseus stella' };
/** The voices of Flux: Deepgram's documentation of `/v2/speak`. */
const flux: Readonly<Record<string, string>> = { en: 'alexis haley' };

const modelsOf = (family: string, voices: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(voices).flatMap(([language, names]) =>
    names.split(' ').map((name): [string, string] => [name, `${family}-${name}-${language}`]),
  );

/** The model of each voice, by the voice's name. */
const models: ReadonlyMap<string, string> = new Map([
  ...modelsOf('flux', flux),
  ...modelsOf('aura', aura1),
  ...modelsOf('aura-2', aura),
]);

/**
 * The model of a voice: of one that is known its name alone, of any other the full name of a model, which has hyphens
 * (`aura-2-thalia-en`): there may be new ones. Otherwise the reason for refusal.
 */
export function modelOfVoice(voice: string): { readonly model: string } | { readonly problem: string } {
  const name = voice.trim().toLowerCase();
  if (name.includes('-')) return { model: voice.trim() };
  const model = models.get(name);
  if (model !== undefined) return { model };
  const [, near] = [...models.keys()].reduce<readonly [number, string]>(
    (best, known) => {
      const distance = distanceOf(name, known);
      return distance < best[0] ? ([distance, known] as const) : best;
    },
    [3, ''],
  );
  return {
    problem: near
      ? `a voice of Deepgram, such as '${near}'`
      : "a voice of Deepgram, such as 'thalia', or the full name of a model, such as 'aura-2-thalia-en'",
  };
}

/** The rates of each family, Hz: `SpeakV1SampleRate` and `SpeakV2SampleRate` of the official SDK. */
const rates = {
  aura: [8_000, 16_000, 24_000, 32_000, 48_000],
  flux: [8_000, 16_000, 24_000, 32_000, 44_100, 48_000],
} as const;
/** How fast each family speaks; a Flux voice in steps of 0.05. */
const speeds = { aura: [0.7, 1.5], flux: [0.5, 1.5] } as const;

/** Settings of a voice that can be checked before it speaks. */
export interface VoiceSettings {
  readonly sampleRate?: number;
  readonly speed?: number;
  readonly expressivity?: number;
}

/** Errors in the settings of a voice, by field. */
export function voiceProblems(
  model: string,
  { sampleRate, speed, expressivity }: VoiceSettings,
): readonly { readonly field: keyof VoiceSettings; readonly expected: string }[] {
  const family = /^flux-/u.test(model) ? 'flux' : /^aura-/u.test(model) ? 'aura' : undefined;
  if (family === undefined) return [];
  const [slowest, fastest] = speeds[family];
  const steps = (speed ?? 1) / 0.05;
  const isStep = family === 'aura' || Math.abs(steps - Math.round(steps)) < 1e-6;
  return [
    ...(sampleRate === undefined || (rates[family] as readonly number[]).includes(sampleRate)
      ? []
      : [
          {
            field: 'sampleRate',
            expected: `${rates[family].slice(0, -1).join(', ')} or ${rates[family].at(-1)} for ${model}`,
          } as const,
        ]),
    ...(speed === undefined || (speed >= slowest && speed <= fastest && isStep)
      ? []
      : [
          {
            field: 'speed',
            expected: `a number from ${slowest} to ${fastest}${family === 'flux' ? ' in steps of 0.05' : ''} for ${model}`,
          } as const,
        ]),
    ...(expressivity === undefined || (family === 'flux' && [-2, -1, 0, 1, 2].includes(expressivity))
      ? []
      : [
          {
            field: 'expressivity',
            expected:
              family === 'flux'
                ? '-2, -1, 0, 1 or 2'
                : `a Flux voice, such as 'alexis': ${model} has no expressivity`,
          } as const,
        ]),
  ];
}

/** The error of settings that can't be. */
export const voiceError = (
  problems: ReturnType<typeof voiceProblems>,
  settings: VoiceSettings,
): RxvoiceError =>
  new RxvoiceError(
    problems
      .map(({ field, expected }) => `Deepgram: ${field} is ${settings[field]}, but must be ${expected}.`)
      .join(' '),
    { stage: 'tts' },
  );

/** How many letters differ between two names (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++)
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}
