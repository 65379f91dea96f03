import { JitterBuffer } from './jitterBuffer.ts';
import type { FromMicrophone, FromSpeaker, ToSpeaker } from './messages.ts';
import { Resampler } from './resampler.ts';

// The global scope of an AudioWorklet, which TypeScript's libraries lack.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const wireRate = 16_000;
/** 20 ms. */
const frameLength = 320;
/** How often the loudspeaker reports its position, samples at the wire's rate: 100 ms. */
const reportEvery = 1_600;

const level = (samples: ArrayLike<number>, full: number): number => {
  let sum = 0;
  for (let at = 0; at < samples.length; at++) sum += samples[at]! * samples[at]!;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length) / full;
};

/** The microphone, as frames for the wire. */
class Microphone extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, wireRate);
  #pcm = new Int16Array(frameLength);
  #length = 0;

  process([input]: Float32Array[][]): boolean {
    const channel = input?.[0];
    if (channel === undefined) return true;
    for (const sample of this.#resampler.process(channel)) {
      this.#pcm[this.#length] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
      this.#length += 1;
      if (this.#length === frameLength) this.#send();
    }
    return true;
  }

  #send(): void {
    const frame: FromMicrophone = { pcm: this.#pcm, level: level(this.#pcm, 32_768) };
    this.port.postMessage(frame, [this.#pcm.buffer]);
    this.#pcm = new Int16Array(frameLength);
    this.#length = 0;
  }
}

/** The loudspeaker, fed from the wire. */
class Speaker extends AudioWorkletProcessor {
  readonly #buffer = new JitterBuffer();
  #resampler = new Resampler(wireRate, sampleRate);
  /** Samples at the context's rate that wait for the next block. */
  #ready = new Float32Array(0);
  #reported = 0;
  #over = true;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<ToSpeaker>) => this.#take(data);
  }

  process(_: unknown, [output]: Float32Array[][]): boolean {
    const block = output?.[0];
    if (block === undefined) return true;
    while (this.#ready.length < block.length) {
      const samples = this.#buffer.read(Math.ceil((block.length * wireRate) / sampleRate));
      // Silence pushes the end of the audio through the filter.
      const more = this.#resampler.process(samples.length > 0 ? samples : new Float32Array(64));
      const ready = new Float32Array(this.#ready.length + more.length);
      ready.set(this.#ready);
      ready.set(more, this.#ready.length);
      this.#ready = ready;
    }
    block.set(this.#ready.subarray(0, block.length));
    this.#ready = this.#ready.slice(block.length);
    for (const channel of output!.slice(1)) channel.set(block);
    this.#report(block);
    return true;
  }

  #take(message: ToSpeaker): void {
    switch (message.type) {
      case 'begin':
        this.#over = false;
        this.#reported = message.from;
        return this.#buffer.begin(message.reply, message.from);
      case 'audio':
        return this.#buffer.add(message.pcm);
      case 'end':
        return this.#buffer.end(message.samples);
      case 'clear':
        this.#buffer.clear();
        this.#over = true;
        this.#resampler = new Resampler(wireRate, sampleRate);
        this.#ready = new Float32Array(0);
    }
  }

  #report(block: Float32Array): void {
    const { reply, played: samples, finished, underruns } = this.#buffer;
    if (reply === 0 || this.#over || (!finished && samples - this.#reported < reportEvery)) return;
    this.#reported = samples;
    this.#over = finished;
    const report: FromSpeaker = { reply, samples, level: level(block, 1), underruns };
    this.port.postMessage(report);
  }
}

registerProcessor('rxvoice-microphone', Microphone);
registerProcessor('rxvoice-speaker', Speaker);
