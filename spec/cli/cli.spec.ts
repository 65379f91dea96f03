import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { wordErrors } from '../../bench/wordErrors.js';
import { frameMs, readWav, silence, writeWav } from '../../lib/audio/index.ts';
import { root, rxvoice } from './built.ts';
import { inProcess } from './inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxvoice-cli-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the CLI', () => {
  it('should speak, and write down what was spoken', async () => {
    const text = 'This is a test of the voice. It should be easy to understand.';
    const spoken = inFolder('spoken.wav');
    expect((await rxvoice(['say', `**${text}**`, '--output', spoken])).code).toBe(0);
    const sound = readWav(readFileSync(spoken));
    expect(frameMs(sound)).toBeGreaterThan(2_500);
    expect(frameMs(sound)).toBeLessThan(7_000);
    const { code, out } = await rxvoice(['transcribe', spoken]);
    expect(code).toBe(0);
    expect(wordErrors(text, out).errors).toBeLessThanOrEqual(2);
    const lines = (await rxvoice(['transcribe', spoken, '--json'])).out.trim().split('\n');
    expect(lines.map(line => Object.keys(JSON.parse(line) as object))).toEqual(
      lines.map(() => ['text', 'end']),
    );
  }, 300_000);

  it('should say that nothing was heard, and what may be the matter', async () => {
    const nothing = inFolder('nothing-in-it.wav');
    writeFileSync(nothing, writeWav(silence(2_000)));
    const { code, out, err } = await rxvoice(['transcribe', nothing]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/nothing was heard in .*nothing-in-it\.wav: it is silent \(2\.0 s\)/u);
    const hum = silence(2_000);
    hum.pcm.forEach((_, index) => (hum.pcm[index] = Math.round(3_000 * Math.sin(index / 20))));
    writeFileSync(nothing, writeWav(hum));
    const call = await rxvoice(['file', nothing, '--output', inFolder('call.wav')]);
    expect(call.code).toBe(1);
    expect(call.err).toMatch(/nothing was heard in .*\(2\.0 s, -21 dB at the loudest\).*English only/u);
    expect(call.out).toContain(`The recording: ${inFolder('call.wav')}`);
  }, 120_000);

  it('should end with 1 when no turn was answered, and say why and where its files are', async () => {
    const fixture = join(root, 'spec/fixtures/speech/goforward.wav');
    const args = ['file', fixture, '--output', inFolder('call.wav'), '--tape', inFolder('call.jsonl')];
    // A port without a server.
    const { code, out, err } = await rxvoice([...args], undefined, {
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_MODEL: 'any',
    });
    expect(code).toBe(1);
    expect(err).toMatch(/no turn was answered: 1 of 1 failed\.\n {2}llm: 127\.0\.0\.1:1 can not be reached/u);
    expect(out).toContain(`The recording: ${inFolder('call.wav')}`);
    expect(out).toContain(`The tape: ${inFolder('call.jsonl')}`);
  }, 120_000);

  it('should say where its files are when the call failed as a whole, also to a program', async () => {
    const fixture = join(root, 'spec/fixtures/speech/goforward.wav');
    const deaf = inFolder('deaf.config.mjs');
    writeFileSync(
      deaf,
      `import { createRequire } from 'node:module';
      const { map } = createRequire(${JSON.stringify(join(root, 'package.json'))})('rxjs');
      const stt = map((_, index) => {
        if (index === 20) throw new Error('It can hear no more.');
        return { type: 'interim', text: 'Go', start: 0, end: 1 };
      });
      export default { stt, llm: { engine: 'builtin' } };`,
    );
    const args = ['file', fixture, '--json', '--config', deaf, '--tape', inFolder('failed.jsonl')];
    const { code, out, err } = await rxvoice([...args, '--output', inFolder('failed.wav')]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /The recording: .*failed\.wav .*\nThe tape: .*failed\.jsonl.*\nrxvoice: It can hear no more\./u,
    );
    for (const line of out.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(frameMs(readWav(readFileSync(inFolder('failed.wav'))))).toBeGreaterThan(0);
  }, 120_000);

  it('should list the models, and their licences', async () => {
    const { out } = await inProcess(['models', '--json']);
    const models = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { name: string; licence: string });
    expect(models.map(({ name }) => name)).toEqual(['moonshine-tiny', 'moonshine-base', 'silero-vad']);
    expect(models.every(({ licence }) => licence.includes('MIT'))).toBe(true);
  }, 60_000);

  it('should hang up at Ctrl-C, show the summary and end with 130', async () => {
    const fixture = join(root, 'spec/fixtures/speech/jfk.wav');
    const { code, out, err } = await rxvoice(['file', fixture, '--json'], (child, soFar) => {
      if (soFar.includes('"user.speaking"') && !child.killed) child.kill('SIGINT');
    });
    expect([code, err.replace(/^.*: ready\n/gmu, '')]).toEqual([130, '']);
    expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({ type: 'summary', turns: 0 });
  }, 300_000);
});
