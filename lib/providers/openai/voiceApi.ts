/** The options of a voice that depend on its API. */
interface VoiceSettings {
  readonly api?: 'realtime' | 'speech' | undefined;
  readonly model?: string | undefined;
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  readonly fetch?: unknown;
  readonly responseFormat?: unknown;
  readonly sampleRate?: unknown;
}

/** An option with a value that its API does not take. */
export interface VoiceProblem {
  readonly field: 'voice' | 'speed' | 'fetch' | 'responseFormat' | 'sampleRate';
  readonly expected: string;
}

/** Voices of `/audio/speech` that the Realtime API does not have (both lists: types of the official SDK 7.59). */
const speechVoices: ReadonlySet<string> = new Set(['fable', 'onyx', 'nova']);

/** The API that speaks: the chosen one, else that of the model, else the Realtime API at OpenAI itself. */
export function voiceApi({ api, model = '' }: VoiceSettings, isOpenai: boolean): 'realtime' | 'speech' {
  if (api !== undefined) return api;
  if (/realtime/iu.test(model)) return 'realtime';
  return isOpenai && !/tts/iu.test(model) ? 'realtime' : 'speech';
}

/** The options that an API does not take. */
export function apiProblems(settings: VoiceSettings, api: 'realtime' | 'speech'): VoiceProblem[] {
  const { voice, speed, fetch, responseFormat, sampleRate } = settings;
  if (api === 'speech') return [];
  const problems: (VoiceProblem | false)[] = [
    voice !== undefined &&
      speechVoices.has(voice) && {
        field: 'voice',
        expected: "a voice of the Realtime API, such as 'marin' or 'cedar', or api: 'speech'",
      },
    speed !== undefined &&
      !(speed >= 0.25 && speed <= 1.5) && { field: 'speed', expected: 'a number from 0.25 to 1.5' },
    fetch !== undefined && {
      field: 'fetch',
      expected: "none, since the Realtime API has a WebSocket; or api: 'speech'",
    },
    responseFormat !== undefined && { field: 'responseFormat', expected: "none, or api: 'speech'" },
    sampleRate !== undefined && {
      field: 'sampleRate',
      expected: "none, since it is 24000 Hz; or api: 'speech'",
    },
  ];
  return problems.filter(problem => problem !== false);
}
