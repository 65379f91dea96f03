import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordErrors } from '../../bench/wordErrors.js';
import { script } from '../../cli/demo/script.ts';
import {
  type AudioFrame,
  type ConversationEvent,
  frameMs,
  level,
  readWav,
  reframe,
  silence,
  writeWav,
} from '../../lib/index.ts';
import { localStt } from '../../lib/providers/local/index.ts';

// The CLI as its users run it: built, as a process of its own.
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rxvoice-cli-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function rxvoice(
  args: readonly string[],
  watch: (child: ChildProcess, out: string) => void = () => undefined,
  variables: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const none = { OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined };
  const env = { ...process.env, NO_COLOR: '1', ...none, ...variables };
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    watch(child, out);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise(resolve => child.on('close', code => resolve({ code, out, err })));
}

describe('the CLI', () => {
  it('should say what it can do', async () => {
    const help = await rxvoice(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['demo', 'file', 'transcribe', 'say', 'models'])
      expect(help.out).toContain(command);
    expect(help.out).toContain('Examples:');
    expect((await rxvoice(['--version'])).out.trim()).toMatch(/^\d+\.\d+\.\d+$/u);
    expect((await rxvoice(['demo', '--help'])).out).toContain('--json');
  }, 60_000);

  it('should end with 2 when it is used wrongly, and say what is wrong', async () => {
    writeFileSync(inFolder('text.wav'), 'This is no sound.');
    const jfk = join(root, 'spec/fixtures/speech/jfk.wav');
    const wrong: [string[], RegExp][] = [
      [['talk-to-me'], /^rxvoice: unknown command 'talk-to-me'\n\(rxvoice --help lists/u],
      [['help', 'sayy'], /unknown command 'sayy'\n\(Did you mean say\?\)/u],
      [['models', 'get'], /unknown command 'models get'\. There are list, fetch, verify and remove\./u],
      [['models', 'list', 'all'], /unknown command 'models all'/u],
      [['demo', '--tape-words'], /--tape-words: there is no tape .*--tape call\.jsonl/u],
      [['say', 'Hi', '-o', folder], /--output .*: it can't be written: this is a folder/u],
      [['init', inFolder('text.wav')], /text\.wav: a file is in its place/u],
      [['init', join(inFolder('text.wav'), 'bot')], /bot: a file is in its place/u],
      [['replay', folder], /it can't be read: this is a folder/u],
      [['demo', '--loud'], /unknown option/u],
      [['file', inFolder('nothing.wav')], /ENOENT/u],
      [['transcribe', inFolder('text.wav')], /not a WAV file/u],
      [['say', '...', '-o', inFolder('a.wav')], /nothing to say/u],
      [['say', 'Hi', '--voice', 'tom', '-o', inFolder('a.wav')], /tts\.voice/u],
      [['models', 'fetch', 'whisper'], /moonshine-tiny/u],
      [['demo', '--voice', 'tom'], /tts\.voice/u],
      [
        ['transcribe', '--stt-model', 'huge', join(root, 'spec/fixtures/speech/goforward.wav')],
        /stt\.model \(--stt-model\)/u,
      ],
      [
        ['demo', '--output', inFolder('no/such/folder.wav')],
        /can't be written: there is no folder .*such\. Make it first/u,
      ],
      [['demo', '--llm', 'builtin', '--model', 'large'], /--model/u],
      [['demo', '--llm', 'openai'], /OPENAI_API_KEY/u],
      [['demo', '--base-url', 'http://127.0.0.1:1/v1'], /llm\.model \(--model\): expected the id/u],
      [['say', 'Hi', '--speed', 'fast', '-o', inFolder('a.wav')], /tts\.speed .*received "fast"/u],
      [['file', jfk, '--output', jfk], /--output .*would replace what the user says/u],
    ];
    for (const [args, complaint] of wrong) {
      const { code, out, err } = await rxvoice(args);
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err).toMatch(complaint);
      expect(err).not.toMatch(/^\s+at /mu);
    }
  }, 120_000);

  // Node.js tries forever to make folders there, all at once.
  it.runIf(process.platform === 'linux')(
    'should fail where no folder can be made',
    async () => {
      const project = await rxvoice(['init', '/proc/bot']);
      expect([project.code, project.err]).toEqual([
        2,
        expect.stringContaining('/proc/bot: no project can be'),
      ]);
      const models = await rxvoice(['models', 'fetch'], undefined, { RXVOICE_MODELS: '/proc/models' });
      expect(models.code).toBe(1);
      expect(models.err).toMatch(
        /\/proc\/models.* can't be written to .*another folder with RXVOICE_MODELS/u,
      );
    },
    20_000,
  );

  it('should tell what a command can do in two ways', async () => {
    const [help, flag] = await Promise.all([
      rxvoice(['help', 'models', 'fetch']),
      rxvoice(['models', 'fetch', '--help']),
    ]);
    expect([help.code, help.out]).toEqual([0, flag.out]);
    expect(help.out).toContain('Usage: rxvoice models fetch');
  }, 60_000);

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
    // A port at which nobody listens.
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

  it('should tell of the models, and their licences', async () => {
    const { out } = await rxvoice(['models', '--json']);
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

describe('the demo', () => {
  type Line = ConversationEvent & { readonly at: number };
  let run: Run;
  let lines: Line[];
  let sides: { readonly user: AudioFrame; readonly bot: AudioFrame };
  const only = <Type extends Line['type']>(type: Type) =>
    lines.filter((line): line is Extract<Line, { readonly type: Type }> => line.type === type);

  beforeAll(async () => {
    run = await rxvoice(['demo', '--json', '--output', inFolder('demo.wav')]);
    lines = run.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Line);
    const bytes = readFileSync(inFolder('demo.wav'));
    const both = new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytes.byteLength - 44) >> 1);
    const side = (channel: number): AudioFrame => ({
      pcm: both.filter((_, index) => index % 2 === channel),
      sampleRate: 16_000,
    });
    sides = { user: side(0), bot: side(1) };
  }, 400_000);

  it('should be a conversation: all that was said is understood, and every turn ends once', () => {
    expect(run.code).toBe(0);
    const said = only('user.said');
    const { errors, words } = wordErrors(
      script.map(({ text }) => text).join(' '),
      said.map(({ text }) => text).join(' '),
    );
    expect(errors / words).toBeLessThan(0.15);
    const ends = lines.filter(({ type }) => ['bot.spoke', 'bot.interrupted', 'turn.failed'].includes(type));
    expect(ends.map(line => (line as { turn: number }).turn)).toEqual(said.map(({ turn }) => turn));
    expect(only('turn.failed')).toEqual([]);
  });

  it('should have one interruption, after which the bot is silent', () => {
    const [cut, ...more] = only('bot.interrupted');
    expect(more).toEqual([]);
    expect(cut!.heard.length).toBeGreaterThan(10);
    expect(cut!.text.startsWith(cut!.heard)).toBe(true);
    const [, , , , interrupting] = script;
    // In the recording: the voices overlap once, and the bot is quiet long before the caller is.
    const overlap = overlaps(sides.user, sides.bot);
    expect(overlap).toHaveLength(1);
    expect(overlap[0]).toBeLessThan(frameMs(interrupting!.clip()) / 2);
  });

  it('should give figures that add up, and a summary', () => {
    const turns = lines.filter(
      line => (line as { type: string }).type === 'turn.metrics',
    ) as unknown as Record<string, number>[];
    expect(turns.length).toBe(only('user.said').length);
    for (const { endpointing, llm, sentence, tts, output, total } of turns)
      expect(endpointing! + llm! + sentence! + tts! + output!).toBeCloseTo(total!, 6);
    expect((lines.at(-1) as { type: string }).type).toBe('summary');
  });

  it('should be heard in the recording as it was printed', async () => {
    const heard = await lastValueFrom(of(sides.bot).pipe(reframe(), localStt(), toArray()));
    const text = heard.flatMap(part => (part.type === 'final' ? [part.text] : [])).join(' ');
    const printed = lines
      .flatMap(line =>
        line.type === 'bot.spoke' ? [line.text] : line.type === 'bot.interrupted' ? [line.heard] : [],
      )
      .join(' ');
    const { errors, words } = wordErrors(printed, text);
    expect(errors / words).toBeLessThan(0.25);
  }, 120_000);
});

/** How long both sides are heard at once, each time, ms. */
function overlaps(user: AudioFrame, bot: AudioFrame): number[] {
  const window = 160;
  const loud = ({ pcm }: AudioFrame, index: number): boolean =>
    level({ pcm: pcm.subarray(index * window, (index + 1) * window), sampleRate: 16_000 }) > 0.005;
  const spans: { from: number; to: number }[] = [];
  for (let index = 0; index < Math.min(user.pcm.length, bot.pcm.length) / window; index++) {
    if (!loud(user, index) || !loud(bot, index)) continue;
    const last = spans.at(-1);
    if (last && index - last.to < 50) last.to = index;
    else spans.push({ from: index, to: index });
  }
  return spans.map(({ from, to }) => (to - from + 1) * 10);
}
