// Many calls from web pages at once: `rxvoice/server` with scripted engines in one process, the pages in another, compared with
// a hand-written `ws` server that does the minimum: counts the audio, waits as long, sends audio and a few events.
//   npm run build && node bench/served.js [1,50,100,200,400] [--seconds 30] [--opus] [--cloud]
// `--cloud`: with the Deepgram and OpenAI engines over sockets to loopback providers in a third process, and the loop
// of `ws` and `fetch` in the hand-written server. Each page sends 50 frames a second and acknowledges the audio it
// would have played ten times a second. Added: the time of a turn, at the page, beyond the configured delays of the
// engines. CPU and memory are the server's.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setup } from 'rxvoice';
import { serve } from 'rxvoice/server';
import { scriptedLlm, scriptedStt, scriptedTts } from 'rxvoice/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { handWrittenCall } from './handWritten.js';
import {
  cloudVoice,
  endpointingMs,
  firstAudioMs,
  firstTokenMs,
  manyCalls,
  msPerCharacter,
} from './manyCalls.js';
import { placed, providerOptions, providersMs, reply } from './manyCalls.js';
import { startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    cloud: { type: 'boolean', default: false },
    opus: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '30' },
    server: { type: 'string' },
    pages: { type: 'string' },
  },
});
const { callMs, turns, script } = manyCalls(values.seconds);
const tokenMs = 20;
/** Latencies of the engines for a turn; with scripted ones the first sentence has six words. */
const setMs = values.cloud ? providersMs : endpointingMs + firstTokenMs + 5 * tokenMs + firstAudioMs;

if (values.server !== undefined) runServer(JSON.parse(values.server));
else if (values.pages !== undefined) await runPages(JSON.parse(values.pages));
else await compare();

async function compare() {
  const heading = ['calls', '', 'turns', 'lost', 'added p50', 'p95', 'p99', 'CPU ms/min', 'core', 'MB/call'];
  console.log(heading.map((text, column) => (column === 1 ? text.padEnd(16) : text.padStart(11))).join(''));
  for (const calls of (positionals[0] ?? '1,50,100,200,400').split(',').map(Number)) {
    for (const contestant of ['hand-written', 'rxvoice', ...(values.opus ? ['rxvoice, Opus'] : [])]) {
      const me = fileURLToPath(import.meta.url);
      const providers = values.cloud ? await startProviders(providerOptions(script)) : undefined;
      const same = ['--seconds', values.seconds, ...(values.cloud ? ['--cloud'] : [])];
      const { deepgram, openai } = providers ?? {};
      const server = fork(me, [...same, '--server', JSON.stringify({ contestant, deepgram, openai })]);
      const [{ url }] = await once(server, 'message');
      const pages = fork(me, [
        ...same,
        '--pages',
        JSON.stringify({ calls, url, opus: contestant.includes('Opus') }),
      ]);
      const [{ totals, lost }] = await once(pages, 'message');
      server.send('measure');
      const [{ cpuMs, core, mb }] = await once(server, 'message');
      server.kill();
      await providers?.stop();
      const added = percentiles(totals.map(total => total - setMs));
      console.log(
        `${String(calls).padStart(11)} ${contestant.padEnd(15)}` +
          [
            added.count,
            lost,
            ...[added.p50, added.p95, added.p99].map(ms => ms.toFixed(1)),
            (cpuMs / ((calls * callMs) / 60_000)).toFixed(0),
            `${(core * 100).toFixed(0)} %`,
            (mb / calls).toFixed(2),
          ]
            .map(text => String(text).padStart(11))
            .join(''),
      );
    }
  }
}

function runServer({ contestant, ...providers }) {
  process.on('SIGINT', () => process.exit());
  const memory = process.memoryUsage().rss;
  let peak = memory;
  setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 500);
  let [began, cpu] = [0, process.cpuUsage()];
  const begin = () => {
    if (began === 0) [began, cpu] = [performance.now(), process.cpuUsage()];
  };
  process.on('message', () => {
    const { user, system } = process.cpuUsage(cpu);
    const ms = (user + system) / 1000;
    process.send({ cpuMs: ms, core: ms / (performance.now() - began), mb: (peak - memory) / 1e6 });
  });
  if (contestant === 'hand-written') return handWritten(begin, providers);
  const voice = values.cloud
    ? cloudVoice(providers)
    : setup({
        stt: scriptedStt(script),
        llm: scriptedLlm(reply, { firstTokenMs, tokenMs }),
        tts: scriptedTts({ firstAudioMs, msPerCharacter }),
      });
  const opus = contestant.includes('Opus');
  serve({ call: () => (begin(), voice), port: 0, opus, limits: { calls: 10_000 } }).subscribe(event => {
    if (event.type === 'listening') process.send({ url: `${event.url}/call` });
  });
}

/** A minimal server for the same task. */
function handWritten(begin, providers) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  const frame = Buffer.alloc(640, 1);
  const frames = Math.round((reply.length * msPerCharacter) / 20);
  server.on('listening', () => process.send({ url: `http://127.0.0.1:${server.address().port}/call` }));
  server.on('connection', socket => {
    begin();
    const tell = event => socket.send(JSON.stringify({ type: 'event', event }));
    let samples = 0;
    let due = 0;
    let call;
    const listen = async () => {
      call = await handWrittenCall({
        ...providers,
        endpointingMs,
        onAudio: audio => socket.send(audio),
        onTurn: text => {
          tell({ type: 'user.said', turn: (due += 1), text });
          socket.send(JSON.stringify({ type: 'reply', reply: due, from: 0 }));
        },
      });
      socket.on('close', call.close);
      tell({ type: 'call.ready' });
    };
    const speak = () => {
      socket.send(JSON.stringify({ type: 'reply', reply: due, from: 0 }));
      const startedAt = performance.now();
      let sent = 0;
      const next = () => {
        for (; sent < frames && performance.now() >= startedAt + sent * 20 - 200; sent++) socket.send(frame);
        if (sent < frames) setTimeout(next, 20);
      };
      next();
    };
    socket.on('message', (data, binary) => {
      if (!binary) {
        const { type } = JSON.parse(data);
        if (type === 'hello') socket.send(JSON.stringify({ type: 'welcome' }));
        if (type === 'hello' && values.cloud) void listen();
        else if (type === 'hello') tell({ type: 'call.ready' });
        if (type === 'hangup') socket.close(1000);
        return;
      }
      if (values.cloud) return call.hear(data);
      samples += data.length / 2;
      if (due < script.length && samples >= (script[due].to + endpointingMs) * 16) {
        due += 1;
        tell({ type: 'user.said', turn: due, text: script[0].text });
        setTimeout(speak, setMs - endpointingMs);
      }
    });
  });
}

async function runPages({ calls, url, opus }) {
  const audio = opus ? await packets() : undefined;
  const totals = [];
  const call = () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), 'rxvoice.v1', { perMessageDeflate: false });
      let saidAt;
      let sent = 0;
      let reply = 0;
      let samples = 0;
      const acknowledging = setInterval(() => {
        if (samples > 0) socket.send(JSON.stringify({ type: 'played', reply, samples }));
      }, 100);
      socket.on('error', reject);
      socket.on('close', () => (clearInterval(acknowledging), resolve()));
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'hello', acknowledges: true, audio: [opus ? 'opus' : 'pcm'] })),
      );
      const marks = new Map(script.map(({ to }) => [to, () => (saidAt = performance.now())]));
      socket.on('message', (data, binary) => {
        if (binary) {
          samples += opus ? samplesOf(data) : data.length / 2;
          if (saidAt !== undefined) totals.push(performance.now() - saidAt);
          saidAt = undefined;
          return;
        }
        const message = JSON.parse(data);
        if (message.type === 'reply') [reply, samples] = [message.reply, message.from];
        if (message.event?.type === 'call.ready')
          void microphone({
            ms: callMs,
            hear: ({ pcm }) => socket.send(audio?.[(sent += 1) % audio.length] ?? new Uint8Array(pcm.buffer)),
            marks,
            speech: script,
          }).then(() => socket.send('{"type":"hangup"}'));
      });
    });
  await Promise.all(Array.from({ length: calls }, (_, index) => placed(index, calls).then(call)));
  process.send({ totals, lost: calls * turns - totals.length });
  process.disconnect();
}

/** A second of Opus that is not silent: messages of a packet. */
async function packets() {
  const { Encoder } = await import('@evan/opus');
  const encoder = new Encoder({ channels: 1, sample_rate: 16_000, application: 'restricted_lowdelay' });
  encoder.bitrate = 32_000;
  return Array.from({ length: 50 }, (_, at) => {
    const packet = encoder.encode(
      Int16Array.from({ length: 320 }, (_, index) => 6_000 * Math.sin((at * 320 + index) ** 1.2 / 90)),
    );
    return Uint8Array.of(packet.length & 0xff, packet.length >> 8, ...packet);
  });
}

/** How many samples are in a message of packets. */
function samplesOf(data) {
  let samples = 0;
  for (let at = 0; at < data.length; at += 2 + data.readUInt16LE(at)) samples += 320;
  return samples;
}
