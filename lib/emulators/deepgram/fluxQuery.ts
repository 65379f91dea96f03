/** When Flux takes a turn for over. */
export interface FluxThresholds {
  /** How sure it has to be. */
  readonly eot: number;
  /** How sure it has to be to say so early; none where it doesn't. */
  readonly eager: number | undefined;
  /** After that much silence in any case, ms. */
  readonly timeoutMs: number;
}

/** Options of a client's connection to Flux. */
export interface FluxQuery {
  readonly model: string;
  readonly encoding: string | undefined;
  readonly sampleRate: number;
  readonly channels: 1;
  readonly thresholds: FluxThresholds;
  readonly hints: readonly string[];
  readonly keyterms: readonly string[];
}

const known: ReadonlySet<string> = new Set([
  'model',
  'encoding',
  'sample_rate',
  'eot_threshold',
  'eager_eot_threshold',
  'eot_timeout_ms',
  'keyterm',
  'language_hint',
  'profanity_filter',
  'numerals',
  'redact',
  'mip_opt_out',
  'tag',
]);
const decodable = ['linear16', 'linear32', 'mulaw', 'alaw'];

/** Reads the query of `/v2/listen`; returns a text for an invalid one. Refuses unknown parameters. */
export function fluxQuery(query: URLSearchParams): FluxQuery | string {
  const number = (name: string): number | undefined =>
    query.has(name) ? Number(query.get(name)) : undefined;
  const model = query.get('model') ?? '';
  const encoding = query.get('encoding') ?? undefined;
  const sampleRate = number('sample_rate');
  const stranger = [...query.keys()].find(name => !known.has(name));
  if (stranger) return `Unknown query parameter: ${stranger}.`;
  if (!/^flux-general-(en|multi)$/u.test(model))
    return 'No such model: flux-general-en and flux-general-multi are expected here.';
  if ((encoding === undefined) !== (sampleRate === undefined))
    return 'encoding and sample_rate are required together.';
  if (encoding !== undefined && !decodable.includes(encoding))
    return `This loopback server hears ${decodable.join(', ')} and WAV, but not ${encoding}.`;
  if (query.has('language_hint') && model !== 'flux-general-multi')
    return 'language_hint is for flux-general-multi only.';
  const thresholds = thresholdsOf({
    eot: number('eot_threshold') ?? 0.7,
    eager: number('eager_eot_threshold'),
    timeoutMs: number('eot_timeout_ms') ?? 5_000,
  });
  if (typeof thresholds === 'string') return thresholds;
  return {
    model,
    encoding,
    sampleRate: sampleRate ?? 0,
    channels: 1,
    thresholds,
    hints: query.getAll('language_hint'),
    keyterms: query.getAll('keyterm'),
  };
}

/** Thresholds, if they are within bounds; otherwise the reason for refusal. */
export function thresholdsOf(thresholds: FluxThresholds): FluxThresholds | string {
  const { eot, eager, timeoutMs } = thresholds;
  if (!(eot >= 0.5 && eot <= 1)) return 'eot_threshold must be from 0.5 to 1.0.';
  if (eager !== undefined && !(eager >= 0.3 && eager <= 0.9))
    return 'eager_eot_threshold must be from 0.3 to 0.9.';
  if (eager !== undefined && eager > eot) return 'eager_eot_threshold must not be above eot_threshold.';
  if (!(timeoutMs >= 500 && timeoutMs <= 60_000)) return 'eot_timeout_ms must be from 500 to 60000.';
  return thresholds;
}
