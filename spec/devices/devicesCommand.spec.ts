import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { leftOut, onSoundCard, theSoundCard } from './soundCard.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** Runs `rxvoice devices`, or another command, as its users do. */
async function devices(args: readonly string[], env: object = {}, command = 'devices') {
  const child = spawn(process.execPath, [main, command, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { out, err, code };
}

const it = (name: string, run: () => Promise<void>): void => test(name, { timeout: 60_000 }, run);

describe.skipIf(leftOut)(onSoundCard('rxvoice devices'), () => {
  theSoundCard();

  it('should list what there is, the default marked, and name the backend that sees it', async () => {
    const { out, err, code } = await devices([]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Microphones\n[^]*rxvoice_mic[^]*\nLoudspeakers\n[^]*rxvoice_speaker[^]*\nby \w+/u);
    expect(out.match(/ default$/gmu)).toHaveLength(2);
    for (const line of out.split('\n')) expect(line).not.toMatch(/ALSA lib|PortAudio/u);
  });

  it('should list them for programs, a line each', async () => {
    const { out, code } = await devices(['--json']);
    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(Object.keys(lines[0]!)).toEqual(['backend', 'kind', 'name', 'isDefault', 'system']);
    expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['microphone', 'speaker']));
  });

  it('should print the answer of every backend, if asked to', async () => {
    const { out, code } = await devices(['--all', '--json']);
    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect([...new Set(lines.map(({ backend }) => backend))].sort()).toEqual([
      'decibri',
      'naudiodon',
      'naudiodon2',
      'system',
    ]);
    expect(
      lines.filter(({ error }) => error !== undefined).every(({ cure }) => typeof cure === 'string'),
    ).toBe(true);
  });
});

const noDevices = { PATH: '/nowhere', PULSE_SERVER: 'unix:/nowhere', ALSA_CONFIG_PATH: '/dev/null' };

describe('rxvoice talk on a machine without a sound card', () => {
  it('should say why, and which commands need none', async () => {
    const cloud = { DEEPGRAM_API_KEY: 'any', DEEPGRAM_BASE_URL: 'http://127.0.0.1:1' };
    const { err, code } = await devices(
      ['--stt', 'deepgram', '--tts', 'deepgram', '--llm', 'builtin'],
      { ...noDevices, ...cloud },
      'talk',
    );
    expect(code).toBe(1);
    expect(err).toMatch(/No (?:microphone|loudspeaker) can be opened:/u);
    expect(err).toMatch(/Without a sound card: rxvoice serve .* rxvoice demo .* rxvoice file question\.wav/u);
    expect(err).not.toMatch(/^\s+at /mu);
  });
});

describe('rxvoice devices on a machine without any', () => {
  it('should say for each backend what would help, and end with 1', async () => {
    const { out, err, code } = await devices([], noDevices);
    expect([out, code]).toEqual(['', 1]);
    expect(err).toContain('No microphone or loudspeaker is found');
    expect(err).toContain('npm i decibri');
    expect(err).toContain('pulseaudio-utils or alsa-utils (Linux), or SoX');
    expect(err).not.toMatch(/^\s+at /mu);
    // It lists them.
    expect(err).not.toContain('rxvoice devices');
  });
});
