import { createRequire } from 'node:module';
import { chooseDevice } from './chooseDevice.js';

/**
 * naudiodon 2.3 and naudiodon2 2.5: two bindings of PortAudio. Their own types are wrong (`AudioIO` is a constructor
 * there, `quit` returns nothing), so these types cover the used part.
 *
 * Facts, all found by trying: the option is spelled `highwaterMark`; the queue of an output can't be cleared; a lost
 * device is not reported; `abort` always throws; `quit`, `end` and even `process.exit` can hang. So nothing is ever
 * closed here: the process is killed.
 *
 * @typedef {object} Found
 * @property {number} id an index, good until devices come or go
 * @property {string} name
 * @property {number} maxInputChannels
 * @property {number} maxOutputChannels
 * @property {string} hostAPIName
 *
 * @typedef {object} StreamOptions
 * @property {number} deviceId
 * @property {number} sampleRate
 * @property {1} channelCount
 * @property {16} sampleFormat
 * @property {number} framesPerBuffer
 * @property {number} maxQueue
 * @property {number} highwaterMark
 * @property {false} closeOnError
 *
 * @typedef {object} Stream
 * @property {() => void} start
 * @property {(event: 'data' | 'error' | 'close', listener: (value: any) => void) => void} on
 * @property {(chunk: Uint8Array, done: (error?: unknown) => void) => boolean} write
 *
 * @typedef {object} PortAudio
 * @property {() => Found[]} getDevices
 * @property {() => { defaultHostAPI: number, HostAPIs: { defaultInput: number, defaultOutput: number }[] }} getHostAPIs
 * @property {(options: { inOptions: StreamOptions } | { outOptions: StreamOptions }) => Stream} AudioIO
 *
 * @typedef {import('../protocol.ts').OpenOptions} OpenOptions
 */

/** Chunks that wait in an output's queue. With one, and 20 ms a chunk, sound is heard 80 ms after it was written. */
const OUTPUT_QUEUE = 1;
/** An output's queue, and the three periods that PortAudio keeps ahead. */
const OUTPUT_LATENCY = (OUTPUT_QUEUE + 3) * 20;

/**
 * @param {string} path of the package
 * @returns {import('../protocol.ts').HostBackend}
 */
export function portaudio(path) {
  /** @type {PortAudio} */
  const library = createRequire(path)(path);

  /** @param {'microphone' | 'speaker'} kind */
  const devices = kind => {
    const { defaultHostAPI, HostAPIs } = library.getHostAPIs();
    const system = HostAPIs[defaultHostAPI];
    const usual = kind === 'microphone' ? system?.defaultInput : system?.defaultOutput;
    return library
      .getDevices()
      .filter(it => (kind === 'microphone' ? it.maxInputChannels : it.maxOutputChannels) > 0)
      .map(({ id, name, hostAPIName }) => ({ kind, id, name, isDefault: id === usual, system: hostAPIName }));
  };

  /**
   * Opens at the wanted rate or, where a raw device can't have it, at one of those that all have.
   *
   * @param {'microphone' | 'speaker'} kind
   * @param {OpenOptions} options
   */
  const open = (kind, options) => {
    const { id, name } = chooseDevice(devices(kind), options.device);
    let failure;
    for (const sampleRate of new Set([options.sampleRate, 48_000, 44_100])) {
      const samples = Math.round(sampleRate / 50);
      /** @type {StreamOptions} */
      const stream = {
        deviceId: id,
        sampleRate,
        channelCount: 1,
        sampleFormat: 16,
        framesPerBuffer: samples,
        maxQueue: kind === 'microphone' ? 50 : OUTPUT_QUEUE,
        highwaterMark: samples * 2,
        closeOnError: false,
      };
      try {
        const io = library.AudioIO(kind === 'microphone' ? { inOptions: stream } : { outOptions: stream });
        return { io, sampleRate, device: name };
      } catch (error) {
        failure = error;
        if (!/sample rate/iu.test(String(error))) break;
      }
    }
    throw failure;
  };

  return {
    list: async () => [...devices('microphone'), ...devices('speaker')].map(({ id: _, ...device }) => device),

    microphone: async (options, audio, lost) => {
      const { io, ...opened } = open('microphone', options);
      io.on('data', audio);
      io.on('error', error => lost(String(error)));
      io.on('close', () => lost('the stream was closed'));
      io.start();
      return opened;
    },

    speaker: async (options, lost) => {
      const { io, ...opened } = open('speaker', options);
      io.on('error', error => lost(String(error)));
      io.on('close', () => lost('the stream was closed'));
      io.start();
      return {
        ...opened,
        latencyMs: OUTPUT_LATENCY,
        write: chunk =>
          new Promise((resolve, reject) => io.write(chunk, error => (error ? reject(error) : resolve()))),
      };
    },
  };
}
