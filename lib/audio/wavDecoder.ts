import { RxvoiceError } from '../errors.ts';
import type { AudioFrame } from './frame.ts';
import { soundKind } from './soundKind.ts';
import { conversion, samplesOf, type WavFormat } from './wavSamples.ts';

/** In `WAVE_FORMAT_EXTENSIBLE` the real format is the beginning of the sub-format. */
const extensible = 0xff_fe;
/** Bytes of an ordinary chunk that are looked at; `fmt ` has 40 at most, `ds64` 28. */
const mostHeaderBytes = 64;
/** How far a damaged file is searched for the next chunk. */
const mostSearchedBytes = 1_024;

/** Known kinds of chunks. Other bytes in a chunk's place are doubtful. */
const known = new Set(
  (
    'fmt ,data,fact,LIST,JUNK,junk,PAD ,FLLR,bext,iXML,axml,chna,ubxt,umid,cart,id3 ,ID3 ,cue ,plst,smpl,inst,acid,' +
    'strc,note,labl,ltxt,PEAK,levl,DISP,wavl,slnt,ds64,r64m,aXML,_PMX,minf,elm1,regn,afsp,LGWV,MD5 ,qlty,cset,' +
    'SAUR,clm ,Cr8r,AFAn,CDif,SNDM,vosp,link,SyLp,ResU,wavR,mext,time,guan,dbmd'
  ).split(','),
);

/**
 * Reads a WAV file in pieces of any size: RIFF, RF64 and BW64; every format of `samplesOf`; several channels are mixed
 * to one. Nothing but the piece at hand is kept.
 *
 * Files as they exist are understood: chunks before and after the sound, odd ones with and without their pad byte, an ID3
 * tag at the beginning, and sound whose length was never written (0, all ones, or more than there is), which goes on to the
 * end.
 */
export class WavDecoder {
  #pending: Uint8Array = new Uint8Array(0);
  /** Whether there was an ID3 tag, as before MP3. */
  #tagged = false;
  /** Whether there was a `data` chunk without data. */
  #empty = false;
  #state: 'start' | 'chunk' | 'data' | 'over' = 'start';
  /** Bytes that are not looked at: of chunks and tags. */
  #skip = 0;
  /** Whether the last chunk had an odd length, which a pad byte should make even. */
  #odd = false;
  #format: WavFormat | undefined;
  #samples: ReturnType<typeof samplesOf> | undefined;
  /** The length of the sound by `ds64`, and the length still to come. */
  #longLength: number | undefined;
  #rest = Infinity;

  /** Hz, of the sound or of the lack of it; 16,000 before it is known. */
  get sampleRate(): number {
    return this.#format?.sampleRate ?? 16_000;
  }

  /** The sound is complete: the rest of the file is something else. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /**
   * The sound in the next bytes, with those before; `undefined` when there is none yet.
   *
   * @throws RxvoiceError for bytes that are no WAV file, or an unsupported one; it names the format and how to convert
   * it.
   */
  push(bytes: Uint8Array): AudioFrame | undefined {
    if (this.#state === 'over') return undefined;
    this.#take(bytes);
    while (this.#step(false));
    return this.#state === 'data' ? this.#sound() : undefined;
  }

  /**
   * The last of the sound, when there are no more bytes.
   *
   * @throws RxvoiceError where there was no sound.
   */
  end(): AudioFrame | undefined {
    while (this.#step(true));
    if (this.#state === 'data') return this.#sound();
    if (this.#state === 'over' || this.#empty) return undefined;
    if (this.#state === 'start') throw notWav(this.#pending, this.#tagged);
    throw damaged(this.#format ? 'it has no data' : 'it has neither a format nor data');
  }

  #take(bytes: Uint8Array): void {
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const fresh = bytes.subarray(skipped);
    if (this.#pending.length === 0) this.#pending = fresh;
    else if (fresh.length > 0) {
      const joined = new Uint8Array(this.#pending.length + fresh.length);
      joined.set(this.#pending);
      joined.set(fresh, this.#pending.length);
      this.#pending = joined;
    }
  }

  #drop(count: number): void {
    const here = Math.min(count, this.#pending.length);
    this.#pending = this.#pending.subarray(here);
    this.#skip += count - here;
  }

  /** One step through the headers, where there are enough bytes for it. */
  #step(complete: boolean): boolean {
    if (this.#state === 'start') return this.#start(complete);
    if (this.#state === 'chunk') return this.#chunk(complete);
    return false;
  }

  #start(complete: boolean): boolean {
    const bytes = this.#pending;
    const kind = soundKind(bytes, complete);
    if (kind.is === 'undecided') return false;
    if (kind.is === 'tagged') {
      // It may hold a picture: it is skipped rather than kept.
      this.#drop(kind.bytes);
      this.#tagged = true;
      return true;
    }
    if (kind.is !== 'wav' || bytes.length < 12) throw notWav(bytes, this.#tagged);
    this.#drop(12);
    this.#state = 'chunk';
    return true;
  }

  #chunk(complete: boolean): boolean {
    if (this.#skip > 0) return false;
    if (this.#pending.length < 10 && !complete) return false;
    const at = this.#chunkAt(complete);
    if (at === undefined) return false;
    const bytes = this.#pending.subarray(at);
    if (bytes.length < 8) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const name = nameAt(bytes, 0);
    const length = view.getUint32(4, true);
    if (name === 'data') return this.#data(at, length, complete);
    const body = Math.min(length, mostHeaderBytes - 8);
    if ((name === 'fmt ' || name === 'ds64') && bytes.length < 8 + body && !complete) return false;
    if (name === 'fmt ' && length >= 16 && bytes.length >= 24)
      this.#format = formatOf(view, Math.min(length, bytes.length - 8));
    if (name === 'ds64' && length >= 16 && bytes.length >= 24)
      this.#longLength = view.getUint32(16, true) + view.getUint32(20, true) * 2 ** 32;
    this.#odd = length % 2 === 1;
    this.#drop(at + 8 + length);
    return true;
  }

  /** Where the next chunk begins: here, after a pad byte, or after the stray bytes of a damaged file. */
  #chunkAt(complete: boolean): number | undefined {
    const bytes = this.#pending;
    const places = this.#odd ? [1, 0] : [0];
    for (const at of places) if (known.has(nameAt(bytes, at))) return at;
    for (const at of places) if (isName(nameAt(bytes, at)) && !(at === 1 && isPrintable(bytes[0]))) return at;
    if (this.#odd && isName(nameAt(bytes, 1))) return 1;
    const searched = Math.min(bytes.length, mostSearchedBytes);
    for (let at = 0; at + 4 <= searched; at++) if (known.has(nameAt(bytes, at))) return at;
    if (complete) return undefined;
    if (bytes.length < mostSearchedBytes) return undefined;
    throw damaged(this.#format ? 'no data follow its format' : 'no format follows its beginning');
  }

  #data(at: number, length: number, complete: boolean): boolean {
    if (this.#format === undefined) throw damaged('its data come before its format');
    const samples = samplesOf(this.#format);
    if (length === 0 && !complete && this.#pending.length < at + 16) return false;
    // A length of 0 means an empty file, with or without more chunks, or a length that was never written.
    if (length === 0 && isChunk(this.#pending.subarray(at + 8))) {
      this.#odd = false;
      this.#empty = true;
      this.#drop(at + 8);
      return true;
    }
    const long = length === 0xff_ff_ff_ff ? this.#longLength || undefined : undefined;
    this.#rest = length === 0 || length === 0xff_ff_ff_ff ? (long ?? Infinity) : length;
    this.#samples = samples;
    this.#drop(at + 8);
    this.#state = 'data';
    return false;
  }

  /** The available sound, in whole samples. */
  #sound(): AudioFrame | undefined {
    const { frameBytes, mix } = this.#samples!;
    const { sampleRate } = this.#format!;
    const there = Math.min(this.#rest, this.#pending.length);
    const whole = there - (there % frameBytes);
    const pcm = whole > 0 ? mix(this.#pending.subarray(0, whole)) : undefined;
    this.#rest -= whole;
    // Copied, so that a few bytes do not keep the piece they came in.
    this.#pending = new Uint8Array(this.#pending.subarray(whole));
    if (this.#rest < frameBytes) {
      this.#state = 'over';
      this.#pending = new Uint8Array(0);
    }
    return pcm && { pcm, sampleRate };
  }
}

function formatOf(view: DataView, length: number): WavFormat {
  const plain = view.getUint16(8, true);
  const channels = view.getUint16(10, true);
  const blockAlign = view.getUint16(20, true);
  const told = view.getUint16(22, true);
  // 12 or 20 bits come in whole bytes, at their upper end. Some writers leave the bits out.
  const bits = told === 0 && channels > 0 ? (blockAlign / channels) * 8 : Math.ceil(told / 8) * 8;
  const tag = plain !== extensible ? plain : length >= 26 ? view.getUint16(32, true) : 1;
  return { tag, channels, sampleRate: view.getUint32(12, true), bits };
}

const nameAt = (bytes: Uint8Array, at: number): string =>
  bytes.length < at + 4 ? '' : String.fromCharCode(...bytes.subarray(at, at + 4));
const isPrintable = (byte = 0): boolean => byte >= 0x20 && byte <= 0x7e;
const isName = (name: string): boolean => /^[ -~]{4}$/u.test(name);

/** Whether bytes after an empty `data` chunk are the next chunk, rather than sound. */
const isChunk = (bytes: Uint8Array): boolean => known.has(nameAt(bytes, 0));

const damaged = (how: string): RxvoiceError =>
  new RxvoiceError(`This WAV file is damaged: ${how}. ${conversion}`);

function notWav(bytes: Uint8Array, tagged: boolean): RxvoiceError {
  const kind = soundKind(bytes, true);
  const what =
    tagged && kind.is !== 'wav'
      ? `it is ${kind.is === 'other' ? kind.name : 'MP3, or another file with an ID3 tag'}`
      : bytes.length === 0
        ? 'it is empty'
        : kind.is === 'other'
          ? `it is ${kind.name}`
          : kind.is === 'wav'
            ? 'it ends within its header'
            : 'it does not begin with RIFF';
  return new RxvoiceError(`This is not a WAV file: ${what}. ${conversion}`);
}
