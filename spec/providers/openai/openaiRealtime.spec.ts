import {
  connectable,
  firstValueFrom,
  interval,
  lastValueFrom,
  map,
  type Observable,
  scan,
  startWith,
  take,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type AudioFrame,
  type ConversationEvent,
  type Message,
  type RealtimeConversationOptions,
  remember,
  tool,
  turnMetrics,
} from '../../../lib/index.ts';
import { settledTo } from '../../../lib/testing/contracts/contractSuite.ts';
import { openaiRealtime } from '../../../lib/providers/openai/index.ts';
import {
  type ChatMessage,
  type Fault,
  openaiServer,
  type OpenaiServerOptions,
  replay,
  tapedConversation,
} from '../../../lib/testing/index.ts';

/** Speech at these times of a call, ms, in real time. */
const microphone = (
  ms: number,
  ...speech: readonly (readonly [from: number, to: number])[]
): Observable<AudioFrame> =>
  interval(20).pipe(
    take(ms / 20),
    map(index => {
      const isVoice = speech.some(([from, to]) => index * 20 >= from && index * 20 < to);
      const pcm = new Int16Array(320).map((_, sample) => (isVoice ? Math.sin(sample / 5) * 8_000 : 0));
      return { pcm, sampleRate: 16_000 };
    }),
  );

/** A call with a model on this machine: its events, its history, its tape, and the model's memory at each answer. */
async function called(
  frame$: Observable<AudioFrame>,
  server: OpenaiServerOptions,
  options: Partial<RealtimeConversationOptions> = {},
  model: object = {},
) {
  const believed: (readonly ChatMessage[])[] = [];
  const { reply = 'It is seven o clock.' } = server;
  await using openai = await openaiServer({
    lines: ['What time is it?', 'Thank you.'],
    msPerCharacter: 50,
    latencies: { firstTokenMs: 100 },
    ...server,
    reply: (messages, request) => {
      believed.push(messages.filter(({ role }) => role !== 'system'));
      return typeof reply === 'function' ? reply(messages, request) : reply;
    },
  });
  const realtime = openaiRealtime({
    apiKey: 'any',
    baseURL: openai.baseURL,
    model: 'gpt-realtime-2.1',
    ...model,
  });
  const lines: string[] = [];
  const call$ = connectable(
    tapedConversation({ realtime, ...options }, () => line => lines.push(line), { redact: false })(frame$, {
      write: () => undefined,
    }),
  );
  const parts = Promise.all([
    firstValueFrom(call$.pipe(toArray())),
    firstValueFrom(call$.pipe(turnMetrics(), toArray())),
    lastValueFrom(call$.pipe(scan(remember, [] as readonly Message[]), startWith([]))),
  ]);
  call$.connect();
  const [events, figures, history] = await parts;
  // `expect.poll` belongs to one test at a time.
  expect(await settledTo(0, () => openai.connections)).toBe(0);
  return { events, figures, history, believed, tape: lines.join('') };
}

const ofType = <Type extends ConversationEvent['type']>(events: readonly ConversationEvent[], type: Type) =>
  events.filter((event): event is Extract<ConversationEvent, { type: Type }> => event.type === type);
const plain = (messages: readonly (ChatMessage | Message)[]) =>
  messages.map(({ role, content }) => ({ role, content }));

describe.concurrent('openaiRealtime', () => {
  it('should hear, answer and speak, and remember what was heard to the word', async () => {
    const replies = [
      'It is seven o clock. That is quite early in the morning, is it not?',
      'You are welcome.',
    ];
    const { events, figures, history, believed, tape } = await called(
      microphone(6_500, [500, 1_500], [3_600, 4_400]),
      { reply: () => replies.shift() ?? '' },
      { systemPrompt: 'Be brief.' },
    );
    expect(ofType(events, 'user.said').map(({ text }) => text)).toEqual(['What time is it?', 'Thank you.']);
    const [cut] = ofType(events, 'bot.interrupted');
    expect(cut!.heard.split(' ').length).toBeGreaterThan(2);
    expect(cut!.text.startsWith(cut!.heard)).toBe(true);
    expect(cut!.heard.length).toBeLessThan(cut!.text.length);
    expect(ofType(events, 'bot.spoke').map(({ text }) => text)).toEqual(['You are welcome.']);
    expect(history.map(({ content }) => content)).toEqual([
      'What time is it?',
      cut!.heard,
      'Thank you.',
      'You are welcome.',
    ]);
    // The model remembered the same at its second answer.
    expect(plain(believed[1]!)).toEqual(plain(history.slice(0, 3)));

    expect(figures.map(({ outcome }) => outcome)).toEqual(['interrupted', 'spoken']);
    for (const { endpointing, llm, sentence, tts, output, total, llmTotal } of figures) {
      const stages = [endpointing, llm!, sentence!, tts!, output!];
      expect(stages.every(ms => ms >= 0)).toBe(true);
      expect(stages.reduce((sum, ms) => sum + ms)).toBeCloseTo(total!, 3);
      expect(llmTotal).toBeGreaterThan(0);
    }
    expect(figures[0]!.usage.promptTokens).toBeGreaterThan(0);

    const { differences } = replay(tape);
    expect(differences).toEqual([]);
  }, 20_000);

  it('should run tools, and have the words around them spoken in their order', async () => {
    let asked = 0;
    const { events, history, believed } = await called(
      microphone(4_500, [500, 1_500]),
      {
        reply: () =>
          asked++ === 0
            ? { text: 'Let me see.', toolCalls: [{ name: 'clock', arguments: { zone: 'here' } }] }
            : 'It is noon.',
      },
      {
        tools: [
          tool({
            name: 'clock',
            description: 'The time.',
            parameters: z.object({ zone: z.string() }),
            run: ({ zone }) => `noon ${zone}`,
          }),
        ],
      },
    );
    expect(ofType(events, 'bot.toolResult').map(({ content }) => content)).toEqual(['noon here']);
    expect(
      ofType(events, 'bot.speaking')
        .map(({ text }) => text.trim())
        .join(' '),
    ).toBe('Let me see. It is noon.');
    expect(ofType(events, 'bot.speaking').map(({ sentence }) => sentence)).toEqual(
      ofType(events, 'bot.speaking').map((_, index) => index),
    );
    expect(history.at(-1)?.content.replace(/\s+/gu, ' ')).toBe('Let me see. It is noon.');
    expect(believed[1]!.at(-1)).toMatchObject({ role: 'tool', content: 'noon here' });
  }, 20_000);

  it('should read a greeting with the same voice, and know it', async () => {
    const { events, believed } = await called(
      microphone(5_000, [2_500, 3_300]),
      {},
      { greeting: 'Hello, this is the bakery.' },
    );
    expect(ofType(events, 'bot.spoke').map(({ text }) => text)).toEqual([
      'Hello, this is the bakery.',
      'It is seven o clock.',
    ]);
    expect(plain(believed[0]!)).toEqual([
      { role: 'assistant', content: 'Hello, this is the bakery.' },
      { role: 'user', content: 'What time is it?' },
    ]);
  }, 20_000);

  it('should have the history of an earlier call, and the words that an operator changed', async () => {
    const { believed } = await called(
      microphone(3_500, [500, 1_500]),
      {},
      {
        history: [{ role: 'user', content: 'My name is Ann.' }],
        operators: {
          transcripts: map(event =>
            'text' in event ? { ...event, text: event.text.replace('time', 'day') } : event,
          ),
        },
      },
    );
    expect(
      plain(believed[0]!)
        .map(({ content }) => content)
        .join(' '),
    ).toBe('My name is Ann. What day is it?');
  }, 20_000);

  it.each(['server', 'semantic'] as const)(
    'should leave the end of a turn to the service: %s',
    async turnDetection => {
      const { events } = await called(microphone(4_000, [500, 1_500]), {}, {}, { turnDetection });
      expect(ofType(events, 'user.said').map(({ text }) => text)).toEqual(['What time is it?']);
      expect(ofType(events, 'bot.spoke').map(({ text }) => text)).toEqual(['It is seven o clock.']);
    },
    20_000,
  );

  it.each<[Fault, { readonly after?: number; readonly nth?: number }]>([
    ['cut', { after: 25 }],
    ['end', { after: 25 }],
    ['bad-frame', { after: 25 }],
    ['error-frame', { after: 25 }],
    ['garbage', { after: 25 }],
    ['unknown-messages', { after: 25 }],
    ['session-expired', { after: 25 }],
    ['slow', {}],
    ['500', { nth: 1 }],
    ['429', { nth: 1 }],
    ['503-html', { nth: 1 }],
    ['refused', { nth: 1 }],
  ])(
    'should go on with the call after %s',
    async (fault, when) => {
      const { events, history } = await called(microphone(8_000, [500, 1_500], [4_600, 5_400]), {
        faults: [{ fault, on: 'realtime', nth: 1, ...when }],
      });
      const said = ofType(events, 'user.said').map(({ text }) => text);
      expect(said.length).toBe(2);
      expect(said.every(text => text !== '')).toBe(true);
      expect(ofType(events, 'bot.spoke').at(-1)?.text).toBe('It is seven o clock.');
      expect(history.at(-1)).toEqual({ role: 'assistant', content: 'It is seven o clock.' });
    },
    30_000,
  );

  it.each<[Fault, RegExp]>([
    ['401', /does not accept the API key/u],
    ['404', /does not know the model 'gpt-realtime-2\.1'/u],
    ['quota', /no credit left/u],
  ])(
    'should end the call with an error that says what to do: %s',
    async (fault, message) => {
      await expect(called(microphone(2_000), { faults: [{ fault, on: 'realtime' }] })).rejects.toThrow(
        message,
      );
    },
    20_000,
  );

  it.each<[string, object, RegExp]>([
    ['no model of another server', { baseURL: 'http://127.0.0.1:1/v1', model: '' }, /model is missing/u],
    ['a voice that it does not have', { voice: 'onyx' }, /voice: expected a voice of the Realtime API/u],
    ['a speed', { speed: 3 }, /speed: expected a number from 0\.25 to 1\.5\./u],
    [
      'an eagerness without a meaning',
      { eagerness: 'low' },
      /eagerness: expected none, or turnDetection: 'semantic'/u,
    ],
  ])('should refuse at once: %s', (_, options, message) => {
    expect(() => openaiRealtime({ apiKey: 'any', model: 'm', ...options })).toThrow(message);
  });
});
