import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { silence, writeWav } from '../../lib/audio/index.ts';
import { root } from './built.ts';

const folder = mkdtempSync(join(tmpdir(), 'rxvoice-streams-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const main = join(root, 'dist/cli/main.js');
const rxjs = JSON.stringify(join(root, 'package.json'));
/** A bot that needs nothing: it hears "Hello." in the first sound, and answers in a tone. */
const config = inFolder('bot.config.mjs');
writeFileSync(
  config,
  `import { createRequire } from 'node:module';
  const { from, ignoreElements, merge, timer, map, of, concat, EMPTY } = createRequire(${rxjs})('rxjs');
  const said = { type: 'final', text: process.env.SAYS ?? 'Hello.', start: 0, end: 0.2 };
  export default {
    stt: frame$ => merge(frame$.pipe(ignoreElements()), timer(50).pipe(map(() => said)), timer(60).pipe(map(() => ({ type: 'utteranceEnd' })))),
    llm: () => of({ type: 'token', text: process.env.ANSWERS ?? 'Good day to you.' }),
    tts: () => of({ pcm: new Int16Array(Number(process.env.SAMPLES ?? 4800)).fill(900), sampleRate: 16000 }),
  };`,
);
const question = inFolder('question.wav');
writeFileSync(question, writeWav(silence(500)));

/** A shell command with $RX for the CLI and $Q for a question. */
const shell = (command: string, variables: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: {
      ...process.env,
      NO_COLOR: '1',
      OPENAI_API_KEY: '',
      OPENAI_BASE_URL: '',
      RX: `${process.execPath} ${main}`,
      Q: `${question} --config ${config}`,
      C: `--config ${config}`,
      ...variables,
    },
  });
  return { code: status, out: stdout, err: stderr };
};
const hasFullDevice = existsSync('/dev/full') && spawnSync('bash', ['-c', 'true']).status === 0;

describe.runIf(process.platform !== 'win32')('pipes', { timeout: 60_000 }, () => {
  it.each(['-', '/dev/stdin'])('should carry a WAV file into transcribe as %s', path => {
    const { code, out } = shell(`cat ${question} | $RX transcribe ${path} $C`);
    expect([code, out]).toEqual([0, 'Hello.\n']);
  });

  it('should carry a WAV file into file, from a pipe of its own too', () => {
    expect(shell(`cat ${question} | $RX file - $C`).out).toContain('Bot    Good day to you.');
    expect(shell(`$RX transcribe <(cat ${question}) $C`).out).toBe('Hello.\n');
  });

  it('should carry a text into say, and its sound out', () => {
    const { code } = shell(`echo 'Hello there.' | $RX say - --output - $C | cat > said.wav`);
    expect(code).toBe(0);
    expect(readFileSync(inFolder('said.wav')).toString('latin1', 0, 4)).toBe('RIFF');
  });

  it('should be refused where no sound comes through, without waiting for its end', () => {
    const { code, err } = shell(`cat /dev/zero | $RX transcribe - $C; exit \${PIPESTATUS[1]}`);
    expect(code).toBe(2);
    expect(err).toMatch(/^rxvoice: stdin: This is not a WAV file/u);
    expect(shell(`$RX transcribe - $C < /dev/null`).err).toMatch(/stdin: .*it is empty/u);
  });

  it('should end a call whose reader has left, with its recording, and as no failure', () => {
    const { code, err } = shell(`$RX file $Q --json --output left.wav | head -n 1; exit \${PIPESTATUS[0]}`);
    expect([code, err]).toEqual([0, '']);
    expect(readFileSync(inFolder('left.wav')).length).toBeGreaterThan(44);
  });

  it('should not be missed by a server whose reader has left', async () => {
    const server = spawn(process.execPath, [main, 'serve', '--port', '0', '--json', '--config', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let [out, err] = ['', ''];
    server.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    server.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    await expect.poll(() => out).toContain('listening');
    const { url } = JSON.parse(out) as { url: string };
    server.stdout.destroy();
    const refused = async (): Promise<number> => {
      const { WebSocket } = await import('ws');
      const socket = new WebSocket(`${url.replace('http', 'ws')}/call`);
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token: 'wrong' })));
      return new Promise(resolve => socket.on('close', resolve));
    };
    // The reader of its log is gone now.
    await refused();
    await expect.poll(() => err).toMatch(/the reader of the output is gone; the server goes on/u);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await refused()).toBeGreaterThan(1_000);
    expect(err.match(/the reader of the output is gone/gu)).toHaveLength(1);
    server.kill('SIGTERM');
    expect(await new Promise(resolve => server.on('close', resolve))).toBe(0);
  });
});

describe.runIf(hasFullDevice)('a full disk', { timeout: 60_000 }, () => {
  it('should not end a call whose recording and tape have no room, nor let it end as if they had', () => {
    const { code, out, err } = shell(`$RX file $Q --output /dev/full`);
    expect(out).toContain('Bot    Good day to you.');
    expect(out).not.toContain('Any audio player');
    expect(err).toMatch(
      /^rxvoice: \/dev\/full: the recording can't be written: the disk is full \(ENOSPC\)\.$/mu,
    );
    expect(code).toBe(1);

    const taped = shell(`$RX file $Q --tape /dev/full`);
    expect(taped.out).toMatch(/The tape can't be written any more \(ENOSPC\)/u);
    expect(taped.out.match(/any more/gu)).toHaveLength(1);
    expect(taped.out).toContain('Bot    Good day to you.');
    expect(taped.out).not.toContain('for rxvoice replay');
    expect(taped.err).toMatch(/the tape is not complete: the disk is full/u);
    expect(taped.code).toBe(1);
  });

  it('should be reported once when the output itself has no room, and fail', () => {
    for (const command of [
      '$RX file $Q',
      '$RX file $Q --json',
      '$RX say Hello $C',
      '$RX --help',
      `$RX transcribe $Q`,
    ]) {
      const { code, err } = shell(`${command} > /dev/full`);
      expect([command, code]).toEqual([command, 1]);
      expect(err.match(/the output can't be written: the disk is full \(ENOSPC\)/gu)).toHaveLength(1);
    }
  });

  it('should be named by say', () => {
    const { code, err } = shell(`$RX say Hello --output /dev/full $C`);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/\/dev\/full: the speech can't be written: the disk is full/u),
    ]);
  });
});

describe.runIf(process.platform !== 'win32')('signals', { timeout: 60_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('should end a call with its recording: %s', async (signal, expected) => {
    const recording = inFolder(`${signal}.wav`);
    const long = inFolder('long.wav');
    writeFileSync(long, writeWav(silence(60_000)));
    const call = spawn(process.execPath, [main, 'file', long, '--config', config, '--output', recording], {
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let out = '';
    call.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('Good day') && !call.killed) call.kill(signal);
    });
    const code = await new Promise(resolve => call.on('close', resolve));
    expect(code).toBe(expected);
    expect(out).toContain(`The recording: ${recording}`);
  });

  it.each([
    ['for people', [], /Good day/u],
    ['for programs', ['--json'], /"turn.metrics","turn":1,"outcome":"interrupted"/u],
  ])(
    'should end a call within a reply with the transcript and its figures, %s',
    async (_, args, expected) => {
      const long = inFolder('long.wav');
      writeFileSync(long, writeWav(silence(60_000)));
      const tape = inFolder(`hung-up${args.join('')}.jsonl`);
      const call = spawn(
        process.execPath,
        [main, 'file', long, '--config', config, '--tape', tape, ...args],
        {
          env: { ...process.env, NO_COLOR: '1', SAMPLES: '480000' },
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      let out = '';
      call.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const closed = new Promise(resolve => call.on('close', resolve));
      await expect
        .poll(() => existsSync(tape) && readFileSync(tape, 'utf8'), { timeout: 20_000 })
        .toContain('"bot.speaking"');
      call.kill('SIGINT');
      expect(await closed).toBe(130);
      expect(out).toMatch(expected);
      // The figures of the turn stand under it, and in the summary.
      expect(out).toMatch(/first audio|firstAudio|total/u);
    },
  );

  it.each([0, 60, 150, 300, 600])(
    'should end it with the true code after %i ms, whatever it does',
    async ms => {
      const child = spawn(process.execPath, [main, 'say', 'Hello.', '--output', '-'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      setTimeout(() => child.kill('SIGTERM'), ms);
      const [code, signal] = await new Promise<[number | null, string | null]>(resolve =>
        child.on('close', (...ended) => resolve(ended)),
      );
      // Before Node.js has begun to run the program, the system ends it.
      expect([0, 143]).toContain(signal === 'SIGTERM' ? 143 : code);
    },
  );
});

describe('text from outside', { timeout: 60_000 }, () => {
  const evil = '\u001B]52;c;ZXZpbA==\u0007\u009B2J\u202EHi 👨‍👩‍👧 שלום\u001B[31m.';
  it('should reach the terminal without escapes: file, transcribe, test', () => {
    for (const command of [
      '$RX file $Q',
      '$RX file $Q --json',
      '$RX transcribe $Q',
      '$RX transcribe $Q --json',
    ]) {
      const { out } = shell(command, { SAYS: evil, ANSWERS: evil });
      expect(out).toContain('Hi 👨‍👩‍👧 שלום');
      expect(out).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/u);
    }
  });
});
