import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NEVER } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { VoiceConfig } from 'rxvoice';
import { deepgramServer, openaiServer } from '../lib/testing/index.ts';

// The examples that are no specs themselves, run as they are: only parts that not every machine has are replaced.
vi.mock('rxvoice/devices', () => ({ microphone: () => NEVER, speaker: () => () => NEVER }));
vi.mock('rxvoice', async original => {
  const { setup, ...others } = await original<typeof import('rxvoice')>();
  return {
    ...others,
    setup: (config: VoiceConfig) => {
      const { llm } = config;
      const baseURL = process.env['LOOPBACK_OPENAI'];
      return typeof llm === 'object' && llm.engine === 'openai' && baseURL !== undefined
        ? setup({ ...config, llm: { ...llm, baseURL, model: 'any', apiKey: 'any' } })
        : setup(config);
    },
  };
});
vi.mock('rxvoice/local', async () => {
  const { scriptedStt, scriptedTts } = await import('rxvoice/testing');
  const said = [
    { from: 200, to: 900, text: 'My name is Ada.' },
    { from: 4_200, to: 5_000, text: 'What is my name?' },
  ];
  return { localStt: () => scriptedStt(said), localTts: () => scriptedTts() };
});

describe('the examples', () => {
  const logged: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((...values) => void logged.push(...values));
  const folder = process.cwd();
  afterEach(() => {
    logged.length = 0;
    process.chdir(folder);
    vi.unstubAllEnvs();
  });

  it('should have a call', async () => {
    await import('../examples/call.ts');
    await vi.waitFor(() => expect(logged.join()).toMatch(/turn 1: answered after \d+/u), 20_000);
    await vi.waitFor(() => expect(logged.join()).toContain('three hundred ninety-one'), 20_000);
  });

  it('should censor a word', async () => {
    await import('../examples/censor.ts');
    await vi.waitFor(() => expect(logged).toEqual(['Well, darn it. Let us try again.']), 20_000);
  });

  it('should remember, operator by operator, with all replies in one file', async () => {
    const { silence, readWav, writeWav } = await import('../lib/audio/index.ts');
    process.chdir(mkdtempSync(join(tmpdir(), 'rxvoice-')));
    writeFileSync('question.wav', writeWav(silence(6_500, 16_000)));

    await import('../examples/operators.ts');

    await vi.waitFor(() => expect(JSON.stringify(logged)).toMatch(/"speaking".*name is Ada/u), 30_000);
    await vi.waitFor(() => {
      expect(existsSync('answer.wav')).toBe(true);
      const { pcm, sampleRate } = readWav(readFileSync('answer.wav'));
      // From the first reply to the end of the second, with the pause between them.
      expect(pcm.length / sampleRate).toBeGreaterThan(4);
    }, 30_000);
  });

  it('should place a call in the cloud', async () => {
    const deepgram = await deepgramServer();
    const openai = await openaiServer({ reply: 'Certainly.' });
    vi.stubEnv('DEEPGRAM_API_KEY', 'any');
    vi.stubEnv('DEEPGRAM_BASE_URL', deepgram.url);
    vi.stubEnv('LOOPBACK_OPENAI', `${openai.url}/v1`);
    await import('../examples/cloud.ts');
    await vi.waitFor(() => expect(JSON.stringify(logged)).toContain('What would you like?'), 20_000);
    await Promise.all([deepgram.close(), openai.close()]);
  });

  it('should serve calls', async () => {
    const servers: Server[] = [];
    const listen = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
      servers.push(this);
      listen.mockRestore();
      return this.listen(0, '127.0.0.1');
    });
    await import('../examples/server.ts');
    const [server] = servers;
    await vi.waitFor(() => expect(server!.listening).toBe(true));
    const { port } = server!.address() as AddressInfo;
    const page = await fetch(`http://127.0.0.1:${port}/`);

    expect(await page.text()).toContain('<html');
    server!.close();
  });
});
