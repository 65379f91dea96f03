import { createRequire } from 'node:module';
import { byTheClock } from './byTheClock.js';
import { chooseDevice } from './chooseDevice.js';
import { withoutConverters } from './withoutConverters.js';

/**
 * decibri 5.7: cpal, by prebuilt binaries. It opens devices at their own rate and resamples, which costs 10 ms in
 * capture and over 100 in playback. It buffers up to 0.7 s of audio, so it is supplied by the clock.
 *
 * @typedef {object} Found
 * @property {string} name
 * @property {string} id system and the system's own name: "alsa:default"
 * @property {boolean} isDefault
 *
 * @typedef {object} Decibri
 * @property {() => Found[]} inputDevices
 * @property {() => Found[]} outputDevices
 * @property {{ open: (options: object) => Promise<import('node:stream').Readable> }} Microphone
 * @property {{ open: (options: object) => Promise<import('node:stream').Writable> }} Speaker
 */

/** How far ahead it is written to, and how much later it is heard than that, ms: measured over ALSA and PulseAudio. */
const LEAD = 100;
const PLAYER_LATENCY = 170;

/**
 * @param {string} path of the package
 * @returns {import('../protocol.ts').HostBackend}
 */
export function decibri(path) {
  /** @type {Decibri} */
  const library = createRequire(path)(path);

  /** @param {'microphone' | 'speaker'} kind */
  const devices = kind => {
    const found = kind === 'microphone' ? library.inputDevices() : library.outputDevices();
    const named = found.map(({ id, name, isDefault }) => ({
      kind,
      id,
      // With ALSA its names are descriptions that several devices share, so devices are chosen by the system's own
      // name.
      name: id.startsWith('alsa:') ? id.slice(5) : name,
      isDefault,
      system: id.split(':')[0]?.toUpperCase() ?? '',
    }));
    return named.every(({ system }) => system === 'ALSA') ? withoutConverters(named) : named;
  };

  return {
    list: async () => [...devices('microphone'), ...devices('speaker')].map(({ id: _, ...device }) => device),

    microphone: async ({ device: wanted, sampleRate }, audio, lost) => {
      const { id, name } = chooseDevice(devices('microphone'), wanted);
      const stream = await library.Microphone.open({
        device: { id },
        sampleRate,
        framesPerBuffer: Math.round(sampleRate / 50),
      });
      stream.on('data', audio);
      stream.on('error', error => lost(error.message));
      stream.on('end', () => lost('the stream ended'));
      return { device: name, sampleRate };
    },

    speaker: async ({ device: wanted, sampleRate }, lost) => {
      const { id, name } = chooseDevice(devices('speaker'), wanted);
      const stream = await library.Speaker.open({ device: { id }, sampleRate });
      stream.on('error', error => lost(error.message));
      return {
        device: name,
        sampleRate,
        latencyMs: LEAD + PLAYER_LATENCY,
        write: byTheClock(LEAD, chunk => stream.write(chunk)),
      };
    },
  };
}
