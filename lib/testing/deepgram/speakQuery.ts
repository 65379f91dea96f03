import type { AudioFormat } from '../loopback/spoken.ts';

/** What a client wants spoken, and how. */
export interface SpeakQuery extends AudioFormat {
  readonly model: string;
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
]);

/** Reads the query of `/v1/speak` and `/v2/speak`; a text says what is wrong with it. */
export function speakQuery(query: URLSearchParams, family: 'aura' | 'flux'): SpeakQuery | string {
  const model = query.get('model') ?? (family === 'aura' ? 'aura-asteria-en' : '');
  const encoding = encodings.find(name => name === (query.get('encoding') ?? 'linear16'));
  if (!new RegExp(`^${family}-[\\w-]+$`, 'u').test(model))
    return `No such model: a name that begins with ${family}- is expected here.`;
  if (encoding === undefined) return `Unsupported encoding: this server speaks ${encodings.join(', ')}.`;
  const sampleRate = Number(query.get('sample_rate') ?? (encoding === 'linear16' ? 24_000 : 8_000));
  const allowed = encoding === 'linear16' ? rates[family] : [8_000, 16_000];
  if (!(allowed as readonly number[]).includes(sampleRate))
    return `Unsupported sample_rate: ${allowed.join(', ')} are supported.`;
  const speed = Number(query.get('speed') ?? 1);
  const [slowest, fastest] = family === 'aura' ? [0.7, 1.5] : [0.5, 1.5];
  if (!(speed >= slowest && speed <= fastest)) return `speed must be from ${slowest} to ${fastest}.`;
  const stranger = family === 'flux' && [...query.keys()].find(name => !known.has(name));
  if (stranger) return `Unknown query parameter: ${stranger}.`;
  return { model, encoding, sampleRate, container: query.get('container') === 'none' ? 'none' : 'wav' };
}
