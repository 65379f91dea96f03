import type { AudioFormat } from '../loopback/spoken.ts';

/** Options of a client's request for speech. */
export interface SpeakQuery extends AudioFormat {
  readonly model: string;
  /** By request, where the client names no encoding. */
  readonly isMp3: boolean;
  readonly container: 'none' | 'wav';
}

const encodings = ['linear16', 'mulaw', 'alaw'] as const;
const rates = {
  aura: [8_000, 16_000, 24_000, 32_000, 48_000],
  flux: [8_000, 16_000, 24_000, 32_000, 44_100, 48_000],
} as const;
const known: ReadonlySet<string> = new Set([
  'model',
  'encoding',
  'sample_rate',
  'speed',
  'expressivity',
  'tag',
  'mip_opt_out',
  'container',
  'bit_rate',
  'callback',
  'callback_method',
  'priority',
]);

/** How a text may be spoken. */
export interface SpeakTransport {
  readonly family: 'aura' | 'flux';
  /** By request, which has other encodings, and MP3 as its default. */
  readonly isRequest?: boolean;
}

/** Reads the query of `/v1/speak` and `/v2/speak`, or returns the reason for refusal. */
export function speakQuery(
  query: URLSearchParams,
  { family, isRequest = false }: SpeakTransport,
): SpeakQuery | string {
  const model = query.get('model') ?? (family === 'aura' ? 'aura-asteria-en' : '');
  const wanted = query.get('encoding') ?? (isRequest ? 'mp3' : 'linear16');
  const isMp3 = isRequest && wanted === 'mp3';
  const encoding = isMp3 ? 'linear16' : encodings.find(name => name === wanted);
  const expressivity = Number(query.get('expressivity') ?? 0);
  if (!new RegExp(`^${family}-[\\w-]+$`, 'u').test(model))
    return `No such model: a name that begins with ${family}- is expected here.`;
  if (encoding === undefined)
    return `Unsupported encoding: this loopback server speaks ${encodings.join(', ')}${isRequest ? ', mp3' : ''}.`;
  const sampleRate = Number(query.get('sample_rate') ?? (encoding === 'linear16' ? 24_000 : 8_000));
  const allowed = encoding === 'linear16' ? rates[family] : [8_000, 16_000];
  if (!(allowed as readonly number[]).includes(sampleRate))
    return `Unsupported sample_rate: ${allowed.join(', ')} are supported.`;
  const speed = Number(query.get('speed') ?? 1);
  const [slowest, fastest] = family === 'aura' ? [0.7, 1.5] : [0.5, 1.5];
  if (!(speed >= slowest && speed <= fastest)) return `speed must be from ${slowest} to ${fastest}.`;
  if (family === 'flux' && Math.abs(speed / 0.05 - Math.round(speed / 0.05)) > 1e-6)
    return 'SPEED_INCREMENT_INVALID: speed goes in steps of 0.05.';
  if (!(expressivity >= -2 && expressivity <= 2))
    return 'EXPRESSIVITY_OUT_OF_RANGE: expressivity must be from -2 to 2.';
  if (!Number.isInteger(expressivity))
    return 'EXPRESSIVITY_INCREMENT_INVALID: expressivity must be a whole number.';
  const stranger = family === 'flux' && [...query.keys()].find(name => !known.has(name));
  if (stranger) return `Unknown query parameter: ${stranger}.`;
  return {
    model,
    isMp3,
    encoding,
    sampleRate,
    container: query.get('container') === 'none' ? 'none' : 'wav',
  };
}
