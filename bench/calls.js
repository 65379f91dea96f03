// Many calls at once in one process, compared with a hand-written loop of `ws` and `fetch`, against the same loopback providers
// in another process:
//   npm run build && node bench/calls.js [1,10,50,100,200,400] [--seconds 30] [--scripted 1000]
// Each contestant has a process of its own, one after the other for each number of calls. Added: the time of a turn
// beyond the configured delays of the providers. CPU: user and system time of the process a minute of a call.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { conversation } from 'rxvoice';
import { frameBytes } from 'rxvoice/audio';
import { scriptedLlm, scriptedStt, scriptedTts } from 'rxvoice/testing';
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
import { now, startProviders } from './providers.js';
import { microphone, percentiles } from './realTime.js';
import { rxvoiceCall } from './rxvoiceCall.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '30' },
    scripted: { type: 'string', default: '1000' },
    child: { type: 'string' },
  },
});
const { callMs, turns, script } = manyCalls(values.seconds);
/** Latencies of the engines for a turn. */
const setMs = { sockets: providersMs, scripted: endpointingMs + firstTokenMs + 5 * 20 + firstAudioMs };

/** One set-up for all calls, as in a server. */
let shared;

if (values.child !== undefined) await runCalls(JSON.parse(values.child));
else await compare();

async function compare() {
  const counts = (positionals[0] ?? '1,10,50,100,200,400').split(',').filter(Boolean).map(Number);
  const heading = ['calls', '', 'turns', 'lost', 'added p50', 'p95', 'p99', 'CPU ms/min', 'core', 'MB/call'];
  console.log(heading.map((text, column) => (column === 1 ? text.padEnd(18) : text.padStart(11))).join(''));
  for (const calls of counts) {
    const rows = [];
    for (const contestant of ['hand-written loop', 'rxvoice'])
      rows.push(await measure({ calls, contestant }));
    for (const row of rows) print(row);
    const [loop, ours] = rows;
    console.log(
      `${''.padStart(11)}of the loop: added p50 ${(ours.added.p50 / loop.added.p50).toFixed(2)}×, p99 ${(ours.added.p99 / loop.added.p99).toFixed(2)}×, CPU ${(ours.cpuMs / loop.cpuMs).toFixed(2)}×`,
    );
  }
  if (Number(values.scripted) > 0)
    print(await measure({ calls: Number(values.scripted), contestant: 'rxvoice, scripted' }));
}

function print({ calls, contestant, lost, added, cpuMs, core, mb }) {
  console.log(
    `${String(calls).padStart(11)}${contestant.padEnd(18)}` +
      [
        added.count,
        lost,
        ...[added.p50, added.p95, added.p99].map(ms => ms.toFixed(1)),
        cpuMs.toFixed(0),
        `${(core * 100).toFixed(0)} %`,
        mb.toFixed(2),
      ]
        .map(text => String(text).padStart(11))
        .join(''),
  );
}

/** Runs a number of calls in a process of its own. */
async function measure({ calls, contestant }) {
  const providers =
    contestant === 'rxvoice, scripted' ? undefined : await startProviders(providerOptions(script));
  const child = fork(fileURLToPath(import.meta.url), [
    '--seconds',
    values.seconds,
    '--child',
    JSON.stringify({ calls, contestant, deepgram: providers?.deepgram, openai: providers?.openai }),
  ]);
  const result = await new Promise((resolve, reject) => {
    child.on('message', resolve);
    child.on('exit', code => reject(new Error(`${contestant}, ${calls} calls: exit code ${code}`)));
  });
  await providers?.stop();
  return { calls, contestant, ...result };
}

/** The calls, out of step with each other, and their figures. */
async function runCalls({ calls, contestant, ...providers }) {
  const totals = [];
  let turnsHeard = 0;
  const call = { 'hand-written loop': loopCall, rxvoice: ourCall, 'rxvoice, scripted': scriptedCall }[
    contestant
  ];
  globalThis.gc?.();
  const memory = process.memoryUsage().rss;
  const began = performance.now();
  const cpu = process.cpuUsage();
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 500);
  const stopwatch = () => {
    let saidAt;
    return {
      marks: new Map(script.map(({ to }) => [to, () => (saidAt = now())])),
      audio: () => {
        if (saidAt === undefined) return;
        totals.push(now() - saidAt);
        turnsHeard += 1;
        saidAt = undefined;
      },
    };
  };
  await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      await placed(index, calls);
      await call(providers, stopwatch());
    }),
  );
  clearInterval(sampling);
  const { user, system } = process.cpuUsage(cpu);
  const ms = (user + system) / 1_000;
  const set = contestant === 'rxvoice, scripted' ? setMs.scripted : setMs.sockets;
  process.send({
    lost: calls * turns - turnsHeard,
    added: percentiles(totals.map(total => total - set)),
    cpuMs: ms / ((calls * callMs) / 60_000),
    core: ms / (performance.now() - began),
    mb: Math.max(0, peak - memory) / calls / 1e6,
  });
  process.disconnect();
}

async function loopCall(providers, { marks, audio }) {
  const call = await handWrittenCall({ ...providers, endpointingMs, onAudio: audio });
  await microphone({
    ms: callMs,
    hear: frame => call.hear(frameBytes(frame)),
    marks,
    speech: script,
  });
  call.close();
}

function have(conversation$, watching) {
  return rxvoiceCall(conversation$, { ...watching, ms: callMs, speech: script });
}

function ourCall(providers, stopwatch) {
  shared ??= cloudVoice(providers);
  return have(shared.conversation$, stopwatch);
}

function scriptedCall(_, stopwatch) {
  return have(
    conversation({
      stt: scriptedStt(script),
      llm: scriptedLlm(reply, { firstTokenMs }),
      tts: scriptedTts({ firstAudioMs, msPerCharacter }),
    }),
    stopwatch,
  );
}
