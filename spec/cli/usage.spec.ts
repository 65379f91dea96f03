import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inProcess } from './inProcess.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rxvoice-usage-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the command line', () => {
  it('should say what it can do', async () => {
    const help = await inProcess(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['demo', 'file', 'transcribe', 'say', 'models'])
      expect(help.out).toContain(command);
    expect(help.out).toContain('Examples:');
    expect((await inProcess(['--version'])).out.trim()).toMatch(/^\d+\.\d+\.\d+$/u);
    expect((await inProcess(['demo', '--help'])).out).toContain('--json');
  });

  it('should end with 2 when it is used wrongly, and say what is wrong', async () => {
    // A link that leads nowhere: writing through it would make a file elsewhere.
    mkdirSync(inFolder('dangling'), { recursive: true });
    symlinkSync(inFolder('elsewhere.json'), inFolder('dangling/tsconfig.json'));
    writeFileSync(inFolder('text.wav'), 'This is no sound.');
    const jfk = join(root, 'spec/fixtures/speech/jfk.wav');
    const wrong: [string[], RegExp][] = [
      [['talk-to-me'], /^rxvoice: unknown command 'talk-to-me'\n\(run rxvoice --help/u],
      [['help', 'sayy'], /unknown command 'sayy'\n\(Did you mean say\?\)/u],
      [['models', 'get'], /unknown command 'models get'\. There are list, fetch, verify and remove\./u],
      [['models', 'remove'], /name the models to remove, or give --all\. There are: moonshine-tiny/u],
      [['models', 'remove', '--all', 'silero-vad'], /either names or --all/u],
      [['models', 'list', 'all'], /unknown command 'models all'/u],
      [['demo', '--tape-words'], /--tape-words: there is no tape .*--tape call\.jsonl/u],
      [['say', 'Hi', '-o', folder], /--output .*: it can't be written: this is a folder/u],
      [['init', inFolder('dangling')], /would be replaced: tsconfig\.json/u],
      [['init', inFolder('text.wav')], /text\.wav: a file has this name/u],
      [['init', join(inFolder('text.wav'), 'bot')], /bot: a file has this name/u],
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
      const { code, out, err } = await inProcess(args);
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err).toMatch(complaint);
      expect(err).not.toMatch(/^\s+at /mu);
    }
  });

  // Node.js tries forever to make folders there, all at once.
  it.runIf(process.platform === 'linux')('should fail where no folder can be made', async () => {
    const project = await inProcess(['init', '/proc/bot']);
    expect([project.code, project.err]).toEqual([
      2,
      expect.stringContaining('/proc/bot: the project can not be'),
    ]);
    const models = await inProcess(['models', 'fetch'], { RXVOICE_MODELS: '/proc/models' });
    expect(models.code).toBe(1);
    expect(models.err).toMatch(/\/proc\/models.* can't be written to .*another folder with RXVOICE_MODELS/u);
  });

  it('should describe a command in two ways', async () => {
    const help = await inProcess(['help', 'models', 'fetch']);
    const flag = await inProcess(['models', 'fetch', '--help']);
    expect([help.code, help.out]).toEqual([0, flag.out]);
    expect(help.out).toContain('Usage: rxvoice models fetch');
  });
});
