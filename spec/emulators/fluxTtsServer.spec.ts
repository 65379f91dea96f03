import { DeepgramClient } from '@deepgram/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type DeepgramServer, deepgramServer, type DeepgramServerOptions } from '../../lib/testing/index.ts';
import { Client, isAudio, isType } from './deepgramSockets.ts';

let server: DeepgramServer;
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

const start = async (options: DeepgramServerOptions = {}) => {
  server = await deepgramServer({ latencies: { ttsMs: 0, ttsSpeed: 1_000 }, msPerCharacter: 20, ...options });
};
const connect = async (query = 'model=flux-alexis-en&encoding=linear16&sample_rate=16000') => {
  const client = new Client(server.url, `/v2/speak?${query}`);
  clients.push(client);
  return client.opened();
};
const kinds = (client: Client) =>
  client.received
    .map(received => (isAudio(received) ? 'audio' : (received as { type: string }).type))
    .filter((kind, index, all) => kind !== 'audio' || all[index - 1] !== 'audio');
const say = (client: Client, ...texts: string[]) => {
  for (const text of texts) client.send({ type: 'Speak', text });
};

describe('deepgramServer: Flux text-to-speech', () => {
  it('should speak a reply as its text comes, and report its end', async () => {
    await start();
    const client = await connect();
    say(client, 'Hel', 'lo the', 're. ');
    await client.until(isAudio);
    say(client, 'How are you?');
    client.send({ type: 'Flush' });
    const metadata = await client.until(isType('SpeechMetadata'));
    expect(kinds(client).filter(kind => kind !== 'Flushed' && kind !== 'audio')).toEqual([
      'Connected',
      'SpeechStarted',
      'SpeechMetadata',
    ]);
    expect(client.all('Flushed')).toHaveLength(1);
    expect(client.received.at(-1)).toBe(metadata);
    expect(metadata).toMatchObject({
      speech_id: client.all('SpeechStarted')[0]!['speech_id'],
      input_character_count: 25,
      audio_duration_ms: client.audioBytes / 32,
    });
    expect(metadata['speech_id']).toMatch(/^dg_sp_[\da-f]{12}$/u);
  });

  it('should speak replies one after the other', async () => {
    await start();
    const client = await connect();
    for (const text of ['First.', 'Second.']) {
      say(client, text);
      client.send({ type: 'Flush' });
    }
    await client.until(() => client.all('SpeechMetadata').length === 2);
    expect(kinds(client).filter(kind => kind !== 'Flushed')).toEqual([
      'Connected',
      'SpeechStarted',
      'audio',
      'SpeechMetadata',
      'SpeechStarted',
      'audio',
      'SpeechMetadata',
    ]);
  });

  it('should report the heard part of a cut reply, and go on', async () => {
    await start({ latencies: { ttsMs: 0, ttsSpeed: 4 } });
    const client = await connect();
    say(client, 'One two three. Four five six. Seven eight nine ten eleven twelve thirteen.');
    client.send({ type: 'Flush' });
    await client.until(() => client.audioBytes >= 600 * 32);
    client.send({ type: 'Interrupt', playback_offset: { type: 'time_ms', value: 460 } });
    const cut = await client.until(isType('SpeechInterrupted'));
    expect(cut).toMatchObject({
      audio_played_ms: 460,
      text_spoken: 'One two three. Four',
      text_remaining: ' five six. Seven eight nine ten eleven twelve thirteen.',
    });
    expect(client.all('SpeechMetadata')).toEqual([]);

    // The offset goes on from there: unheard audio is not part of the session.
    say(client, 'Yes please.');
    client.send({ type: 'Flush' });
    await client.until(isType('SpeechMetadata'));
    client.send({ type: 'Interrupt', playback_offset: { type: 'time_ms', value: 300 } });
    expect(await client.until(isType('Warning'))).toMatchObject({ code: 'INVALID_INTERRUPT_OFFSET' });
    client.send({ type: 'Interrupt', playback_offset: { type: 'time_ms', value: 460 + 120 } });
    await client.until(() => client.all('SpeechInterrupted').length === 2);
    expect(client.all('SpeechInterrupted')[1]).toMatchObject({
      text_spoken: 'Yes',
      text_remaining: ' please.',
    });
  });

  it('should not split the text without a played position', async () => {
    await start();
    const client = await connect();
    client.send({ type: 'Interrupt' });
    expect(await client.until(isType('Warning'))).toMatchObject({ code: 'NO_AUDIO_GENERATED' });
    say(client, 'Hello there.');
    client.send({ type: 'Flush' });
    await client.until(isType('SpeechMetadata'));
    client.send({ type: 'Interrupt' });
    const cut = await client.until(isType('SpeechInterrupted'));
    expect(cut['audio_played_ms']).toBe(240);
    expect(cut).not.toHaveProperty('text_spoken');
  });

  it('should warn, take another speed, and refuse a wrong one', async () => {
    await start();
    const client = await connect();
    client.send({ type: 'Flush' });
    await client.until(isType('Warning'));
    say(client, ' ... ');
    client.send({ type: 'Flush' });
    await client.until(isType('SpeechMetadata'));
    expect(client.all('Warning').map(({ code }) => code)).toEqual([
      'NO_ACTIVE_SPEECH',
      'NO_SYNTHESIZABLE_TEXT',
    ]);
    expect(client.all('SpeechMetadata')[0]).toMatchObject({ audio_duration_ms: 0 });
    client.send({ type: 'Configure', speed: 1.1 });
    expect(await client.until(isType('ConfigureSuccess'))).toMatchObject({ applied: { speed: 1.1 } });
    for (const speed of [3, 1.01]) client.send({ type: 'Configure', speed });
    await client.until(() => client.all('ConfigureFailure').length === 2);
    expect(client.all('ConfigureFailure').map(({ code }) => code)).toEqual([
      'SPEED_OUT_OF_RANGE',
      'SPEED_INCREMENT_INVALID',
    ]);
  });

  it('should finish on Close, fail on what it does not understand, and refuse a wrong query', async () => {
    await start();
    const client = await connect();
    say(client, 'Bye.');
    client.send({ type: 'Close' });
    expect((await client.closed).code).toBe(1000);
    expect(client.received.at(-1)).toMatchObject({
      type: 'SessionMetadata',
      total_audio_duration_ms: 80,
      total_input_character_count: 4,
    });
    const odd = await connect();
    odd.send({ type: 'Clear' });
    await odd.closed;
    expect(odd.received.at(-1)).toMatchObject({ type: 'Error', code: 'MESSAGE-0000' });
    for (const wrong of [
      'model=aura-2-thalia-en',
      'model=flux-alexis-en&voice=loud',
      'model=flux-alexis-en&sample_rate=1',
    ])
      await expect(connect(wrong)).rejects.toMatchObject({ status: 400 });
  });

  it.each([
    ['NET-0003', { lifetimeMs: 60 }],
    ['NET-0004', { voiceIdleMs: 60 }],
  ])(
    'should report why it closes at its time limit, or after silence of the client: %s',
    async (code, limits) => {
      await start({ limits });
      const client = await connect();
      expect(await client.closed).toMatchObject({ code: 1011 });
      expect(client.received.at(-1)).toMatchObject({ type: 'Error', code });
    },
  );

  it('should report a Flush in its turn, not on receipt: before the audio of its last text, after the previous reply', async () => {
    await start();
    const client = await connect();
    say(client, 'One two three four. ');
    client.send({ type: 'Flush' });
    say(client, 'Five.');
    client.send({ type: 'Flush' });
    await client.until(
      (_, index) => client.received.slice(0, index + 1).filter(isType('SpeechMetadata')).length === 2,
    );
    expect(kinds(client).slice(1)).toEqual([
      'SpeechStarted',
      'audio',
      'Flushed',
      'SpeechMetadata',
      'SpeechStarted',
      'Flushed',
      'audio',
      'SpeechMetadata',
    ]);
  });

  it('should count what was played, not what was made, where a reply was cut', async () => {
    await start();
    const client = await connect();
    say(client, 'One two three four five six. ');
    client.send({ type: 'Flush' });
    await client.until(isType('SpeechMetadata'));
    client.send({ type: 'Interrupt', playback_offset: { unit: 'ms', value: 100 } });
    await client.until(isType('SpeechInterrupted'));
    client.send({ type: 'Close' });
    expect(await client.until(isType('SessionMetadata'))).toMatchObject({ total_audio_duration_ms: 100 });
  });

  it('should work with the official SDK', async () => {
    await start();
    const sdk = new DeepgramClient({ apiKey: 'key', baseUrl: server.url.replace('http', 'ws') });
    const socket = await sdk.speak.v2.connect({ model: 'flux-alexis-en', reconnectAttempts: 0 });
    const types: string[] = [];
    socket.on('message', message => {
      if (typeof message === 'object' && 'type' in message) types.push(message.type);
    });
    const closed = new Promise(resolve => socket.on('close', resolve));
    socket.connect();
    await socket.waitForOpen();
    socket.sendSpeak({ type: 'Speak', text: 'Hello there.' });
    socket.sendFlush({ type: 'Flush' });
    socket.sendClose({ type: 'Close' });
    await closed;
    expect(types.filter(type => type !== '')).toEqual([
      'Connected',
      'SpeechStarted',
      'Flushed',
      'SpeechMetadata',
      'SessionMetadata',
    ]);
  });
});

describe('deepgramServer: text-to-speech by request', () => {
  const post = (
    body: unknown,
    query = 'model=aura-2-thalia-en&encoding=linear16&container=none&sample_rate=16000',
  ) =>
    fetch(`${server.url}/v1/speak?${query}`, {
      method: 'POST',
      headers: { authorization: 'Token key', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('should answer with the audio, raw or as WAV', async () => {
    await start();
    const raw = await post({ text: 'Hello there.' });
    expect(raw.headers.get('dg-char-count')).toBe('12');
    expect((await raw.arrayBuffer()).byteLength).toBe(12 * 20 * 32);
    const wav = Buffer.from(
      await (await post({ text: 'Hello.' }, 'model=aura-2-thalia-en&encoding=linear16')).arrayBuffer(),
    );
    expect([wav.toString('latin1', 0, 4), wav.length]).toEqual(['RIFF', 44 + 6 * 20 * 48]);
  });

  it('should refuse what is too long, empty, unknown or without a key', async () => {
    await start();
    expect((await post({ text: 'a'.repeat(2_001) })).status).toBe(413);
    expect((await post({ text: ' ' })).status).toBe(422);
    expect((await post({})).status).toBe(400);
    expect((await post({ text: 'Hi.' }, 'model=flux-alexis-en')).status).toBe(400);
    expect((await fetch(`${server.url}/v1/speak`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await fetch(`${server.url}/v1/nothing`)).status).toBe(404);
  });

  it('should work with the official SDK', async () => {
    await start();
    const { url } = server;
    const ws = url.replace('http', 'ws');
    const sdk = new DeepgramClient({
      apiKey: 'key',
      environment: { base: url, production: ws, agent: ws, agentRest: url },
    });
    const options = {
      text: 'Hello.',
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      container: 'none',
      sample_rate: 16_000,
    } as const;
    const response = await sdk.speak.v1.audio.generate(options, { maxRetries: 0 });
    expect((await response.arrayBuffer()).byteLength).toBe(6 * 20 * 32);
    await server.set({ faults: ['402'] });
    await expect(sdk.speak.v1.audio.generate(options, { maxRetries: 0 })).rejects.toMatchObject({
      statusCode: 402,
    });
  });
});
