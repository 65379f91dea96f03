import { DeepgramClient } from '@deepgram/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type DeepgramServer, deepgramServer, type DeepgramServerOptions } from '../../lib/testing/index.ts';
import { Client, isType, type Received, sound } from './deepgramSockets.ts';

let server: DeepgramServer;
const clients: Client[] = [];
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate();
  await server.close();
});

const start = async (options: DeepgramServerOptions = {}) => {
  server = await deepgramServer({ latencies: { sttMs: 0 }, ...options });
};
const query = 'model=flux-general-en&encoding=linear16&sample_rate=16000';
const connect = (extra = '', base = query) => {
  const client = new Client(server.url, `/v2/listen?${base}${extra}`);
  clients.push(client);
  return client;
};
/** Sends sound in the chunks that Deepgram advises. */
const send = (client: Client, ms: number, loud = false) => {
  for (let sent = 0; sent < ms; sent += 80) client.send(sound(80, loud));
};

interface TurnInfo {
  readonly event: string;
  readonly turn_index: number;
  readonly transcript: string;
  readonly sequence_id: number;
  readonly end_of_turn_confidence: number;
  readonly trigger?: string;
}
const infos = (client: Client) => client.all('TurnInfo') as unknown as TurnInfo[];
const isEvent = (event: string, turn?: number) => (received: Received) =>
  isType('TurnInfo')(received) &&
  (received as unknown as TurnInfo).event === event &&
  (turn === undefined || (received as unknown as TurnInfo).turn_index === turn);
const states = (client: Client) =>
  infos(client)
    .filter(({ event }) => event !== 'Update')
    .map(({ event, turn_index: turn, transcript }) => `${turn} ${event}: ${transcript}`);

const pausing = [
  { from: 500, to: 1_500, text: 'I would like' },
  { from: 1_600, to: 2_500, text: 'a table.' },
  { from: 4_000, to: 4_500, text: 'For two.' },
];

describe('deepgramServer: Flux', () => {
  it('should emit turns, with an update every quarter of a second', async () => {
    await start({ script: pausing });
    const client = await connect().opened();
    send(client, 5_200);
    await client.until(isEvent('EndOfTurn', 1));
    expect(client.received[0]).toMatchObject({
      type: 'Connected',
      sequence_id: 0,
      request_id: client.requestId,
    });
    expect(states(client)).toEqual([
      '0 StartOfTurn: I',
      '0 EndOfTurn: I would like a table.',
      '1 StartOfTurn: For',
      '1 EndOfTurn: For two.',
    ]);
    expect(infos(client).slice(0, 1)).toMatchObject([{ event: 'Update', transcript: '', turn_index: 0 }]);
    expect(infos(client).filter(({ event }) => event === 'Update').length).toBeGreaterThan(10);
    const ids = client.received.map(received => (received as { sequence_id: number }).sequence_id);
    expect(ids).toEqual(ids.map((_, index) => index));
    const ends = infos(client).filter(({ event }) => event === 'EndOfTurn');
    expect(ends.map(({ trigger }) => trigger)).toEqual(['model', 'model']);
    expect(ends[0]!.end_of_turn_confidence).toBeGreaterThanOrEqual(0.7);
  });

  it('should say early that a turn may be over, and take it back', async () => {
    await start({ script: pausing });
    const client = await connect('&eager_eot_threshold=0.4').opened();
    send(client, 3_200);
    await client.until(isEvent('EndOfTurn'));
    expect(states(client)).toEqual([
      '0 StartOfTurn: I',
      '0 EagerEndOfTurn: I would like',
      '0 TurnResumed: I would like',
      '0 EagerEndOfTurn: I would like a table.',
      '0 EndOfTurn: I would like a table.',
    ]);
  });

  it('should do so with a real voice too', async () => {
    await start({ lines: ['What time is it?'] });
    const client = await connect('&eager_eot_threshold=0.4').opened();
    send(client, 400);
    send(client, 640, true);
    send(client, 160);
    send(client, 640, true);
    send(client, 480);
    await client.until(isEvent('EndOfTurn'));
    expect(states(client).map(state => state.split(':')[0])).toEqual([
      '0 StartOfTurn',
      '0 EagerEndOfTurn',
      '0 TurnResumed',
      '0 EagerEndOfTurn',
      '0 EndOfTurn',
    ]);
    expect(states(client).at(-1)).toBe('0 EndOfTurn: What time is it?');
  });

  it('should advance with audio only, and end a turn at the latest by its timeout', async () => {
    await start({ script: [{ from: 200, to: 1_000, text: 'Well.' }] });
    const client = await connect('&eot_threshold=1.0&eot_timeout_ms=1000').opened();
    send(client, 1_600);
    await client.until(isEvent('StartOfTurn'));
    expect(states(client)).toHaveLength(1);
    send(client, 800);
    expect(await client.until(isEvent('EndOfTurn'))).toMatchObject({ trigger: 'timeout' });
  });

  it('should take another threshold in the middle, and refuse a wrong one', async () => {
    await start({ script: [{ from: 200, to: 1_000, text: 'Well.' }] });
    const client = await connect().opened();
    client.send({ type: 'Configure', thresholds: { eot_threshold: 0.95 }, keyterms: ['Bern'] });
    expect(await client.until(isType('ConfigureSuccess'))).toMatchObject({
      thresholds: { eot_threshold: 0.95 },
      keyterms: ['Bern'],
    });
    client.send({ type: 'Configure', thresholds: { eot_threshold: 3 } });
    await client.until(isType('ConfigureFailure'));
    send(client, 2_000);
    expect(await client.until(isEvent('EndOfTurn'))).toMatchObject({
      end_of_turn_confidence: expect.closeTo(0.97, 1) as number,
    });
  });

  it('should end on CloseStream, and on what it does not understand', async () => {
    await start({ script: [{ from: 0, to: 1_000, text: 'Hello.' }] });
    const client = await connect().opened();
    send(client, 800);
    client.send({ type: 'CloseStream' });
    expect((await client.closed).code).toBe(1005);
    // An open turn gets no end; words are written as they are read.
    expect(states(client).at(-1)).toBe('0 StartOfTurn: Hello.');
    expect(client.all('TurnInfo').at(-1)).toMatchObject({ words: [{ word: 'Hello.' }] });
    for (const type of ['KeepAlive', 'ForceEndTurn']) {
      const wrong = await connect().opened();
      wrong.send({ type });
      await wrong.closed;
      expect(wrong.received.at(-1)).toMatchObject({
        type: 'Error',
        code: 'UNPARSABLE_CLIENT_MESSAGE',
        sequence_id: 1,
      });
    }
  });

  it('should end a turn on request, where that is enabled', async () => {
    await start({ script: [{ from: 0, to: 5_000, text: 'One two three four.' }], forceEndTurn: true });
    const client = await connect().opened();
    send(client, 2_600);
    client.send({ type: 'ForceEndTurn' });
    expect(await client.until(isEvent('EndOfTurn'))).toMatchObject({
      trigger: 'manual',
      transcript: 'One two',
    });
  });

  it('should warn of a ForceEndTurn without a turn, and go on', async () => {
    await start({ script: [], forceEndTurn: true });
    const client = await connect().opened();
    client.send({ type: 'ForceEndTurn' });
    expect(await client.until(isType('Warning'))).toMatchObject({
      sequence_id: 1,
      code: 'FORCE_END_TURN_NO_ACTIVE_TURN',
    });
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  it('should answer each Configure with all settings, or with the error', async () => {
    await start();
    const client = await connect().opened();
    client.send({ type: 'Configure', thresholds: { eot_threshold: 0.8 } });
    client.send({ type: 'Configure', thresholds: { eot_timeout_ms: 4_000 }, keyterms: ['Deepgram'] });
    client.send({ type: 'Configure', thresholds: { eot_threshold: 2 } });
    client.send({ type: 'Configure', language_hints: ['en'] });
    await client.until(() => client.all('ConfigureFailure').length === 2);
    expect(client.all('ConfigureSuccess')).toMatchObject([
      { thresholds: { eot_threshold: 0.8, eot_timeout_ms: 5_000 }, keyterms: [] },
      { thresholds: { eot_threshold: 0.8, eot_timeout_ms: 4_000 }, keyterms: ['Deepgram'] },
    ]);
    for (const failure of client.all('ConfigureFailure'))
      expect(failure).toMatchObject({
        error_code: expect.any(String) as string,
        description: expect.stringMatching(/must be|only/u) as string,
      });
  });

  it('should be kept alive by pings, and close when there are none', async () => {
    await start({ limits: { fluxIdleMs: 80 } });
    const client = await connect().opened();
    let pongs = 0;
    client.socket.on('pong', () => pongs++);
    for (let index = 0; index < 5; index++) {
      client.socket.ping();
      await new Promise(resolve => setTimeout(resolve, 30));
    }
    expect(pongs).toBe(5);
    expect(client.all('Error')).toEqual([]);
    expect((await client.closed).code).toBe(1011);
    expect(client.received.at(-1)).toMatchObject({ code: 'INACTIVE_CLIENT' });
  });

  it.each([
    ['model=nova-3', /No such model/u],
    [`${query}&interim_results=true`, /interim_results/u],
    [`${query}&eot_threshold=0.2`, /eot_threshold/u],
    [`${query}&eager_eot_threshold=0.9`, /eager_eot_threshold/u],
    ['model=flux-general-en&encoding=linear16', /sample_rate/u],
  ])('should refuse a wrong query: %s', async (base, complaint) => {
    await start();
    const { status, headers } = await connect('', base).refused();
    expect(status).toBe(400);
    expect(headers!['dg-error']).toMatch(complaint);
  });

  it('should work with the official SDK', async () => {
    await start({ script: pausing });
    const sdk = new DeepgramClient({ apiKey: 'key', baseUrl: server.url.replace('http', 'ws') });
    const socket = await sdk.listen.v2.connect({
      model: 'flux-general-en',
      encoding: 'linear16',
      sample_rate: 16_000,
      eager_eot_threshold: 0.4,
      reconnectAttempts: 0,
    });
    const events: string[] = [];
    const closed = new Promise(resolve => {
      socket.on('message', message => {
        if (message.type === 'TurnInfo' && message.event !== 'Update') events.push(message.event);
      });
      socket.on('close', resolve);
    });
    socket.connect();
    await socket.waitForOpen();
    for (let ms = 0; ms < 3_200; ms += 80) socket.sendMedia(sound(80));
    socket.sendCloseStream({ type: 'CloseStream' });
    await closed;
    expect(events).toEqual(['StartOfTurn', 'EagerEndOfTurn', 'TurnResumed', 'EagerEndOfTurn', 'EndOfTurn']);
  });
});
