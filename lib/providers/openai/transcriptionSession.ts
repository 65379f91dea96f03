import type { OpenaiSttOptions } from './openaiSttOptions.ts';

/** The side that ends turns, and the model. */
export interface ChosenTranscription {
  readonly by: 'local' | 'server' | 'semantic';
  readonly model: string;
}

/** An option with a value that the chosen model or turn detection does not take. */
export interface TranscriptionProblem {
  readonly field: keyof OpenaiSttOptions;
  readonly expected: string;
}

/** The one place that names models: that which streams words, and that of the service's own turn detection. */
const models = { live: 'gpt-live-transcribe', turns: 'gpt-transcribe' } as const;

/**
 * Models that stream words, which OpenAI's turn detection does not support: the client commits each turn (OpenAI's guide
 * "Voice activity detection", November 2026).
 */
const streamsWords = (model: string): boolean => /live-transcribe|realtime-whisper/u.test(model);

/** Models that end on 2027-02-26, and take no list of words or languages. */
const isOld = (model: string): boolean => /^(?:whisper-1|gpt-4o|gpt-realtime-whisper)/u.test(model);

type Settings = { readonly [Name in keyof OpenaiSttOptions]?: OpenaiSttOptions[Name] | undefined };

/** The turn detection and the model of these options. */
export function chosenTranscription({ model: given, turnDetection }: Settings): ChosenTranscription {
  const model =
    given?.trim() || (turnDetection === undefined || turnDetection === 'local' ? models.live : models.turns);
  return { model, by: turnDetection ?? (streamsWords(model) ? 'local' : 'server') };
}

/** The options that the model or the turn detection does not take. */
export function transcriptionProblems(options: Settings): TranscriptionProblem[] {
  const { by, model } = chosenTranscription(options);
  const given = (field: keyof OpenaiSttOptions): boolean => options[field] !== undefined;
  const problems: (TranscriptionProblem | false)[] = [
    by !== 'local' &&
      streamsWords(model) && {
        field: 'turnDetection',
        expected: `'local' with ${model}, or the model '${models.turns}'`,
      },
    given('eagerness') &&
      by !== 'semantic' && { field: 'eagerness', expected: "none, or turnDetection: 'semantic'" },
    given('threshold') &&
      by !== 'server' && { field: 'threshold', expected: "none, or turnDetection: 'server'" },
    given('endpointingMs') &&
      by === 'semantic' && { field: 'endpointingMs', expected: 'none: eagerness instead' },
    given('silenceMs') &&
      by !== 'local' && { field: 'silenceMs', expected: "none, or turnDetection: 'local'" },
    given('delay') &&
      !streamsWords(model) && { field: 'delay', expected: `none, or the model '${models.live}'` },
    ...(['keyterms', 'languageHints'] as const).map(
      field => given(field) && isOld(model) && { field, expected: `none, or the model '${models.live}'` },
    ),
    given('prompt') &&
      /realtime-whisper/u.test(model) && { field: 'prompt', expected: `none, or the model '${models.live}'` },
  ];
  return problems.filter(problem => problem !== false);
}

/** The settings of a transcription session (`RealtimeTranscriptionSessionCreateRequest` of the official SDK 7.59). */
export function transcriptionSession(
  options: OpenaiSttOptions,
  { by, model }: ChosenTranscription,
  { sampleRate, paddingMs, endpointingMs }: { sampleRate: number; paddingMs: number; endpointingMs: number },
): object {
  const { language, languageHints, keyterms, prompt, delay, eagerness, threshold, noiseReduction } = options;
  const turnDetection = {
    local: null,
    server: {
      type: 'server_vad',
      prefix_padding_ms: paddingMs,
      silence_duration_ms: endpointingMs,
      ...(threshold !== undefined && { threshold }),
    },
    semantic: { type: 'semantic_vad', ...(eagerness !== undefined && { eagerness }) },
  }[by];
  return {
    type: 'transcription',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: sampleRate },
        transcription: {
          model,
          // ISO 639-1: a language without its country.
          ...(language !== undefined && { language: language.split(/[-_]/u)[0]!.toLowerCase() }),
          ...(languageHints !== undefined && languageHints.length > 0 && { languages: [...languageHints] }),
          ...(keyterms !== undefined && keyterms.length > 0 && { keywords: [...keyterms] }),
          ...(prompt !== undefined && { prompt }),
          ...(delay !== undefined && { delay }),
          ...options.options,
        },
        turn_detection: turnDetection,
        ...(noiseReduction !== undefined && { noise_reduction: { type: noiseReduction } }),
      },
    },
  };
}
