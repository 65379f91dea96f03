/** Options of a client's connection to Nova. */
export interface NovaQuery {
  readonly model: string;
  readonly encoding: string | undefined;
  readonly sampleRate: number;
  readonly channels: number;
  readonly interims: boolean;
  /** Silence after which speech is final, ms; none where it is off. */
  readonly endpointingMs: number | undefined;
  /** The gap between words after which an utterance has ended, ms. */
  readonly utteranceEndMs: number | undefined;
  readonly vadEvents: boolean;
  /** Whether words are as they are written. */
  readonly punctuated: boolean;
}

/** The models of `ListenV1Model` of the official SDK, their variants, and custom ones, which have a uuid for a name. */
const knownModel =
  /^(?:(?:nova|enhanced|base|whisper)(?:$|-)|(?:meeting|phonecall|finance|conversationalai|voicemail|video|custom)$|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$)/u;

/** Reads the query of `/v1/listen`; returns a text for an invalid one. Ignores unknown parameters. */
export function novaQuery(query: URLSearchParams): NovaQuery | string {
  const flag = (name: string): boolean => query.get(name) === 'true';
  const number = (name: string): number | undefined =>
    query.has(name) ? Number(query.get(name)) : undefined;
  const model = query.get('model') ?? '';
  const endpointing = query.get('endpointing') ?? '10';
  const [sampleRate, utteranceEndMs] = [number('sample_rate'), number('utterance_end_ms')];
  const encoding = query.get('encoding') ?? undefined;

  if (!knownModel.test(model)) return 'Bad Request: No such model/language/tier combination found.';
  if (model.startsWith('nova-3') && query.has('keywords'))
    return 'Keywords are not supported for Nova-3 models. Use keyterm instead.';
  if (encoding !== undefined && !decodable.has(encoding))
    return `This loopback server hears ${[...decodable].join(', ')} and WAV, but not ${encoding}.`;
  if (encoding !== undefined && !(sampleRate && sampleRate >= 1_000))
    return 'sample_rate is required with encoding.';
  if (utteranceEndMs !== undefined && !(utteranceEndMs >= 1000))
    return 'utterance_end_ms must be at least 1000.';
  if (endpointing !== 'false' && endpointing !== 'true' && !(Number(endpointing) >= 0))
    return 'endpointing must be a number of milliseconds, or false.';
  return {
    model,
    encoding,
    sampleRate: sampleRate ?? 0,
    channels: number('channels') ?? 1,
    interims: flag('interim_results'),
    endpointingMs: endpointing === 'false' ? undefined : endpointing === 'true' ? 10 : Number(endpointing),
    utteranceEndMs: flag('interim_results') ? utteranceEndMs : undefined,
    vadEvents: flag('vad_events'),
    punctuated: flag('punctuate') || flag('smart_format'),
  };
}

const decodable: ReadonlySet<string> = new Set(['linear16', 'linear32', 'mulaw', 'alaw']);
