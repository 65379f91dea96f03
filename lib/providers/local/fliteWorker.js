import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { wasiProgram } from './wasiProgram.js';

/**
 * The thread that speaks: Flite takes the processor for as long as it synthesises (about 13 ms for a second of
 * speech), which no event loop that carries calls should wait for.
 *
 * Plain JavaScript, because Node 20 can't load TypeScript in a worker. It is given the path of `flite.wasm` as
 * `workerData`, then one `FliteRequest` a message, and answers each with a `FliteReply`.
 *
 * @typedef {object} FliteRequest
 * @property {string} text what to say, in plain ASCII
 * @property {string} voice one of the voices inside Flite
 * @property {number} stretch how much longer than normal the sounds are; 1 is normal
 *
 * @typedef {{ pcm: Int16Array<ArrayBuffer> } | { error: string }} FliteReply
 */

const SAMPLES_PER_MS = 16;
const LEAD = 20 * SAMPLES_PER_MS;
const PAUSE = 180 * SAMPLES_PER_MS;
const FRAME = 20 * SAMPLES_PER_MS;
/** The voices' own noise between words stays below 130; the softest beginnings, an "h" of slt, rise above 150. */
const NOISE = 150;

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
const flite = wasiProgram(readFileSync(/** @type {string} */ (workerData)));

/** Making an instance takes as long as saying a word, so that the next is made while this one is heard. */
let next = flite();

/**
 * The samples of a WAV file.
 *
 * @param {Buffer} wav
 */
function samples(wav) {
  const at = wav.indexOf('data') + 8;
  const bytes = wav.subarray(at, at + wav.readUInt32LE(at - 4));
  return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
}

/**
 * Flite begins with 140 to 250 ms of near silence, which would be latency: 20 ms of it stay. The silence after the last
 * sound is made 180 ms, the pause between two sentences, and up to 20 more for a whole number of frames. Where nothing
 * was said, nothing is left.
 *
 * @param {Int16Array} sound
 */
function trimmed(sound) {
  const isVoice = (/** @type {number} */ sample) => Math.abs(sample) > NOISE;
  const first = sound.findIndex(isVoice);
  if (first === -1) return new Int16Array(0);
  const start = Math.max(0, first - LEAD);
  const length = sound.findLastIndex(isVoice) + 1 + PAUSE - start;
  const speech = new Int16Array(Math.ceil(length / FRAME) * FRAME);
  speech.set(sound.subarray(start, start + speech.length));
  return speech;
}

port.on('message', (/** @type {FliteRequest} */ { text, voice, stretch }) => {
  try {
    const pcm = trimmed(
      samples(
        next(['flite', '-voice', voice, '--setf', `duration_stretch=${stretch}`, '-t', text, '-o', 'o.wav']),
      ),
    );
    port.postMessage({ pcm }, [pcm.buffer]);
  } catch (thrown) {
    port.postMessage({ error: thrown instanceof Error ? thrown.message : String(thrown) });
  }
  next = flite();
});
