// A conversation with a tool in every turn and one barge-in, asked by Chat Completions, by responses over HTTP and by
// responses over one WebSocket, in one run against `rxvoice emulate` in another process:
//   npm run build && node bench/responses.js [turns]
// Beyond the server: from the request to the first token at the client, less the same at the server.
import { spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { defer, tap } from 'rxjs';
import { setup, tool, wrap } from 'rxvoice';
import { openaiLlm } from 'rxvoice/openai';
import { scriptedStt, scriptedTts } from 'rxvoice/testing';
import { z } from 'zod';
import { percentiles } from './realTime.js';
import { rxvoiceCall } from './rxvoiceCall.js';

const turns = Number(process.argv[2] ?? 24);
/** The turn whose bytes are shown: with 20 turns of history, or the last one. */
const shown = Math.min(21, turns);
const everyMs = 3_200;
const reply = 'It rains in Oslo today, and it will rain tomorrow.';
const cutTurn = Math.ceil(turns / 2);
const script = Array.from({ length: turns }, (_, turn) => {
  // The turn after the middle one begins while the bot speaks.
  const from = 500 + turn * everyMs - (turn === cutTurn ? 1_800 : 0);
  return { from, to: from + 300, text: `And how is the weather in Oslo, question ${turn + 1}?` };
});

/** The TCP connections that this process has opened, by the port they lead to. */
const sockets = [];
subscribe('net.client.socket', ({ socket }) => {
  socket.once('connect', () => sockets.push({ socket, port: String(socket.remotePort) }));
});

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** An emulator in a process of its own. */
const emulator = async () => {
  const child = spawn(
    process.execPath,
    [
      ...[main, 'emulate', '--json', '--hear', 'energy', '--speak', 'tone', '--reply', reply],
      ...['--deepgram-port', '0', '--openai-port', '0', '--llm-latency', '150'],
      ...['--call', 'weather:{"city":"Oslo"}'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const events = [];
  const baseURL = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('The emulator has ended.')));
    createInterface({ input: child.stdout }).on('line', line => {
      const event = JSON.parse(line);
      if (event.type === 'listening') resolve(event.openai);
      else if (event.endpoint !== 'models') events.push(event);
    });
  });
  const { port } = new URL(baseURL);
  const own = () => sockets.filter(socket => socket.port === port);
  const bytesSent = () => own().reduce((sum, { socket }) => sum + socket.bytesWritten, 0);
  return { baseURL, events, bytesSent, connections: () => own().length, stop: () => child.kill('SIGINT') };
};

/** Has the conversation; returns its figures. */
const have = async (options, offsetMs) => {
  const { baseURL, events, bytesSent, connections, stop } = await emulator();
  const waits = [];
  const engine = openaiLlm({ apiKey: 'any', baseURL, model: 'any', ...options });
  const llm = wrap(
    engine,
    llm => (messages, request) =>
      defer(() => {
        const startedAt = performance.now();
        const wait = { turn: messages.filter(({ role }) => role === 'user').length, ms: undefined };
        waits.push(wait);
        return llm(messages, request).pipe(
          tap(({ type }) => {
            if (type === 'token') wait.ms ??= performance.now() - startedAt;
          }),
        );
      }),
  );
  const voice = setup({
    stt: scriptedStt(script),
    llm,
    tts: scriptedTts({ firstAudioMs: 20, msPerCharacter: 25 }),
    tools: [
      tool({
        name: 'weather',
        description: 'The weather of a city now.',
        parameters: z.object({ city: z.string() }),
        run: ({ city }) => `It rains in ${city}.`,
      }),
    ],
  });
  const sentAt = [];
  const cut = [];
  await rxvoiceCall(voice.conversation$, {
    ms: 1_000 + turns * everyMs,
    offsetMs,
    audio: () => undefined,
    onEvent: event => {
      if (event.type === 'user.said') sentAt.push(bytesSent());
      if (event.type === 'bot.interrupted') cut.push(event.heard);
    },
  });
  await new Promise(resolve => setTimeout(resolve, 300));
  sentAt.push(bytesSent());
  stop();

  const isRequest = ({ type, endpoint }) =>
    type === 'request' || (type === 'received' && endpoint === 'responsesSocket');
  const firstTokens = events.filter(({ type, message }) => type === 'sent' && message.type === 'first token');
  const asked = events.filter(isRequest);
  // No two requests of this conversation overlap.
  const serverMs = asked.map(({ at }, index) => firstTokens[index].at - at);
  const beyond = waits.flatMap(({ turn, ms }, index) =>
    ms === undefined || turn < Math.min(20, turns - 4) ? [] : [ms - serverMs[index]],
  );
  return {
    requests: asked.length,
    connections: connections(),
    turnBytes: sentAt[shown] - sentAt[shown - 1],
    callBytes: sentAt.at(-1),
    beyond: percentiles(beyond),
    cut: cut.length,
  };
};

const ways = {
  'Chat Completions': { api: 'chat' },
  'Responses, HTTP': { api: 'responses' },
  'Responses, WebSocket': { api: 'responses', transport: 'websocket' },
};
// All at the same time, one after the other within each turn: other work of the machine slows them alike.
const figures = Object.fromEntries(
  await Promise.all(
    Object.entries(ways).map(async ([name, options], index, { length }) => [
      name,
      await have(options, (index * everyMs) / length),
    ]),
  ),
);

const chat = figures['Chat Completions'];
const shared = (value, of) => `${Math.round(value).toLocaleString('en')} (${(value / of).toFixed(2)})`;
console.log(`${turns} turns, a tool in each, one barge-in; in brackets the share of Chat Completions`);
console.table(
  Object.fromEntries(
    Object.entries(figures).map(([name, { requests, connections, turnBytes, callBytes, beyond, cut }]) => [
      name,
      {
        requests,
        connections,
        [`bytes sent in turn ${shown}`]: shared(turnBytes, chat.turnBytes),
        'bytes of the call': shared(callBytes, chat.callBytes),
        'first token beyond the server, p50 ms': shared(beyond.p50 * 10, chat.beyond.p50 * 10).replace(
          /^[\d,]+/u,
          beyond.p50.toFixed(1),
        ),
        'cut replies': cut,
      },
    ]),
  ),
);
process.exit(0);
