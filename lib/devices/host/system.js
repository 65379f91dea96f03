import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { byTheClock } from './byTheClock.js';
import { chooseDevice } from './chooseDevice.js';
import { withoutConverters } from './withoutConverters.js';

/**
 * The system's own recorders and players, as processes: no package is needed, and on Linux they are as fast as any.
 * They end with their host, which leads their group.
 *
 * @typedef {import('../audioDevice.ts').AudioDevice} AudioDevice
 * @typedef {'microphone' | 'speaker'} Kind
 *
 * @typedef {object} Tool
 * @property {string} system
 * @property {{ readonly [K in Kind]: string }} programs
 * @property {(kind: Kind, sampleRate: number, device: AudioDevice) => string[]} args
 * @property {(kind: Kind, wanted: string | undefined) => Promise<AudioDevice[]>} list
 * @property {number} [latencyMs] the delay that a player adds to its lead
 * @property {string} [lister] the program that lists devices, where it is another one
 * @property {boolean} [blind] whether it can't list devices
 * @property {number} [failsWithin] how long it may take to fail to open a device, ms
 */

/** How far ahead a player is written to, and how much of that it keeps itself, ms. With less, small delays are heard. */
const LEAD = 160;
const PLAYER_BUFFER = 80;

const run = promisify(execFile);

/**
 * The output of a program, in English whatever the user's language.
 *
 * @param {string} program
 * @param {string[]} args
 */
const printed = async (program, ...args) =>
  (await run(program, args, { timeout: 3_000, env: { ...process.env, LC_ALL: 'C' } })).stdout;

/** @type {Tool} */
const pulse = {
  system: 'PulseAudio',
  programs: { microphone: 'parec', speaker: 'pacat' },
  lister: 'pactl',
  args: (kind, rate, { name }) => [
    '--raw',
    '--format=s16le',
    '--channels=1',
    `--rate=${rate}`,
    `--latency-msec=${kind === 'speaker' ? PLAYER_BUFFER : 10}`,
    `--device=${name}`,
  ],
  list: async kind => {
    const [things, word] = kind === 'microphone' ? ['sources', 'Source'] : ['sinks', 'Sink'];
    const usual = new RegExp(`^Default ${word}: (.*)$`, 'mu').exec(await printed('pactl', 'info'))?.[1];
    return (await printed('pactl', 'list', 'short', things)).split('\n').flatMap(line => {
      const name = line.split('\t')[1];
      return name === undefined ? [] : [{ kind, name, isDefault: name === usual, system: 'PulseAudio' }];
    });
  },
};

/** @type {Tool} */
const alsa = {
  system: 'ALSA',
  programs: { microphone: 'arecord', speaker: 'aplay' },
  args: (_, rate, { name }) => [
    '-q',
    ...['-t', 'raw', '-f', 'S16_LE', '-c', '1', '-r', String(rate), '-D', name],
    `--period-size=${rate / 50}`,
    `--buffer-size=${rate / 10}`,
  ],
  list: async kind => {
    const names = (await printed(alsa.programs[kind], '-L')).split('\n').filter(line => /^\S/u.test(line));
    return withoutConverters(
      names.map(name => ({ kind, name, isDefault: name === 'default', system: 'ALSA' })),
    );
  },
};

/** @type {Tool} */
const sox = {
  system: 'SoX',
  programs: { microphone: 'rec', speaker: 'play' },
  latencyMs: 260,
  blind: true,
  failsWithin: 700,
  args: (_, rate) => [
    ...['-q', '--buffer', String((rate / 50) * 2)],
    ...['-t', 'raw', '-b', '16', '-e', 'signed', '-c', '1', '-r', String(rate), '-'],
  ],
  // It can't list devices; a requested name is tried.
  list: async (kind, wanted) => [{ kind, name: wanted ?? 'default', isDefault: true, system: 'SoX' }],
};

/** @param {string} program */
const installed = program =>
  (process.env['PATH'] ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, process.platform === 'win32' ? `${program}.exe` : program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** The tools of this machine, in the order in which they are tried. */
const tools = () =>
  [pulse, alsa, sox].filter(({ programs, lister }) =>
    [programs.microphone, programs.speaker, ...(lister === undefined ? [] : [lister])].every(installed),
  );

/**
 * Does something with the first tool it works with.
 *
 * @template Value
 * @param {(tool: Tool) => Promise<Value>} use
 * @returns {Promise<Value>}
 */
const firstTool = async use => {
  /** @type {string[]} */
  const said = [];
  let unknownName = false;
  for (const tool of tools()) {
    // It would be given a name that is known to be wrong.
    if (tool.blind && unknownName) continue;
    try {
      return await use(tool);
    } catch (error) {
      said.push(`${tool.system}: ${firstLine(error)}`);
      unknownName ||= /** @type {{ unknownName?: boolean }} */ (error).unknownName === true;
    }
  }
  if (said.length > 0) throw new Error(said.join('; '));
  throw Object.assign(new Error('none of parec, arecord and rec is on this machine'), {
    code: 'not-installed',
  });
};

/** @param {unknown} error */
const firstLine = error => {
  const { stderr, message } = /** @type {{ stderr?: string, message: string }} */ (error);
  return (stderr?.trim() || message).split('\n')[0];
};

/** How long most programs that are given nothing to do have to fail, ms: they end when they can't open a device. */
const FAILS_WITHIN = 150;

/**
 * Starts a recorder or player, and makes sure that it goes on.
 *
 * @param {Tool} tool
 * @param {Kind} kind
 * @param {import('../protocol.ts').OpenOptions} options
 * @param {(reason: string) => void} lost
 */
const start = async (tool, kind, { device: wanted, sampleRate }, lost) => {
  const device = chooseDevice(await tool.list(kind, wanted), wanted);
  const child = spawn(tool.programs[kind], tool.args(kind, sampleRate, device), {
    // SoX reads the device from its environment.
    env: { ...process.env, ...(tool === sox && wanted !== undefined && { AUDIODEV: wanted }) },
    stdio: [kind === 'speaker' ? 'pipe' : 'ignore', kind === 'speaker' ? 'ignore' : 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', chunk => (complaint = (complaint + String(chunk)).slice(-500)));
  child.stdin?.on('error', () => undefined); // its end is reported by 'close'
  let opened = false;
  const { stdout } = child;
  /** @type {() => unknown} */
  let begun = () => undefined;
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      const reason = complaint.trim().split('\n').at(-1) || `${tool.programs[kind]} ended`;
      if (opened) lost(reason);
      const named = tool.blind && wanted !== undefined;
      reject(new Error(named ? `no device called "${wanted}" can be opened (${reason})` : reason));
    });
    // A program that only ends is readable, too.
    begun = () => (stdout?.readableLength ?? 0) > 0 && resolve(undefined);
    stdout?.on('readable', begun);
    setTimeout(resolve, tool.failsWithin ?? FAILS_WITHIN);
  });
  stdout?.off('readable', begun);
  opened = true;
  return { child, device: device.name };
};

/** How much may be on its way to a player, bytes: it hangs when it takes nothing any more. */
const HUNG = 32_000;

/** @type {import('../protocol.ts').HostBackend} */
export const system = {
  list: () =>
    firstTool(async tool => [
      ...(await tool.list('microphone', undefined)),
      ...(await tool.list('speaker', undefined)),
    ]),

  microphone: (options, audio, lost) =>
    firstTool(async tool => {
      const { child, device } = await start(tool, 'microphone', options, lost);
      child.stdout?.on('data', audio);
      return { device, sampleRate: options.sampleRate };
    }),

  speaker: (options, lost) =>
    firstTool(async tool => {
      const { child, device } = await start(tool, 'speaker', options, lost);
      return {
        device,
        sampleRate: options.sampleRate,
        latencyMs: LEAD + (tool.latencyMs ?? 0),
        write: byTheClock(LEAD, chunk => {
          child.stdin?.write(chunk);
          if ((child.stdin?.writableLength ?? 0) > HUNG) lost('it takes no sound any more');
        }),
      };
    }),
};
