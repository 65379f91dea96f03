/** The format of a body, sound or other, by its first bytes. */
export type AudioKind =
  | 'wav'
  | 'pcm'
  | 'text'
  | 'MP3'
  | 'AAC'
  | 'Ogg'
  | 'FLAC'
  | 'AIFF'
  | 'AU'
  | 'WebM'
  | 'MP4'
  | 'big-endian WAV'
  | 'RIFF without WAVE';

/** Of how many bytes the kind is certain, where they don't look like MP3 or AAC. */
const certainBytes = 64;

/** Bytes of a frame of MP3 or AAC that hold its length. */
const headerBytes = 6;

/**
 * The kind of a body by its first bytes; nothing while there are too few of them, unless they are `all`. Raw PCM has no
 * mark, so it is the default.
 */
export function audioKind(bytes: Uint8Array, all = false): AudioKind | undefined {
  const tag = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes.length < certainBytes && !all) return undefined;
  const start = tag(0, 4);
  switch (start) {
    case 'RIFF':
    case 'RF64':
      return tag(8, 12) === 'WAVE' ? 'wav' : 'RIFF without WAVE';
    case 'RIFX':
      return 'big-endian WAV';
    case 'FORM':
      return 'AIFF';
    case 'OggS':
      return 'Ogg';
    case 'fLaC':
      return 'FLAC';
    case '.snd':
      return 'AU';
    case '\x1a\x45\xdf\xa3':
      return 'WebM';
  }
  if (tag(0, 3) === 'ID3') return 'MP3';
  if (tag(4, 8) === 'ftyp') return 'MP4';
  if (isText(bytes.subarray(0, certainBytes))) return 'text';
  for (const [kind, lengthOf] of [
    ['MP3', mp3FrameLength],
    ['AAC', aacFrameLength],
  ] as const) {
    const length = lengthOf(bytes, 0);
    if (length === undefined) continue;
    // The next frame must be where this one ends: two bytes alone may as well be a sample.
    if (bytes.length < length + headerBytes) {
      if (!all) return undefined;
      if (bytes.length >= length) return kind;
    } else if (lengthOf(bytes, length) !== undefined) return kind;
  }
  return 'pcm';
}

/** Whether bytes are text: JSON, HTML, an event stream. Sound is hardly ever printable over that length. */
function isText(bytes: Uint8Array): boolean {
  const first = bytes.find(byte => byte > 0x20);
  return (
    first !== undefined &&
    bytes.length >= 2 &&
    bytes.every(byte => byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte !== 0x7f)) &&
    bytes.filter(byte => byte < 0x80).length > bytes.length * 0.6
  );
}

const bitrates = {
  1: [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;

/** The length of the frame of MPEG audio, layer III, that begins here; nothing where none does. (ISO 11172-3, 13818-3) */
function mp3FrameLength(bytes: Uint8Array, at: number): number | undefined {
  const [sync = 0, head = 0, rates = 0] = bytes.subarray(at, at + 3);
  if (sync !== 0xff || (head & 0xe6) !== 0xe2) return undefined;
  const version = (head >> 3) & 3; // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
  const [bitrate, rate] = [rates >> 4, (rates >> 2) & 3];
  if (version === 1 || bitrate === 0 || bitrate === 15 || rate === 3) return undefined;
  const hz = [44_100, 48_000, 32_000][rate]! / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const kbps = bitrates[version === 3 ? 1 : 2][bitrate - 1]!;
  return Math.floor(((version === 3 ? 144 : 72) * kbps * 1000) / hz) + ((rates >> 1) & 1);
}

/** The length of the frame of AAC (ADTS) that begins here; nothing where none does. (ISO 13818-7) */
function aacFrameLength(bytes: Uint8Array, at: number): number | undefined {
  const [sync = 0, head = 0, profile = 0, a = 0, b = 0, c = 0] = bytes.subarray(at, at + 6);
  if (sync !== 0xff || (head & 0xf6) !== 0xf0 || ((profile >> 2) & 15) > 12) return undefined;
  const length = ((a & 3) << 11) | (b << 3) | (c >> 5);
  return length < 7 ? undefined : length;
}
