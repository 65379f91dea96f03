/** The kind of a file, by its first bytes. */
export type SoundKind =
  /** A WAV file that `WavDecoder` can probably read. */
  | { readonly is: 'wav' }
  /** Unknown: samples without a header, or no sound at all. */
  | { readonly is: 'unknown' }
  /** An ID3 tag of `length` bytes: the bytes after it decide. */
  | { readonly is: 'tagged'; readonly bytes: number }
  /** Another kind of file: its name, after "it is". */
  | { readonly is: 'other'; readonly name: string }
  /** More bytes are needed to decide. */
  | { readonly is: 'undecided' };

/** File signatures: offset, bytes and kind. */
const beginnings: readonly (readonly [at: number, bytes: string, name: string])[] = [
  [0, 'OggS', 'Ogg (Vorbis or Opus)'],
  [0, 'fLaC', 'FLAC'],
  [0, '\x1A\x45\xDF\xA3', 'WebM or Matroska'],
  [4, 'ftyp', 'MP4 (AAC, M4A)'],
  [0, 'RIFX', 'a big-endian WAV file (RIFX)'],
  [0, 'FORM', 'AIFF'],
  [0, '.snd', 'an AU file'],
  [0, 'caff', 'CAF'],
  [0, 'riff\x2E\x91\xCF\x11', 'Sony Wave64'],
  [0, '#!AMR', 'AMR'],
  [0, '\x30\x26\xB2\x75\x8E\x66\xCF\x11', 'Windows Media'],
  [0, 'ADIF', 'AAC'],
  [0, 'MThd', 'MIDI'],
  [0, '<!DOCTYPE', 'an HTML page'],
  [0, '<!doctype', 'an HTML page'],
  [0, '<html', 'an HTML page'],
  [0, '{"error', 'a JSON text, an error of a service perhaps'],
  [0, '{"message', 'a JSON text, an error of a service perhaps'],
  [0, '{"detail', 'a JSON text, an error of a service perhaps'],
  [0, '\x1F\x8B\x08', 'compressed (gzip)'],
  [0, 'PK\x03\x04', 'compressed (zip)'],
];

const undecided: SoundKind = { is: 'undecided' };
const unknown: SoundKind = { is: 'unknown' };
const other = (name: string): SoundKind => ({ is: 'other', name });

/**
 * Recognises the kind of sound by its first bytes. It needs file signatures of at least three bytes, or two
 * consecutive frames of MP3 or AAC, so that samples without a header are not mistaken for a file. 10,000 bytes are
 * always enough.
 *
 * @param complete whether there are no more bytes.
 */
export function soundKind(bytes: Uint8Array, complete = false): SoundKind {
  const tag = id3Length(bytes);
  if (tag > 0) return { is: 'tagged', bytes: tag };
  if (isRiff(bytes)) return riffKind(bytes, complete);
  for (const [at, mark, name] of beginnings) if (matches(bytes, at, mark) === 'yes') return other(name);
  const frames = frameKind(bytes);
  if (frames === 'MP3' || frames === 'AAC') return other(frames);
  if (complete) return unknown;
  const maybe =
    frames === 'maybe' ||
    matches(bytes, 0, 'RIFF') === 'maybe' ||
    matches(bytes, 0, 'ID3') === 'maybe' ||
    (matches(bytes, 0, 'ID3') === 'yes' && bytes.length < 10) ||
    ['RF64', 'BW64'].some(mark => matches(bytes, 0, mark) === 'maybe') ||
    beginnings.some(([at, mark]) => matches(bytes, at, mark) === 'maybe');
  return maybe ? undecided : unknown;
}

/** The length of an ID3v2 tag at the beginning, with its header and footer (id3.org, "ID3v2 overview"); 0 without one. */
function id3Length(bytes: Uint8Array): number {
  if (bytes.length < 10 || matches(bytes, 0, 'ID3') !== 'yes') return 0;
  const sizes = bytes.subarray(6, 10);
  if (bytes[3] === 0xff || sizes.some(byte => byte >= 0x80)) return 0;
  const footer = bytes[5]! & 0x10 ? 10 : 0;
  return sizes.reduce((sum, byte) => sum * 128 + byte, 0) + 10 + footer;
}

const isRiff = (bytes: Uint8Array): boolean =>
  ['RIFF', 'RF64', 'BW64'].some(mark => matches(bytes, 0, mark) === 'yes');

function riffKind(bytes: Uint8Array, complete: boolean): SoundKind {
  if (bytes.length < 12) return complete ? { is: 'wav' } : undecided;
  const form = String.fromCharCode(...bytes.subarray(8, 12));
  if (form === 'WAVE') return { is: 'wav' };
  return other(form === 'AVI ' ? 'an AVI film' : 'a RIFF file of another kind');
}

function matches(bytes: Uint8Array, at: number, mark: string): 'yes' | 'no' | 'maybe' {
  // A box of MP4 begins with its length; a long one is not the start of a file.
  if (at === 4 && bytes.length > 0 && (bytes[0] !== 0 || (bytes.length > 1 && bytes[1] !== 0))) return 'no';
  for (let index = 0; index < mark.length; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) return 'maybe';
    if (byte !== mark.charCodeAt(index)) return 'no';
  }
  return 'yes';
}

/** Whether two frames of MP3 (ISO 11172-3) or AAC in ADTS (ISO 13818-7) follow one another. */
function frameKind(bytes: Uint8Array): 'MP3' | 'AAC' | 'no' | 'maybe' {
  for (const [name, lengthOf] of [
    ['MP3', mp3FrameLength],
    ['AAC', adtsFrameLength],
  ] as const) {
    const length = lengthOf(bytes, 0);
    if (length === 'more') return 'maybe';
    if (length === 0) continue;
    const next = lengthOf(bytes, length);
    if (next === 'more') return 'maybe';
    if (next > 0) return name;
  }
  return 'no';
}

const bitrates = {
  1: [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  2: [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  3: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  low1: [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  low: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

/** The length of the MP3 frame at an offset; 0 if there is none, or if its bit rate is free. */
function mp3FrameLength(bytes: Uint8Array, at: number): number | 'more' {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (first === undefined) return 'more';
  if (first !== 0xff) return 0;
  if (second === undefined) return 'more';
  const version = (second >> 3) & 3; // 0: 2.5, 2: 2, 3: 1
  const layer = 4 - ((second >> 1) & 3); // 4: none
  if ((second & 0xe0) !== 0xe0 || version === 1 || layer === 4) return 0;
  if (third === undefined) return 'more';
  const rates = version === 3 ? bitrates[layer as 1 | 2 | 3] : layer === 1 ? bitrates.low1 : bitrates.low;
  const bitrate = (rates[third >> 4] ?? 0) * 1000;
  const rate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  if (bitrate === 0 || rate === undefined) return 0;
  const sampleRate = rate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (third >> 1) & 1;
  if (layer === 1) return (Math.floor((12 * bitrate) / sampleRate) + padding) * 4;
  const samples = layer === 3 && version !== 3 ? 72 : 144;
  return Math.floor((samples * bitrate) / sampleRate) + padding;
}

/** The length of the ADTS frame at an offset; 0 if there is none. */
function adtsFrameLength(bytes: Uint8Array, at: number): number | 'more' {
  const header = bytes.subarray(at, at + 6);
  if (header[0] !== undefined && header[0] !== 0xff) return 0;
  if (header[1] !== undefined && (header[1] & 0xf6) !== 0xf0) return 0;
  if (header[2] !== undefined && ((header[2] >> 2) & 15) > 12) return 0;
  if (header.length < 6) return 'more';
  const length = ((header[3]! & 3) << 11) | (header[4]! << 3) | (header[5]! >> 5);
  return length < 7 ? 0 : length;
}
