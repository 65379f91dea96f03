import { RxvoiceError } from '../errors.ts';
import { concatFrames, type AudioFrame } from './frame.ts';
import { speexModule } from './speexModule.ts';

/** The parts of SpeexDSP's `speex_resampler.h` that are used. Pointers are byte offsets into `memory`. */
interface Speex {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  malloc(bytes: number): number;
  init(channels: number, inputRate: number, outputRate: number, quality: number, error: number): number;
  destroy(state: number): void;
  process(
    state: number,
    channel: number,
    input: number,
    inputLength: number,
    output: number,
    outputLength: number,
  ): number;
  inputLatency(state: number): number;
  skipZeros(state: number): number;
}

/** The used part of `WebAssembly`, whose types exist in the DOM library only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

/** The samples that pass through the module at once. */
const blockLength = 8192;
/** SpeexDSP's quality, 0 … 10: 5 is the lowest without audible aliasing at 16 bits. */
const quality = 5;

let loaded: ReturnType<typeof load> | undefined;

/**
 * The module, compiled and started without a Promise, so that a resampler works in the tick that needs it, in a
 * browser as in Node. The package's own loader is asynchronous and reads files, so its WASM module is inlined (`npm
 * run speex` writes `speexModule.ts`). The one-letter names are those of version 0.3.0, which is therefore pinned.
 */
function load() {
  const module = new WebAssembly.Module(Uint8Array.from(atob(speexModule), it => it.charCodeAt(0)));
  const grow = (bytes: number): number => {
    memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / 65_536));
    return 1;
  };
  const copy = (to: number, from: number, length: number): void => {
    new Uint8Array(memory.buffer).copyWithin(to, from, from + length);
  };
  const { exports } = new WebAssembly.Instance(module, { a: { a: grow, b: copy } });
  const { c, d: start, C, e, j, m, x, z } = exports;
  const speex = {
    memory: c,
    malloc: C,
    init: e,
    destroy: j,
    process: m,
    inputLatency: x,
    skipZeros: z,
  } as Speex;
  const { memory } = speex;
  (start as () => void)();
  const lengths = speex.malloc(8);
  return { ...speex, lengths, input: speex.malloc(blockLength * 2), output: speex.malloc(blockLength * 2) };
}

/** One stream through SpeexDSP's resampler; `free` gives its memory (outside the JavaScript heap) back. */
export class SpeexResampler {
  readonly #speex = (loaded ??= load());
  readonly #state: number;
  readonly #inputRate: number;
  readonly #outputRate: number;
  /** Samples taken in and given out so far. */
  #taken = 0;
  #given = 0;

  constructor(inputRate: number, outputRate: number) {
    this.#inputRate = inputRate;
    this.#outputRate = outputRate;
    this.#state = this.#speex.init(1, inputRate, outputRate, quality, 0);
    if (this.#state === 0) throw new RxvoiceError(`No resampling from ${inputRate} Hz to ${outputRate} Hz.`);
    this.#speex.skipZeros(this.#state);
  }

  /** The samples that are ready: the newest few ms wait for the samples after them. */
  process(pcm: Int16Array): Int16Array {
    this.#taken += pcm.length;
    return this.#run(pcm);
  }

  /** The rest of the stream, so that output and input have the same length. */
  flush(): Int16Array {
    const total = Math.round((this.#taken * this.#outputRate) / this.#inputRate);
    const missing = Math.max(0, total - this.#given);
    return this.#run(new Int16Array(this.#speex.inputLatency(this.#state) + 1)).subarray(0, missing);
  }

  free(): void {
    this.#speex.destroy(this.#state);
  }

  #run(pcm: Int16Array): Int16Array {
    // A block is short enough for its output to fit, too.
    const block = Math.min(blockLength, Math.floor(((blockLength - 2) * this.#inputRate) / this.#outputRate));
    if (pcm.length <= block) return this.#runBlock(pcm);
    const blocks: AudioFrame[] = [];
    for (let at = 0; at < pcm.length; at += block) {
      blocks.push({ pcm: this.#runBlock(pcm.subarray(at, at + block)), sampleRate: this.#outputRate });
    }
    return concatFrames(blocks).pcm;
  }

  #runBlock(pcm: Int16Array): Int16Array {
    const { memory, input, output, lengths } = this.#speex;
    // Views are recreated, since growing memory replaces its buffer.
    new Int16Array(memory.buffer, input, pcm.length).set(pcm);
    const inOut = new Uint32Array(memory.buffer, lengths, 2);
    inOut[0] = pcm.length;
    inOut[1] = blockLength;
    this.#speex.process(this.#state, 0, input, lengths, output, lengths + 4);
    const length = inOut[1];
    this.#given += length;
    return new Int16Array(memory.buffer, output, length).slice();
  }
}
