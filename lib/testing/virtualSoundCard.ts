import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Observable } from 'rxjs';
import { type AudioFrame, frameBytes, frameOf } from '../audio/frame.ts';
import { RxvoiceError } from '../errors.ts';

/** A sound card that isn't there: a private PulseAudio with a microphone to play into and a loudspeaker to listen to. */
export interface VirtualSoundCard {
  /** Environment variables by which a program finds this sound card, and no other. */
  readonly env: { readonly PULSE_SERVER: string; readonly ALSA_CONFIG_PATH: string };
  /** The sound server's process. */
  readonly pid: number;
  /** A FIFO: audio written into it, `s16le` at 16,000 Hz, comes from the microphone `rxvoice_pipe`, which otherwise stalls. */
  readonly pipe: string;
  /** Plays into the microphone `rxvoice_mic`, in real time; completes when all of it was played. */
  say(clip: AudioFrame): Observable<never>;
  /** Audio of the loudspeaker `rxvoice_speaker`, from the subscription on, silence too: 16,000 Hz. */
  readonly heard$: Observable<AudioFrame>;
  /** Pulls the plug: the server is killed, and all devices are gone. */
  unplug(): Promise<void>;
  /** Plugs it in again, if it isn't. */
  plug(): Promise<void>;
  /** Ends it, and removes its files. */
  stop(): Promise<void>;
}

/** Requirements of a virtual sound card. */
const programs = ['pulseaudio', 'parec', 'pacat'];

/** Why a virtual sound card is impossible on this machine, with the fix; `undefined` where it is possible. */
export function whyNoSoundCard(): string | undefined {
  const missing = programs.filter(
    program =>
      !(process.env['PATH'] ?? '').split(delimiter).some(folder => executable(join(folder, program))),
  );
  if (missing.length === 0) return undefined;
  return (
    `${missing.join(', ')} not found; on Debian and Ubuntu: ` +
    'apt-get install --no-install-recommends pulseaudio pulseaudio-utils libasound2-plugins'
  );
}

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** How long the server may take to start, ms; it takes 25. */
const startsWithin = 10_000;

const format = ['--raw', '--format=s16le', '--channels=1'];

/**
 * Starts a virtual sound card, so that programs with a microphone and a loudspeaker can be tested on machines that have
 * neither. Linux only, with PulseAudio installed (see `whyNoSoundCard`); several can run side by side.
 *
 * @example
 * const card = await virtualSoundCard();
 * const child = spawn('my-bot', { env: { ...process.env, ...card.env } });
 * card.say(readWav(readFileSync('question.wav'))).subscribe();
 * await card.stop();
 */
export async function virtualSoundCard(): Promise<VirtualSoundCard> {
  const missing = whyNoSoundCard();
  if (missing !== undefined) throw new RxvoiceError(`There can be no virtual sound card here: ${missing}.`);
  const folder = mkdtempSync(join(tmpdir(), 'rxvoice-card-'));
  const socket = join(folder, 'native');
  const pipe = join(folder, 'pipe');
  const env = { PULSE_SERVER: `unix:${socket}`, ALSA_CONFIG_PATH: join(folder, 'asound.conf') };
  writeFileSync(env.ALSA_CONFIG_PATH, alsaDevices(socket));

  let server: ChildProcess | undefined;
  const kill = (): void => void server?.kill('SIGKILL');
  process.once('exit', kill);

  const plug = async (): Promise<void> => {
    if (server?.exitCode === null && server.signalCode === null) return;
    for (const left of [socket, pipe]) rmSync(left, { force: true });
    server = startServer(folder, socket, pipe);
    for (const deadline = Date.now() + startsWithin; !(await accepts(socket)); await wait(10)) {
      if (server.exitCode === null && Date.now() < deadline) continue;
      kill();
      throw new RxvoiceError('The sound server of the virtual sound card does not start.');
    }
  };
  const unplug = async (): Promise<void> => {
    const gone = server;
    if (gone?.exitCode !== null || gone.signalCode !== null) return;
    const exited = new Promise(resolve => gone.once('exit', resolve));
    gone.kill('SIGKILL');
    await exited;
  };

  await plug();
  return {
    env,
    get pid() {
      return server!.pid!;
    },
    pipe,
    say: clip =>
      played('pacat', [`--rate=${clip.sampleRate}`, '--device=rxvoice_mic'], env, frameBytes(clip)),
    heard$: recorded(
      'parec',
      ['--rate=16000', '--latency-msec=10', '--device=rxvoice_speaker.monitor'],
      env,
      16_000,
    ),
    unplug,
    plug,
    stop: async () => {
      process.off('exit', kill);
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * The devices by which ALSA's users reach the server: these and no others, so that nothing of the machine's own is
 * looked at. Some libraries list only those that have a hint.
 */
const alsaDevices = (socket: string): string => {
  const device = (name: string, source: string): string =>
    `pcm.${name} { type pulse server "unix:${socket}" device "${source}" hint { show on description "${name}" } }\n`;
  return (
    device('rxvoice_mic', 'rxvoice_mic.monitor') +
    device('rxvoice_speaker', 'rxvoice_speaker') +
    device('rxvoice_pipe', 'rxvoice_pipe') +
    'pcm.!default { type asym playback.pcm "rxvoice_speaker" capture.pcm "rxvoice_mic" ' +
    'hint { show on description "default" } }\n'
  );
};

function startServer(folder: string, socket: string, pipe: string): ChildProcess {
  // Without norewinds a null sink renders 2 s ahead when it is idle, and audio played then is heard that much later.
  const sink = (name: string): string =>
    `module-null-sink sink_name=${name} norewinds=1 rate=16000 channels=1 format=s16le`;
  const modules = [
    sink('rxvoice_mic'),
    sink('rxvoice_speaker'),
    `module-pipe-source source_name=rxvoice_pipe file=${pipe} rate=16000 channels=1 format=s16le`,
    // Last: where the socket is, the devices are.
    `module-native-protocol-unix socket=${socket} auth-anonymous=1 auth-cookie-enabled=0`,
  ];
  return spawn(
    'pulseaudio',
    [
      ...['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--realtime=no'],
      ...['--high-priority=no', '--disable-shm=yes', '--log-level=error'],
      ...modules.flatMap(module => ['-L', module]),
    ],
    {
      stdio: 'ignore',
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        XDG_RUNTIME_DIR: folder,
        PULSE_RUNTIME_PATH: folder,
        PULSE_STATE_PATH: folder,
        PULSE_CONFIG_PATH: folder,
      },
    },
  );
}

/** Whether a server listens on a socket. */
const accepts = (socket: string): Promise<boolean> =>
  new Promise(resolve => {
    if (!existsSync(socket)) return resolve(false);
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on('error', () => resolve(false));
  });

/** A recorder, for as long as it is subscribed; it completes when it ends. */
const recorded = (
  program: string,
  args: readonly string[],
  env: object,
  sampleRate: number,
): Observable<AudioFrame> =>
  new Observable(subscriber => {
    const child = spawn(program, [...format, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let odd: Buffer = Buffer.alloc(0);
    child.stdout.on('data', (chunk: Buffer) => {
      const bytes = odd.length === 0 ? chunk : Buffer.concat([odd, chunk]);
      odd = bytes.subarray(bytes.length - (bytes.length % 2));
      subscriber.next(frameOf(bytes, sampleRate));
    });
    child.on('error', error => subscriber.error(error));
    child.on('close', () => subscriber.complete());
    return () => child.kill('SIGKILL');
  });

/** A player that is given some bytes; it completes when it has played them. */
const played = (
  program: string,
  args: readonly string[],
  env: object,
  bytes: Uint8Array,
): Observable<never> =>
  new Observable(subscriber => {
    const child = spawn(program, ['--playback', ...format, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', error => subscriber.error(error));
    child.on('close', () => subscriber.complete());
    child.stdin.on('error', () => undefined); // the server was unplugged: 'close' reports it
    child.stdin.end(bytes);
    return () => child.kill('SIGKILL');
  });
