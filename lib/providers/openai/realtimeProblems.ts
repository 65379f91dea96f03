import type { OpenaiRealtimeOptions } from './openaiRealtimeOptions.ts';
import { transcriptionProblems } from './transcriptionSession.ts';
import { apiProblems } from './voiceApi.ts';

/** An option with a value that the model or the turn detection does not take. */
export interface RealtimeProblem {
  readonly field: keyof OpenaiRealtimeOptions;
  readonly expected: string;
}

/** The options of a Realtime model that do not go together. */
export function realtimeProblems({
  transcriptionModel: model,
  voice,
  speed,
  ...options
}: {
  readonly [Name in keyof OpenaiRealtimeOptions]?: OpenaiRealtimeOptions[Name] | undefined;
}): RealtimeProblem[] {
  const { turnDetection, endpointingMs, eagerness, threshold, silenceMs, languageHints, keyterms } = options;
  const hearing = {
    model,
    turnDetection,
    endpointingMs,
    eagerness,
    threshold,
    silenceMs,
    languageHints,
    keyterms,
  };
  return [
    ...transcriptionProblems(hearing).map(({ field, expected }) => ({
      field: (field === 'model' ? 'transcriptionModel' : field) as keyof OpenaiRealtimeOptions,
      expected: expected.replace('the model', 'the transcriptionModel'),
    })),
    ...apiProblems({ voice, speed }, 'realtime').map(({ field, expected }) => ({
      field: field as 'voice' | 'speed',
      expected: expected.replace(/, or api: 'speech'$/u, ''),
    })),
  ];
}
