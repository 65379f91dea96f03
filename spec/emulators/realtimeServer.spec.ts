import { connect as connectTcp } from 'node:net';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ChatMessage,
  type OpenaiServer,
  openaiServer,
  type OpenaiServerOptions,
} from '../../lib/testing/index.ts';
import { RealtimeClient, type RealtimeEvent } from './realtimeClient.ts';

let server: OpenaiServer;
const clients: RealtimeClient[] = [];
afterEach(async () => {
  clients.splice(0).forEach(client => client.close());
  await server.close();
});

const quick = { firstTokenMs: 0, tokensPerSecond: 0, ttsMs: 0, ttsSpeed: 1_000, sttMs: 0 };
const start = async (options: OpenaiServerOptions = {}) => {
  server = await openaiServer({ latencies: quick, ...options });
};
const connect = (query: string): RealtimeClient => {
  const client = new RealtimeClient(`${server.baseURL.replace('http', 'ws')}/realtime?${query}`);
  clients.push(client);
  return client;
};
const voice = () => connect('model=gpt-realtime-2.1-mini');
const update = (session: object): RealtimeEvent => ({ type: 'session.update', session });
const transcription = (fields: object): RealtimeEvent =>
  update({ type: 'transcription', audio: { input: fields } });
/** A text to read, out of band. */
const read = (text: string, more: object = {}): RealtimeEvent => ({
  type: 'response.create',
  response: {
    conversation: 'none',
    input: [],
    output_modalities: ['audio'],
    instructions: `Read this aloud, word for word: ${JSON.stringify(text)}`,
    ...more,
  },
});
const doneOf = (event: RealtimeEvent) =>
  event['response'] as {
    readonly id: string;
    readonly status: string;
    readonly status_details: {
      readonly reason?: string;
      readonly error?: { readonly message: string };
    } | null;
    readonly metadata: unknown;
    readonly output: readonly { readonly content?: readonly { readonly transcript?: string }[] }[];
  };
const transcriptOf = (event: RealtimeEvent) => doneOf(event).output[0]?.content?.[0]?.transcript;
const errorOf = (event: RealtimeEvent) =>
  event['error'] as {
    readonly code: string | null;
    readonly message: string;
    readonly event_id: string | null;
  };

describe('openaiServer, its Realtime API as a voice', () => {
  it('should speak to the official SDK', async () => {
    await start();
    const client = new OpenAI({ apiKey: 'key', baseURL: server.baseURL });
    // The SDK takes wss for granted; here it gets a plain connection.
    const options = { createConnection: () => connectTcp(server.port, '127.0.0.1') };
    const socket = new OpenAIRealtimeWS({ model: 'gpt-realtime-2.1-mini', options }, client);
    const types: string[] = [];
    const transcript = await new Promise<string | undefined>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('event', ({ type }) => types.push(type));
      socket.on('session.created', () => socket.send(read('Good morning.') as never));
      socket.on('response.done', event => resolve(transcriptOf(event as never)));
    });
    socket.close();
    expect(transcript).toBe('Good morning.');
    expect(types.filter((type, index) => types.indexOf(type) === index)).toEqual([
      'session.created',
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ]);
  });

  it('should read several texts at once, each in a response of its own', async () => {
    await start({ latencies: { ...quick, ttsSpeed: 40 } });
    const client = voice();
    await client.send(read('Good morning.', { metadata: { number: 'one' } }));
    await client.send(read('The train is late today.', { metadata: { number: 'two' } }));
    await client.next('response.done');
    await client.next('response.done');
    const [one, two] = ['one', 'two'].map(number =>
      client.events.find(
        event =>
          event.type === 'response.done' && (doneOf(event).metadata as { number: string }).number === number,
      )!,
    ) as [RealtimeEvent, RealtimeEvent];
    expect([one, two].map(event => [doneOf(event).metadata, transcriptOf(event)])).toEqual([
      [{ number: 'one' }, 'Good morning.'],
      [{ number: 'two' }, 'The train is late today.'],
    ]);
    expect(client.audioMs(doneOf(one).id)).toBe(13 * 60);
    expect(client.audioMs(doneOf(two).id)).toBe(24 * 60);
    expect(client.types()).not.toContain('conversation.item.added');
  });

  it('should reword a text as its option says, and show it in its transcript', async () => {
    await start({ reword: (text, index) => (index === 0 ? text.replace('I am', "I'm") : text) });
    const client = voice();
    await client.send(read('I am here.'));
    expect(transcriptOf(await client.next('response.done'))).toBe("I'm here.");
    await client.send(read('I am here.'));
    expect(transcriptOf(await client.next('response.done'))).toBe('I am here.');
  });

  it('should stop a response that is cancelled, and no other', async () => {
    await start({ latencies: { ...quick, ttsSpeed: 20 } });
    const client = voice();
    await client.send(read('This is a long sentence that is cut in its middle by the client.'));
    await client.send(read('Good morning.'));
    const first = doneOf(await client.next('response.created'));
    await client.next('response.output_audio.delta');
    await client.send({ type: 'response.cancel', response_id: first.id });
    const cut = doneOf(await client.next('response.done'));
    expect(cut).toMatchObject({
      id: first.id,
      status: 'cancelled',
      status_details: { reason: 'client_cancelled' },
    });
    expect(transcriptOf(await client.next('response.done'))).toBe('Good morning.');
  });

  it('should take its speed and voice from the session', async () => {
    await start();
    const client = voice();
    await client.send(
      update({
        type: 'realtime',
        audio: { output: { voice: 'marin', speed: 1.5 }, input: { turn_detection: null } },
      }),
    );
    expect((await client.next('session.updated'))['session']).toMatchObject({
      model: 'gpt-realtime-2.1-mini',
      audio: { input: { turn_detection: null }, output: { voice: 'marin', speed: 1.5 } },
    });
    await client.send(read('Good morning, all of you.'));
    const { id } = doneOf(await client.next('response.done'));
    expect(client.audioMs(id)).toBe(1_000);
  });

  it.each<[string, RealtimeEvent, string | null, RegExp]>([
    ['an unknown field', update({ type: 'realtime', foo: 1 }), 'unknown_parameter', /session\.foo/u],
    ['the wrong kind of session', update({ type: 'transcription' }), 'invalid_parameter', /not allowed/u],
    [
      'a speed it has not',
      update({ type: 'realtime', audio: { output: { speed: 2 } } }),
      'invalid_value',
      /1\.5/u,
    ],
    [
      'a voice it has not',
      update({ type: 'realtime', audio: { output: { voice: 'nova' } } }),
      'invalid_value',
      /nova/u,
    ],
    [
      'too low a rate',
      update({ type: 'realtime', audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } }),
      'integer_below_min_value',
      />= 24000/u,
    ],
    [
      'the speed of a response',
      read('Hi.', { audio: { output: { speed: 1 } } }),
      'unknown_parameter',
      /speed/u,
    ],
    ['a cut of nothing', { type: 'response.cancel' }, 'response_cancel_not_active', /no active/u],
    [
      'a turn without audio',
      { type: 'input_audio_buffer.commit' },
      'input_audio_buffer_commit_empty',
      /0\.00ms/u,
    ],
    ['an item that is not there', { type: 'conversation.item.delete', item_id: 'x' }, 'item_not_found', /x/u],
    ['an unknown event', { type: 'audio.play' }, 'invalid_value', /audio\.play/u],
  ])('should refuse %s, and go on', async (_, event, code, message) => {
    await start();
    const client = voice();
    await client.send({ ...event, event_id: 'mine' });
    const error = errorOf(await client.next('error'));
    expect(error).toMatchObject({ code, event_id: 'mine' });
    expect(error.message).toMatch(message);
    await client.send(read('Good morning.'));
    expect(transcriptOf(await client.next('response.done'))).toBe('Good morning.');
  });

  it('should keep its voice once it has spoken', async () => {
    await start();
    const client = voice();
    await client.send(read('Good morning.'));
    await client.next('response.done');
    await client.send(update({ type: 'realtime', audio: { output: { voice: 'cedar' } } }));
    expect(errorOf(await client.next('error')).code).toBe('cannot_update_voice');
  });

  it('should fail a response whose voice throws, and say why', async () => {
    await start({
      tts: () => {
        throw new Error('no such voice');
      },
    });
    const client = voice();
    await client.send(read('Good morning.'));
    expect(doneOf(await client.next('response.done'))).toMatchObject({
      status: 'failed',
      status_details: { error: { message: 'no such voice' } },
    });
  });
});

describe('openaiServer, its Realtime API as speech-to-text', () => {
  const script = [
    { from: 300, to: 1_300, text: 'What time is it?' },
    { from: 2_300, to: 3_300, text: 'Thank you very much.' },
  ];
  const live = { transcription: { model: 'gpt-live-transcribe', language: 'en' } };
  const completed = async (client: RealtimeClient) =>
    (await client.next('conversation.item.input_audio_transcription.completed'))['transcript'];
  const deltas = (client: RealtimeClient) =>
    client.events
      .filter(({ type }) => type === 'conversation.item.input_audio_transcription.delta')
      .map(({ delta }) => delta);

  it('should stream the words of turns that the client commits', async () => {
    await start({ script });
    const client = connect('intent=transcription');
    await client.send(transcription(live));
    expect((await client.next('session.updated'))['session']).toMatchObject({
      type: 'transcription',
      audio: { input: { turn_detection: null } },
    });
    await client.append(1_000);
    await client.next('conversation.item.input_audio_transcription.delta');
    expect(client.types()).not.toContain('input_audio_buffer.committed');
    await client.append(600);
    await client.send({ type: 'input_audio_buffer.commit' });
    const { item_id } = await client.next('input_audio_buffer.committed');
    expect(await completed(client)).toBe('What time is it?');
    expect(deltas(client).join('')).toBe('What time is it?');
    await client.append(2_000);
    await client.send({ type: 'input_audio_buffer.commit' });
    expect(await client.next('input_audio_buffer.committed')).toMatchObject({ previous_item_id: item_id });
    expect(await completed(client)).toBe('Thank you very much.');
  });

  it.each([
    ['silence', { type: 'server_vad', silence_duration_ms: 400 }, 1_700],
    ['meaning', { type: 'semantic_vad', eagerness: 'high' }, 1_500],
  ])('should find the turns itself, by %s', async (_, turn_detection, audio_end_ms) => {
    await start({ script });
    const client = connect('intent=transcription');
    await client.send(transcription({ transcription: { model: 'gpt-transcribe' }, turn_detection }));
    await client.append(4_500);
    const startMs = turn_detection.type === 'server_vad' ? 0 : 300;
    const { item_id } = await client.next('input_audio_buffer.speech_started');
    expect(client.events.at(-1)).toBeDefined();
    expect(client.events.find(({ type }) => type === 'input_audio_buffer.speech_started')).toMatchObject({
      audio_start_ms: startMs,
    });
    expect(await client.next('input_audio_buffer.speech_stopped')).toMatchObject({ item_id, audio_end_ms });
    expect(await client.next('input_audio_buffer.committed')).toMatchObject({ item_id });
    expect(await completed(client)).toBe('What time is it?');
    expect(await completed(client)).toBe('Thank you very much.');
    expect(client.types().filter(type => type.startsWith('response'))).toEqual([]);
  });

  it('should hear by loudness without a script, a line a turn, also over several connections', async () => {
    await start({ lines: ['One.', 'Two.', 'Three.'] });
    for (const line of ['One.', 'Two.']) {
      const client = connect('intent=transcription');
      await client.send(transcription({ transcription: { model: 'gpt-transcribe' } }));
      await client.append(600, true);
      await client.append(1_000);
      expect(await completed(client)).toBe(line);
      client.close();
    }
  });

  it.each<[string, object, string]>([
    [
      'turn detection of a model that streams',
      { ...live, turn_detection: { type: 'server_vad' } },
      'invalid_value',
    ],
    [
      'keywords of an old model',
      { transcription: { model: 'gpt-4o-transcribe', keywords: ['rxvoice'] } },
      'unsupported_parameter',
    ],
    [
      'a delay of a model that does not stream',
      { transcription: { model: 'gpt-transcribe', delay: 'low' } },
      'unsupported_parameter',
    ],
  ])('should refuse %s', async (_, fields, code) => {
    await start();
    const client = connect('intent=transcription');
    await client.send(transcription(fields));
    expect(errorOf(await client.next('error')).code).toBe(code);
  });

  it('should take no responses', async () => {
    await start();
    const client = connect('intent=transcription');
    await client.send(read('Hi.'));
    expect(errorOf(await client.next('error')).code).toBe('invalid_event');
  });
});

describe('openaiServer, its Realtime API as a conversation', () => {
  const hears = (detection: object = {}) =>
    update({
      type: 'realtime',
      instructions: 'You are a clock.',
      audio: {
        input: {
          transcription: { model: 'gpt-transcribe' },
          turn_detection: { type: 'server_vad', silence_duration_ms: 300, ...detection },
        },
      },
    });

  it('should hear, answer with a voice, and remember the words', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    await start({
      script: [
        { from: 300, to: 1_300, text: 'What time is it?' },
        { from: 2_300, to: 3_300, text: 'Thank you.' },
      ],
      reply: messages => {
        asked.push(messages);
        return asked.length === 1 ? 'It is noon.' : 'You are welcome.';
      },
    });
    const client = voice();
    await client.send(hears());
    await client.append(1_700);
    expect(transcriptOf(await client.next('response.done'))).toBe('It is noon.');
    await client.append(2_500);
    expect(transcriptOf(await client.next('response.done'))).toBe('You are welcome.');
    expect(asked[1]).toEqual([
      { role: 'system', content: 'You are a clock.' },
      { role: 'user', content: 'What time is it?' },
      { role: 'assistant', content: 'It is noon.' },
      { role: 'user', content: 'Thank you.' },
    ]);
    expect(client.types().filter(type => type.includes('speech_'))).toHaveLength(4);
    expect(client.types()).toContain('conversation.item.input_audio_transcription.completed');
  });

  it('should stop for a voice, and know only what a cut says was heard', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    await start({
      script: [
        { from: 300, to: 1_300, text: 'Count to six.' },
        { from: 2_300, to: 3_300, text: 'Stop.' },
      ],
      latencies: { ...quick, ttsSpeed: 40 },
      reply: messages => {
        asked.push(messages);
        return 'One, two, three, four, five, six, seven, eight, nine, ten.'.repeat(3);
      },
    });
    const client = voice();
    await client.send(hears());
    await client.append(1_700);
    const added = await client.next('response.output_item.added');
    const item = added['item'] as { readonly id: string };
    await client.next('response.output_audio.delta');
    await client.append(900);
    const cut = doneOf(await client.next('response.done'));
    expect(cut).toMatchObject({ status: 'cancelled', status_details: { reason: 'turn_detected' } });
    const heardMs = 60;
    await client.send({
      type: 'conversation.item.truncate',
      item_id: item.id,
      content_index: 0,
      audio_end_ms: heardMs,
    });
    await client.next('conversation.item.truncated');
    await client.send({
      type: 'conversation.item.truncate',
      item_id: item.id,
      content_index: 0,
      audio_end_ms: 9_000,
    });
    expect(errorOf(await client.next('error')).message).toMatch(/already shorter than 9000ms/u);
    await client.append(1_500);
    await client.next('response.created');
    const heard = asked[1]?.find(({ role }) => role === 'assistant')?.content;
    // A share of the time may end before or after a mark.
    expect([undefined, 'One', 'One,', 'One, two,']).toContain(heard);
    expect(asked[1]?.at(-1)).toEqual({ role: 'user', content: 'Stop.' });
  });

  it('should call functions, and answer with their results', async () => {
    await start({
      reply: messages =>
        messages.at(-1)?.role === 'tool'
          ? `It is ${String(messages.at(-1)?.content)}.`
          : { text: 'One moment.', toolCalls: [{ name: 'weather', arguments: { city: 'Oslo' } }] },
    });
    const client = voice();
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'How is Oslo?' }] };
    await client.send({ type: 'conversation.item.create', item });
    await client.send({ type: 'response.create' });
    const call = await client.next('response.function_call_arguments.done');
    expect(call).toMatchObject({ name: 'weather', arguments: '{"city":"Oslo"}' });
    await client.next('response.done');
    const result = { type: 'function_call_output', call_id: call['call_id'], output: 'sunny' };
    await client.send({ type: 'conversation.item.create', item: result });
    await client.send({ type: 'response.create' });
    expect(transcriptOf(await client.next('response.done'))).toBe('It is sunny.');
  });

  it('should have one response at a time', async () => {
    await start({ latencies: { ...quick, ttsSpeed: 10 } });
    const client = voice();
    await client.send({ type: 'response.create' });
    await client.send({ type: 'response.create' });
    expect(errorOf(await client.next('error')).code).toBe('conversation_already_has_active_response');
    await client.send({ type: 'response.cancel' });
    expect(doneOf(await client.next('response.done')).status).toBe('cancelled');
  });
});

describe('openaiServer, its Realtime API on a bad day', () => {
  it('should end a session that has reached its age', async () => {
    await start({ limits: { sessionMs: 50 } });
    const client = voice();
    expect(errorOf(await client.next('error')).code).toBe('session_expired');
    expect((await client.over()).code).toBe(1001);
  });

  it.each([
    ['model=', 'missing_model'],
    ['', 'missing_model'],
    ['model=gpt-0', 'model_not_found'],
  ])('should end a session of no model (%s)', async (query, code) => {
    await start({ models: ['gpt-realtime-2.1-mini'] });
    const client = connect(query);
    expect(errorOf(await client.next('error')).code).toBe(code);
    expect(await client.over()).toEqual({ code: 4000, reason: `invalid_request_error.${code}` });
  });

  it('should refuse a wrong key', async () => {
    await start({ key: 'right' });
    const client = voice();
    await client.over();
    expect(server.events.find(({ type }) => type === 'refused')).toMatchObject({
      endpoint: 'realtime',
      status: 401,
    });
    expect(JSON.stringify(server.events)).not.toContain('Bearer');
  });

  it.each([
    ['cut', 1006],
    ['error-frame', 1011],
    ['session-expired', 1001],
    ['end', 1000],
  ] as const)('should end in the middle: %s', async (fault, code) => {
    await start({ faults: [{ fault, after: 4 }] });
    const client = voice();
    await client.send(read('Good morning.'));
    expect((await client.over()).code).toBe(code);
    expect(server.events.filter(({ type }) => type === 'fault')).toHaveLength(1);
  });

  it('should keep audio out of its log', async () => {
    await start();
    const client = voice();
    await client.append(500, true);
    await client.send(read('Good morning.'));
    await client.next('response.done');
    const log = JSON.stringify(server.events);
    expect(log).not.toContain('input_audio_buffer.append');
    expect(log).not.toContain('output_audio.delta');
    expect(server.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['hearing', 'speaking']));
  });
});
