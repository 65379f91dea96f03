import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configure } from '../../cli/configuration/configure.ts';
import { layered } from '../../cli/configuration/sections.ts';
import { optionOf, sections, settings } from '../../cli/configuration/settings.ts';

// A folder and an environment for each test: the configuration is read from both.
let folder: string;
const environment = { ...process.env };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rxvoice-config-'));
  for (const name of Object.keys(process.env))
    if (/^(?:OPENAI|DEEPGRAM|RXVOICE)_/u.test(name)) Reflect.deleteProperty(process.env, name);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const name of Object.keys(process.env))
    if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
});
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
const configured = (options = {}) => configure(options, sections, folder);
const complaint = (options = {}): Promise<string> =>
  configured(options).then(
    () => 'none',
    (error: unknown) => (error as Error).message,
  );

describe('the configuration', () => {
  it('should be offline when nothing is said', async () => {
    const { config, talk, about, file } = await configured();
    expect(config).toEqual({
      stt: { engine: 'local' },
      llm: { engine: 'builtin' },
      tts: { engine: 'local' },
    });
    expect([talk, file]).toEqual([{}, undefined]);
    expect(about).toBe(
      'Speech-to-text: this machine; text-to-speech: this machine. The answers come from a small built-in responder, which is no language model.',
    );
  });

  it('should come from a file with comments, a variable, a flag, each winning over those before it', async () => {
    write(
      'rxvoice.config.json',
      `{
        // Who listens.
        "stt": { "engine": "local", "model": "base", "endpointingMs": 600 },
        "tts": { "engine": "local", "voice": "slt", "speed": 1.2, },
        "turns": { "maxMs": 30000 }, /* half a minute */
        "talk": { "echo": "half-duplex", "inputDevice": "USB" }
      }`,
    );
    process.env['RXVOICE_ENDPOINTING'] = '700';
    process.env['RXVOICE_VOICE'] = 'awb';
    process.env['RXVOICE_PUSH_TO_TALK'] = 'yes';
    const { config, talk, file } = await configured({ voice: 'rms', outputDevice: 'Headphones' });
    expect(config).toEqual({
      stt: { engine: 'local', model: 'base', endpointingMs: 700 },
      llm: { engine: 'builtin' },
      tts: { engine: 'local', voice: 'rms', speed: 1.2 },
      turns: { maxMs: 30_000 },
    });
    expect(talk).toEqual({
      echo: 'half-duplex',
      inputDevice: 'USB',
      outputDevice: 'Headphones',
      pushToTalk: true,
    });
    expect(file).toBe('rxvoice.config.json');
  });

  it('should leave out the options of an engine when another one is chosen', async () => {
    write('rxvoice.config.json', '{ "llm": { "engine": "openai", "model": "large", "temperature": 1 } }');
    expect((await configured({ llm: 'builtin' })).config.llm).toEqual({ engine: 'builtin' });
  });

  it('should take engines of your own from a module', async () => {
    write('rxvoice.config.mjs', 'export default { llm: () => { throw new Error("not called"); } };');
    const { config, about } = await configured();
    expect(config.llm).toBeTypeOf('function');
    expect(about).toContain('The answers come from your own engine.');
    expect((await configured({ llm: 'builtin' })).config.llm).toEqual({ engine: 'builtin' });
    expect(await complaint({ model: 'large' })).toBe(
      '--model: the engine is a function of your own (rxvoice.config.mjs), which has no options here.',
    );
  });

  it('should read its own variables and those of its engines from .env, and nothing else', async () => {
    write(
      '.env',
      'NODE_OPTIONS=--inspect\nPATH=/evil\nHTTPS_PROXY=http://evil\nRXVOICE_VOICE=slt\nLD_PRELOAD=x\n',
    );
    const path = process.env['PATH'];
    await configure({}, undefined, folder);
    expect(process.env['RXVOICE_VOICE']).toBe('slt');
    expect(process.env['PATH']).toBe(path);
    for (const name of ['NODE_OPTIONS', 'HTTPS_PROXY', 'LD_PRELOAD'])
      expect(process.env[name]).toBe(environment[name]);
  });

  it('should read .env, where the environment itself wins', async () => {
    write('.env', 'OPENAI_API_KEY="sk-of-the-file"\nRXVOICE_VOICE=slt\nRXVOICE_MODEL=small\n');
    process.env['RXVOICE_VOICE'] = 'awb';
    const { config, about } = await configured();
    expect(config.llm).toEqual({ engine: 'openai', model: 'small' });
    expect(config.tts).toEqual({ engine: 'local', voice: 'awb' });
    expect(process.env['OPENAI_API_KEY']).toBe('sk-of-the-file');
    expect(about).toContain('a language model (openai, small)');
  });

  it('should want no language model for a command that uses none', async () => {
    process.env['OPENAI_BASE_URL'] = 'http://127.0.0.1:1/v1';
    const { config } = await configure(
      { tts: 'openai', ttsModel: 'kokoro', ttsApi: 'speech' },
      ['tts'],
      folder,
    );
    expect(config).toMatchObject({
      llm: { engine: 'builtin' },
      tts: { engine: 'openai', api: 'speech', model: 'kokoro' },
    });
  });

  it('should use a language model where one is at hand, unless configured otherwise', async () => {
    process.env['OPENAI_BASE_URL'] = 'http://127.0.0.1:1/v1';
    process.env['OPENAI_MODEL'] = 'llama3.2';
    expect((await configured()).config.llm).toEqual({ engine: 'openai', model: 'llama3.2' });
    expect((await configured({ model: 'qwen' })).config.llm).toEqual({ engine: 'openai', model: 'qwen' });
    process.env['RXVOICE_LLM'] = 'builtin';
    expect((await configured()).config.llm).toEqual({ engine: 'builtin' });
    process.env['RXVOICE_LLM'] = '';
    expect((await configured()).config.llm).toEqual({ engine: 'openai', model: 'llama3.2' });
  });

  it('should take the API and the transport of the model from flags and variables, and refuse others', async () => {
    process.env['OPENAI_API_KEY'] = 'sk-x';
    process.env['RXVOICE_LLM_API'] = 'responses';
    expect((await configured({ llmTransport: 'http' })).config.llm).toEqual({
      engine: 'openai',
      api: 'responses',
      transport: 'http',
    });
    expect(await complaint({ llmApi: 'assistants' })).toMatch(
      /llm\.api \(--llm-api\): expected "responses" or "chat"/,
    );
    expect(await complaint({ llmApi: 'chat', llmTransport: 'websocket' })).toMatch(
      /llm\.transport \(--llm-transport\): expected 'http', or api: 'responses'/,
    );
  });

  it('should use the file that --config names', async () => {
    write('rxvoice.config.json', '{ "tts": { "voice": "slt" } }');
    write('other.json', '{ "tts": { "voice": "awb" } }');
    expect((await configured({ config: join(folder, 'other.json') })).config.tts).toMatchObject({
      voice: 'awb',
    });
    process.env['RXVOICE_CONFIG'] = join(folder, 'other.json');
    expect((await configured()).config.tts).toMatchObject({ voice: 'awb' });
    expect(await complaint({ config: 'none.json' })).toBe(
      "none.json: it can't be read: there is no such file (ENOENT).",
    );
  });

  it('should say which names are read where a file has another', async () => {
    for (const name of ['rxvoice.config.yaml', 'rxvoice.conf.json', '.rxvoicerc', 'rxvoice.toml']) {
      write(name, '{}');
      expect(await complaint()).toMatch(
        new RegExp(
          `^${name.replaceAll('.', '\\.')}: .* not read\\. Make it rxvoice\\.config, .*\\.json, \\.js`,
          'u',
        ),
      );
      rmSync(join(folder, name));
    }
    write('voice.yaml', 'stt:');
    expect(await complaint({ config: join(folder, 'voice.yaml') })).toMatch(
      /must end in \.json, \.js, \.mjs/u,
    );
    for (const name of ['rxvoice.ts', 'rxvoice.config.json.bak', 'rxvoice-demo.wav']) write(name, '');
    expect(await complaint()).toBe('none');
    write('rxvoice.config.cjs', 'module.exports = { tts: { voice: "slt" } };');
    expect((await configured()).config.tts).toMatchObject({ voice: 'slt' });
  });

  it('should name the flag, variable or file that a bad value comes from', async () => {
    write('rxvoice.config.json', '{ "tts": { "speed": 9 }, "turns": { "maxMs": 0 }, "colour": "red" }');
    write('.env', 'RXVOICE_VOICE=tom');
    const message = await complaint({ endpointing: 'soon' });
    expect(
      message
        .split('\n')
        .slice(1)
        .map(line => line.replace(/:.*/u, '')),
    ).toEqual(
      expect.arrayContaining([
        '  - stt.endpointingMs (--endpointing)',
        '  - tts.voice (RXVOICE_VOICE in .env)',
        '  - tts.speed (rxvoice.config.json)',
        '  - turns.maxMs (rxvoice.config.json)',
        '  - colour (rxvoice.config.json)',
      ]),
    );
    write('.env', '');
    process.env['RXVOICE_VOICE'] = '';
    process.env['RXVOICE_ECHO'] = 'loud';
    write('rxvoice.config.json', '{ "talk": { "pushToTalk": "perhaps", "volume": 3 } }');
    expect(await complaint()).toBe(
      'The options of a talk are wrong.\n' +
        '  - talk.echo (RXVOICE_ECHO): expected headphones, half-duplex, system.\n' +
        '  - talk.pushToTalk (rxvoice.config.json): expected true or false.\n' +
        '  - talk.volume (rxvoice.config.json): there is no such option. There are inputDevice, outputDevice, echo, pushToTalk.',
    );
  });

  it('should report where a file is broken, and never its contents', async () => {
    write('rxvoice.config.json', '{\n  "llm": { "apiKey": sk-secret }\n}');
    expect(await complaint()).toMatch(/^rxvoice\.config\.json, line 2, column 22: this is no JSON/u);
    expect(await complaint()).not.toContain('secret');
    write('rxvoice.config.json', '"sk-secret"');
    expect(await complaint()).toMatch(/^rxvoice\.config\.json: there is no configuration in it/u);
    expect(await complaint()).not.toContain('secret');
    write('rxvoice.config.json', '{ "llm": { "engine": "openai", "apiKey": 12345, "model": "" } }');
    expect(await complaint()).toMatch(/llm\.apiKey \(rxvoice\.config\.json\)/u);
    expect(await complaint()).not.toContain('12345');
  });

  it('should have one flag and one variable for each value', () => {
    for (const names of [settings.map(optionOf), settings.map(({ variable }) => variable)])
      expect(new Set(names).size).toBe(settings.length);
    for (const { variable } of settings) expect(variable).toMatch(/^RXVOICE_[A-Z_]+$/u);
  });

  it('should reset a section when a later source chooses another engine', () => {
    const layer = (values: object) => ({ values: values as Record<string, unknown>, sourceOf: () => '' });
    expect(
      layered([layer({ engine: 'a', x: 1 }), layer({ y: 2 }), layer({ engine: 'b' }), layer({ z: 3 })])
        .values,
    ).toEqual({ engine: 'b', z: 3 });
    expect(layered([layer({ engine: 'a', x: 1 }), layer({ engine: 'a', y: 2 })]).values).toEqual({
      engine: 'a',
      x: 1,
      y: 2,
    });
  });
});
