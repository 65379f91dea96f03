import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import {
  filter,
  firstValueFrom,
  interval,
  lastValueFrom,
  of,
  repeat,
  type Subscription,
  timestamp,
  toArray,
} from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Check } from '../../../cli/doctor/check.ts';
import { wordErrors } from '../../../bench/wordErrors.js';
import { concatFrames, frameOf, level, readWav, reframe } from '../../../lib/audio/index.ts';
import type { AudioFrame } from '../../../lib/index.ts';
import { localStt } from '../../../lib/providers/local/index.ts';
import { hostsOf, noHosts } from '../../devices/hosts.ts';
import { realTime } from '../../realTime.ts';
import { leftOut, onSoundCard, theSoundCard } from '../../devices/soundCard.ts';
import { type Screen, tmux, whyNoTmux } from './tmux.ts';

// rxvoice talk as a person uses it: built, in a terminal, at a sound card (which is not there).
const root = join(import.meta.dirname, '../../..');
const clip = (name: string): AudioFrame => readWav(readFileSync(join(root, `cli/demo/clips/${name}.wav`)));

/** From a loss to its warning takes 1.3 s at most; a busy machine may take longer to get round to it, ms. */
const soon = 3_000;
/** The first call of a fresh machine fetches a model, ms. */
const loading = 180_000;

const why = leftOut ?? whyNoTmux();
const named = (name: string): string =>
  why === undefined ? onSoundCard(name) : `${name} (left out: ${why})`;

describe.skipIf(why)(named('rxvoice talk, at a sound card'), () => {
  const sound = theSoundCard();
  let screen: Screen | undefined;
  let listening: Subscription | undefined;
  afterEach(() => {
    listening?.unsubscribe();
    screen?.close();
    screen = undefined;
  });

  /** Begins a call, and waits until the bot listens. */
  const talking = async (...flags: string[]): Promise<Screen> => {
    screen = tmux([process.execPath, join(root, 'dist/cli/main.js'), 'talk', ...flags], {
      env: { ...sound.card.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '', RXVOICE_LLM: 'builtin' },
    });
    await screen.until(/listening/u, loading);
    return screen;
  };
  const say = (name: string): Promise<unknown> =>
    lastValueFrom(sound.card.say(clip(name)), { defaultValue: undefined });

  it(
    'should answer a person, so that the answer is heard from the loudspeaker as it is printed',
    realTime,
    async () => {
      const call = await talking();
      const heard: AudioFrame[] = [];
      listening = sound.card.heard$.subscribe(frame => heard.push(frame));
      await say('goforward');
      await call.until(/bot speaks/u);
      const speaking = call.text();
      const answered = await call.until(/total \d+ ms[\s\S]* listening /u);
      listening.unsubscribe();
      keep('speaking', speaking);
      keep('answered', answered);

      expect(answered).toMatch(/^You {4}Go forward (?:ten|10) met(?:er|re)s\.$/mu);
      // The reply stands twice while it forms and is heard; at the end once.
      const printed = /^Bot {4}([\s\S]*?)\n {7}stt /mu.exec(answered)![1]!.replace(/\s+/gu, ' ');
      expect(printed.length).toBeGreaterThan(20);
      const transcripts = await lastValueFrom(of(concatFrames(heard)).pipe(reframe(), localStt(), toArray()));
      const text = transcripts.flatMap(part => (part.type === 'final' ? [part.text] : [])).join(' ');
      const { errors, words } = wordErrors(printed, text);
      expect(errors / words).toBeLessThan(0.25);

      call.press('q');
      expect(await call.exit()).toBe(0);
      expect(call.text()).toMatch(/^total +1 /mu);
    },
  );

  it('should fall silent when a person speaks, as is heard from the loudspeaker', realTime, async () => {
    const call = await talking();
    const heard: Heard[] = [];
    const said: Heard[] = [];
    listening = sound.card.heard$
      .pipe(reframe(), timestamp(performance))
      .subscribe(({ value, timestamp }) => heard.push({ at: timestamp, loud: level(value) > quiet }));
    listening.add(
      microphoneOf(sound.card.env, frame => said.push({ at: performance.now(), loud: level(frame) > quiet })),
    );
    await say('explain');
    // In the middle of its first sentence, which takes four seconds.
    await firstValueFrom(interval(20).pipe(filter(() => heard.filter(({ loud }) => loud).length > 70)));
    const from = performance.now();
    await say('interrupt');
    const cut = await call.until(/✂/u);
    keep('interrupted', cut);
    // The bot answers the words: its next sound is a reply of its own.
    await call.until(/^You {4}Wait/mu);
    const voice = said.find(({ at, loud }) => at > from && loud)!;
    const silence = heard.findLast(({ at, loud }) => loud && at < voice.at + 1_000 && at > from)!;
    process.stdout.write(
      `barge-in: silent ${Math.round(silence.at - voice.at)} ms after the first voice at the microphone\n`,
    );
    expect(silence.at - voice.at).toBeLessThan(600);

    call.press('C-c');
    expect(await call.exit()).toBe(130);
    expect(call.text()).toMatch(/^bargeIn +\d/mu);
  });

  it(
    'should listen only while the space bar says so, and stay right when the terminal is resized',
    realTime,
    async () => {
      const call = await talking('--push-to-talk');
      expect(call.text()).toContain('mic off');
      await say('sum');
      expect(call.text()).not.toContain('You    ');
      call.resize(60, 24);
      call.press('Space');
      await call.until(/○ you ·/u);
      await say('sum');
      call.press('Space');
      const answered = await call.until(/^You {4}What is seventeen[\s\S]*^Bot {4}/mu);
      await call.until(/total p50/u);
      keep('push-to-talk', call.text());
      expect(answered).toContain('mic off');
      for (const line of call.text().split('\n')) expect(line.length).toBeLessThanOrEqual(60);
      call.press('q');
      expect(await call.exit()).toBe(0);
    },
  );

  it('should be hung up when its terminal is closed, with all that it started', realTime, async () => {
    const call = await talking();
    const pid = call.pid();
    const hosts = hostsOf(pid);
    expect(hosts.length).toBeGreaterThanOrEqual(2);
    call.close();
    screen = undefined;
    await noHosts(hosts);
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('should be looked at by the doctor before, who hears the microphone', realTime, async () => {
    const speech = concatFrames([clip('hello'), clip('explain')]);
    const saying = sound.card.say(speech).pipe(repeat()).subscribe();
    const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), 'doctor', '--json'], {
      env: { ...process.env, ...sound.card.env, OPENAI_API_KEY: '', DEEPGRAM_API_KEY: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    saying.unsubscribe();
    const found = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Check);
    expect(found.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(code).toBe(0);
    expect(found.find(({ what }) => what === 'level')?.found).toMatch(/^-\d+ dB at the loudest/u);
    expect(found.find(({ what }) => what === 'microphone')?.found).toContain('(default)');
  });

  it(
    'should report that the sound server was killed, go on when it is back, and end in any case',
    realTime,
    async () => {
      const call = await talking();
      await say('sum');
      await call.until(/bot speaks/u);
      await sound.card.unplug();
      const lostAt = performance.now();
      await call.until(/microphone was lost/u);
      await call.until(/loudspeaker was lost/u);
      expect(performance.now() - lostAt).toBeLessThan(soon);
      await sound.card.plug();
      await call.until(/microphone is back/u);
      await call.until(/loudspeaker is back/u);
      await call.until(/listening/u);
      await say('goforward');
      await call.until(/^You {4}Go forward[\s\S]*^Bot {4}/mu);
      keep('killed', call.text());
      await sound.card.unplug();
      call.press('q');
      expect(await call.exit()).toBe(0);
      await sound.card.plug();
    },
  );

  it('should report that the microphone stalls, and go on when it does', realTime, async () => {
    const feed = feeding(sound.card.pipe);
    try {
      const call = await talking('--input-device', 'rxvoice_pipe');
      feed.stop();
      const stalledAt = performance.now();
      await call.until(/microphone was lost/u);
      expect(performance.now() - stalledAt).toBeLessThan(soon);
      feed.start();
      await call.until(/microphone is back/u);
      keep('stalled', call.text());
      feed.stop();
      call.press('q');
      expect(await call.exit()).toBe(0);
    } finally {
      feed.close();
    }
  });

  it('should report that the loudspeaker was pulled, and speak again when it is back', realTime, async () => {
    const call = await talking();
    await say('goforward');
    await call.until(/bot speaks/u);
    const pactl = (...args: string[]): string =>
      execFileSync('pactl', args, { encoding: 'utf8', env: { ...process.env, ...sound.card.env } });
    const speaker = pactl('list', 'short', 'modules')
      .split('\n')
      .find(line => line.includes('sink_name=rxvoice_speaker'))!
      .split('\t');
    pactl('unload-module', speaker[0]!);
    try {
      const pulledAt = performance.now();
      await call.until(/loudspeaker was lost/u);
      expect(performance.now() - pulledAt).toBeLessThan(soon);
    } finally {
      pactl('load-module', speaker[1]!, ...speaker[2]!.split(' '));
    }
    await call.until(/loudspeaker is back/u);
    await say('sum');
    await call.until(/^Bot {4}Seventeen/mu);
    keep('pulled', call.text());
    call.press('q');
    expect(await call.exit()).toBe(0);
  });
});

/** Softer audio is no speech: the sound card has no noise of its own. */
const quiet = 0.001;

interface Heard {
  readonly at: number;
  readonly loud: boolean;
}

/** Audio of the microphone, 20 ms at a time, in real time. */
function microphoneOf(env: NodeJS.ProcessEnv, onFrame: (frame: AudioFrame) => void): () => void {
  const child = spawn(
    'parec',
    [
      '--raw',
      '--format=s16le',
      '--channels=1',
      '--rate=16000',
      '--latency-msec=10',
      '--device=rxvoice_mic.monitor',
    ],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  child.stdout.on('data', (chunk: Buffer) => onFrame(frameOf(chunk, 16_000)));
  return () => child.kill('SIGKILL');
}

/** A microphone that hears silence, for as long as it is fed. */
function feeding(pipe: string): { start: () => void; stop: () => void; close: () => void } {
  const file = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const frame = Buffer.alloc(640);
  frame.writeInt16LE(3, 0); // not quite silence: a microphone that gives only zeros is warned of
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setInterval(() => {
      try {
        writeSync(file, frame);
      } catch {
        // It is full: it has no reader at the moment.
      }
    }, 20);
  };
  const stop = (): void => clearInterval(timer);
  start();
  return {
    start,
    stop,
    close: () => {
      stop();
      closeSync(file);
    },
  };
}

/** Keeps a picture of the screen next to this file on request, for review. */
function keep(name: string, text: string): void {
  if (process.env['RXVOICE_KEEP_SCREENS'] === undefined) return;
  const folder = join(import.meta.dirname, 'screens');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.txt`), `${text}\n`);
}
