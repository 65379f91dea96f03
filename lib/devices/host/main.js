import { constants, setPriority } from 'node:os';
import { reframed } from './reframed.js';
import { pump } from './pump.js';

/**
 * An audio host: the process that a microphone or a loudspeaker lives in, so that whatever the native code under it does
 * (hang, crash, print, block the thread pool), the program it works for goes on. It opens one device in its life, and
 * dies with its parent; it is closed by SIGKILL, since native streams can hang at every other way to go.
 *
 * Plain JavaScript, because Node 20 can't load TypeScript in another process. Its arguments are the backend's name and the
 * entry file of its package; requests come and messages go over IPC (`protocol.ts`).
 *
 * @typedef {import('../protocol.ts').HostRequest} HostRequest
 * @typedef {import('../protocol.ts').HostMessage} HostMessage
 * @typedef {import('../protocol.ts').HostBackend} HostBackend
 */

/** Frames on their way to the parent, and frames that wait for it, at most: a second of sound each. */
const MOST = 50;

const [, , name, path] = process.argv;

/** Ends this process and, as the leader of their group, those that it has started. */
const die = () => {
  try {
    if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  } catch {}
  process.kill(process.pid, 'SIGKILL');
};
process.on('disconnect', die);

// A few percent of a processor, but on time: where the user may, ahead of the rest.
try {
  setPriority(constants.priority.PRIORITY_HIGH);
} catch {}

let underWay = 0;

/** @param {HostMessage} message */
const send = message => {
  underWay++;
  process.send?.(message, undefined, undefined, () => {
    underWay--;
    flush();
  });
};

/** @type {{ pcm: Uint8Array, at: number }[]} */
const waiting = [];
let dropped = 0;

/** Sends waiting messages, as far as the parent takes them, and drops old ones. */
const flush = () => {
  for (let next = waiting[0]; next && underWay < MOST; next = waiting[0]) {
    waiting.shift();
    send({ type: 'audio', ...next, dropped });
    dropped = 0;
  }
};

/** @param {Uint8Array} pcm */
const audio = pcm => {
  // The system's monotonic clock, which the parent can read too.
  waiting.push({ pcm, at: Number(process.hrtime.bigint()) / 1e6 });
  if (waiting.length > MOST) {
    waiting.shift();
    dropped++;
  }
  flush();
};

/** @param {string} reason */
const lost = reason => send({ type: 'lost', reason });

/** @returns {Promise<HostBackend>} */
const load = async () => {
  switch (name) {
    case 'system':
      return (await import('./system.js')).system;
    case 'decibri':
      return (await import('./decibri.js')).decibri(String(path));
    default:
      return (await import('./portaudio.js')).portaudio(String(path));
  }
};

/** @type {(pcm: Uint8Array) => void} */
let play = () => undefined;

/** @param {HostRequest} request */
const serve = async request => {
  if (request.type === 'play') return play(request.pcm);
  const backend = await loaded;
  if (request.type === 'list') return send({ type: 'devices', devices: await backend.list() });
  const { kind } = request;
  if (kind === 'microphone') {
    const frames = reframed(audio);
    const { device, sampleRate } = await backend.microphone(request, frames.push, lost);
    frames.start(sampleRate);
    send({ type: 'opened', device, sampleRate });
  } else {
    const speaker = await backend.speaker(request, lost);
    send({ type: 'opened', device: speaker.device, sampleRate: speaker.sampleRate });
    const line = pump(speaker, heard => send({ type: 'tick', heard }));
    play = line.play;
    line.done.catch((/** @type {unknown} */ error) => lost(textOf(error)));
  }
};

/** @param {unknown} error */
const textOf = error => (error instanceof Error ? error.message : String(error));

/**
 * The meaning of a backend's error.
 *
 * @param {unknown} error
 * @returns {import('../audioBackendError.ts').AudioBackendCode}
 */
const codeOf = error => {
  const text = textOf(error);
  const { code } = /** @type {{ code?: unknown }} */ (error ?? {});
  if (code === 'not-installed') return code;
  if (/NODE_MODULE_VERSION/u.test(text)) return 'abi-mismatch';
  if (code === 'ERR_DLOPEN_FAILED') return 'lib-missing';
  // Packages that choose a binary while they load say so in their own words.
  if (/Could not locate the bindings file|Cannot find native binding/iu.test(text)) return 'not-built';
  return code === 'MODULE_NOT_FOUND' ? 'not-built' : 'no-device';
};

/** @param {unknown} error */
const fail = error => send({ type: 'failed', code: codeOf(error), reason: textOf(error) });

// At once, so that a host that is kept as a spare has its library loaded when it is needed.
const loaded = load();
loaded.catch(() => undefined);

process.on('message', message => {
  serve(/** @type {HostRequest} */ (message)).catch(fail);
});
process.on('uncaughtException', error => {
  lost(textOf(error));
});
