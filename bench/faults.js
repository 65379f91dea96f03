// Every cloud engine with every fault: the words that the user heard, the program's events and their delay, and the
// leaked resources. Real sockets; the providers are loopback servers in another process.
//   npm run build && node bench/faults.js [engine …] [--fault name] [--outage-ms 15000] [--calls 20] [--at-once 4]
// Each call has three turns. A refusal strikes the first connection of an engine with a socket, or the second request
// of one without; a fault in the middle strikes the second turn. Exits with 1 where words were lost, a call did not go
// on though it could, or anything was left behind. After the faults come outages (`--fault refuse`, `reset`,
// `silence`): the provider is killed in the middle of 20 calls and revived 15 s later. No call may end, and the words
// said meanwhile must be answered.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Subject } from 'rxjs';
import { setup } from 'rxvoice';
import { faults } from 'rxvoice/testing';
import { now, startProviders } from './providers.js';
import { microphone } from './realTime.js';

const key = { apiKey: 'none' };
/** The engines: which endpoint they use, whether by one socket a call, and how to configure `setup` for them. */
const engines = {
  'Deepgram Nova': { stage: 'stt', endpoint: 'nova', socket: true, config: { engine: 'deepgram', ...key } },
  'Deepgram Flux': {
    stage: 'stt',
    endpoint: 'flux',
    socket: true,
    config: { engine: 'deepgram', model: 'flux-general-en', ...key },
  },
  'Deepgram Aura': { stage: 'tts', endpoint: 'aura', socket: true, config: { engine: 'deepgram', ...key } },
  'Aura by REST': {
    stage: 'tts',
    endpoint: 'auraRest',
    config: { engine: 'deepgram', transport: 'rest', ...key },
  },
  'Flux TTS': {
    stage: 'tts',
    endpoint: 'fluxTts',
    socket: true,
    config: { engine: 'deepgram', model: 'flux-alexis-en', ...key },
  },
  'OpenAI chat': {
    stage: 'llm',
    endpoint: 'completions',
    config: { engine: 'openai', model: 'any', ...key },
  },
  'OpenAI responses': {
    stage: 'llm',
    endpoint: 'responses',
    config: { engine: 'openai', model: 'any', api: 'responses', ...key },
  },
  'OpenAI responses, WebSocket': {
    stage: 'llm',
    endpoint: 'responsesSocket',
    socket: true,
    config: { engine: 'openai', model: 'any', api: 'responses', transport: 'websocket', ...key },
  },
  'OpenAI voice': {
    stage: 'tts',
    endpoint: 'realtime',
    socket: true,
    // A reply is two sentences, each of some 45 messages.
    after: 100,
    config: { engine: 'openai', api: 'realtime', model: 'any', ...key },
  },
  'OpenAI live transcription': {
    stage: 'stt',
    endpoint: 'transcription',
    socket: true,
    config: { engine: 'openai', model: 'gpt-live-transcribe', ...key },
  },
  'OpenAI transcription by turns': {
    stage: 'stt',
    endpoint: 'transcription',
    socket: true,
    config: { engine: 'openai', model: 'gpt-transcribe', ...key },
  },
  'OpenAI speech': { stage: 'tts', endpoint: 'speech', config: { engine: 'openai', model: 'any', ...key } },
};

const lines = ['What is the weather?', 'And what about tomorrow?', 'Thank you very much.'];
const line = 'What is the weather?';
const reply = 'It is sunny today. It will stay so.';
const everyMs = 5_000;
const script = lines.map((text, turn) => ({ from: 600 + turn * everyMs, to: 1_600 + turn * everyMs, text }));
const callMs = lines.length * everyMs + 5_000;
/** However patient an engine is by default, here it must not take longer to notice, ms. */
const patience = { stt: {}, llm: { timeoutMs: 3_000 }, tts: {} };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    fault: { type: 'string', multiple: true },
    'outage-ms': { type: 'string', default: '15000' },
    calls: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: String(2 * availableParallelism()) },
  },
});
const outageMs = Number(values['outage-ms']);
const outageCalls = Number(values.calls);
/** How a provider that is down behaves: to new connections, and to those that it had. */
const outages = {
  refuse: { refusal: 'refused', strike: 'cut' },
  reset: { refusal: 'refused', each: true, strike: 'cut' },
  silence: { refusal: 'no-answer', strike: 'half-open' },
};

/** One row of the table takes no longer than this, ms; one that does is a failure, and its process is ended. */
const longestMs = { fault: callMs + 160_000, outage: outageMs + 300_000 };

if (process.send) workerProcess();
else await runAll(positionals.length > 0 ? positionals : Object.keys(engines));

/** Runs all rows, some at once, and prints each in its place as soon as those before it are there. */
async function runAll(names) {
  const unknown = names.find(name => !(name in engines));
  if (unknown !== undefined)
    throw new Error(`There is no engine '${unknown}'. There are ${Object.keys(engines).join(', ')}.`);
  const wanted = fault => values.fault?.includes(fault) ?? true;
  const faultJobs = names.flatMap(name =>
    faultsOf(engines[name])
      .filter(wanted)
      .map(fault => ({ name, fault })),
  );
  const outageJobs = names.flatMap(name =>
    Object.keys(outages)
      .filter(wanted)
      .map(outage => ({ name, outage })),
  );
  const jobs = [...faultJobs, ...outageJobs];
  const rows = [];
  const heading = ['engine', 'fault', 'turn 2 heard', 'turn 3', 'reported', 'after ms', 'left'];
  const print = cells => {
    const widths = [14, Math.max(18, outageJobs.length > 0 ? 26 : 0), 20, 12, 90, 8, 0];
    console.log(
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
  };
  let printed = 0;
  print(heading);
  const done = (job, row) => {
    rows[jobs.indexOf(job)] = row;
    for (; rows[printed] !== undefined; printed++) print(rows[printed].cells);
  };
  const atOnce = Math.max(1, Number(values['at-once']));
  await runJobs(faultJobs, atOnce, longestMs.fault, done);
  // Each is many calls.
  await runJobs(outageJobs, Math.max(1, Math.floor(atOnce / 4)), longestMs.outage, done);
  const wrong = rows.filter(({ wrong }) => wrong.length > 0);
  for (const { cells, wrong: what } of wrong)
    console.log(`WRONG ${cells[0]}, ${cells[1]}: ${what.join('; ')}`);
  console.log(`\n${rows.length - wrong.length} passed, ${wrong.length} failed`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** Runs jobs in processes of their own, a limited number at once. */
async function runJobs(jobs, atOnce, jobMs, done) {
  const waiting = [...jobs];
  const worker = async first => {
    // Not all at the same moment: a process that starts takes a whole core.
    await sleep(first * 700);
    let child;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      child ??= fork(fileURLToPath(import.meta.url), process.argv.slice(2));
      const row = await runJob(child, job, jobMs);
      if (row.isLost) child = undefined;
      done(job, row);
    }
    child?.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, (_, first) => worker(first)));
}

/** Runs one job in a process that is there, which is ended if it takes too long. */
async function runJob(child, job, jobMs) {
  const failed = what => ({
    cells: [job.name, job.fault ?? job.outage, '', '', '', '', ''],
    wrong: [what],
    isLost: true,
  });
  const over = new AbortController();
  child.send(job);
  const row = await Promise.race([
    once(child, 'message', over).then(([row]) => row),
    once(child, 'exit', over).then(([code]) => failed(`the process ended with code ${code}`)),
    sleep(jobMs, failed(`was not over after ${jobMs / 1000} s`), over),
  ]);
  over.abort();
  // A job that hung may still hang.
  if (row.isLost) child.kill();
  return row;
}

/** Runs the parent's jobs. */
function workerProcess() {
  const unhandled = [];
  process.on('unhandledRejection', error => unhandled.push(String(error)));
  process.on('uncaughtException', error => unhandled.push(String(error)));
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ name, fault, outage }) => {
    unhandled.length = 0;
    try {
      process.send(
        await (outage ? callsThrough(name, outage, unhandled) : callThrough(name, fault, unhandled)),
      );
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  });
}

/** A row from a machine so busy that this process had to wait proves nothing: it is repeated, at most twice. */
async function undisturbed(run, left = 2) {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const row = await run();
  delay.disable();
  const lagMs = delay.max / 1e6;
  if (row.wrong.length === 0 || lagMs < 400) return row;
  if (left > 0) return undisturbed(run, left - 1);
  return {
    ...row,
    wrong: [...row.wrong, `the machine was busy: this process waited for ${lagMs.toFixed(0)} ms`],
  };
}

/** The faults that can befall an engine. */
function faultsOf({ endpoint }) {
  const its = Object.entries(faults).filter(([, { endpoints }]) => endpoints.includes(endpoint));
  return ['none', ...its.map(([fault]) => fault), 'dns'];
}

/** One call with a fault. */
async function callThrough(name, fault, unhandled) {
  const engine = engines[name];
  const providers = await startProviders({
    // By the audio and not by the clock: a connection that comes after another receives the replayed audio.
    deepgram: { lines, msPerCharacter: 30, faults: rules(engine, fault) },
    openai: { reply, lines, msPerCharacter: 30, faults: rules(engine, fault) },
  });
  try {
    return await callWith(name, fault, providers, unhandled);
  } finally {
    await providers.stop();
  }
}

/** Kills the provider of an engine in the middle of many calls, and revives it. */
async function callsThrough(name, outage, unhandled) {
  unhandled.length = 0;
  const engine = engines[name];
  const count = outageCalls;
  const providers = await startProviders({
    // Each call is its own speaker: the words are the same for all, by the time of the call.
    deepgram: { lines: [line], msPerCharacter: 30 },
    openai: { reply, lines: [line], msPerCharacter: 30 },
  });
  const before = await atRest(providers);
  const base = { deepgram: providers.deepgram, openai: providers.openai };
  const configure = (stage, config) => {
    const chosen = stage === engine.stage ? { ...config, ...engine.config } : config;
    return { ...chosen, baseURL: base[chosen.engine] };
  };
  const voice = setup({
    stt: configure('stt', { engine: 'deepgram', ...key }),
    llm: configure('llm', { engine: 'openai', model: 'any', ...key }),
    tts: configure('tts', { engine: 'deepgram', ...key }),
  });
  // Said before the outage, in its middle, and after it, when the words in it have been answered: a request without an
  // answer is asked again after 10 s.
  const killedMs = 6_000;
  const at = [600, killedMs + outageMs / 2, killedMs + outageMs + 12_000];
  const speech = at.map(from => ({ from, to: from + 1_000 }));
  const ms = at[2] + 1_000 + 3_000;
  const frames = Array.from({ length: count }, () => new Subject());
  const calls = frames.map(frame$ => {
    const call = { said: 0, texts: [], answered: 0, told: new Set(), end: undefined };
    call.over = new Promise(resolve => {
      const end = how => ((call.end = how), resolve());
      const giveUp = setTimeout(() => (subscription.unsubscribe(), end('hung')), ms + 90_000);
      const subscription = voice.conversation$(frame$, { write: () => undefined }).subscribe({
        next: event => {
          if (event.type === 'user.said') call.texts.push(event.text);
          if (event.type === 'user.said') call.said += event.text.split(line).length - 1;
          if (event.type === 'bot.spoke' && event.turn > 0) call.answered++;
          if (event.type === 'call.warning') call.told.add(event.message);
          if (event.type === 'turn.failed')
            call.told.add(`turn.failed ${event.stage}: ${event.cause?.message ?? event.cause}`);
          if (event.type === 'call.ready') call.ready?.();
        },
        error: error => (clearTimeout(giveUp), end(`call failed: ${error.message}`)),
        complete: () => (clearTimeout(giveUp), end('completed')),
      });
    });
    return call;
  });
  await sleep(1_500);
  const { refusal, each, strike } = outages[outage];
  const server = engine.config.engine;
  // Of OpenAI only this endpoint is down, since the model is asked there as well.
  const isWholeServer = engine.socket && (server === 'deepgram' || engine.stage === 'llm');
  const rule = each
    ? { fault: refusal, on: engine.endpoint, probability: 1 }
    : { fault: refusal, ...(isWholeServer ? {} : { on: engine.endpoint }) };
  const marks = new Map([
    [killedMs, () => void providers.kill({ server, faults: [rule], strike, endpoint: engine.endpoint })],
    [killedMs + outageMs, () => void providers.set({ [server]: { faults: [] } })],
  ]);
  await microphone({ ms, speech, marks, hear: frame => frames.forEach(frame$ => frame$.next(frame)) });
  // Late words are answered late: the calls end after that.
  const until = now() + 60_000;
  while (
    now() < until &&
    calls.some(({ said, answered, end }) => end === undefined && (said < 3 || answered < 3))
  ) {
    const quiet = microphone({ ms: 500, hear: frame => frames.forEach(frame$ => frame$.next(frame)) });
    await quiet;
  }
  for (const frame$ of frames) frame$.complete();
  await Promise.all(calls.map(({ over }) => over));
  const left = await leftovers(providers, before, outage === 'silence');
  await providers.stop();
  const all = calls.filter(({ said, end }) => said === 3 && end === 'completed').length;
  const answered = calls.filter(({ answered }) => answered >= 2).length;
  const told = [
    ...new Set(calls.flatMap(({ told, end }) => [...told, ...(end === 'completed' ? [] : [end])])),
  ];
  const short = text => (text.length > 90 ? `${text.slice(0, 89)}…` : text);
  return {
    cells: [
      name,
      `${outage}, ${outageMs / 1000} s, ${count} calls`,
      `${all} heard all`,
      `${answered} answered`,
      short(told.join(' | ') || '–'),
      '',
      left,
    ],
    wrong: [
      ...(all === count ? [] : [`${count - all} of ${count} calls ended or lost words (${outcomes(calls)})`]),
      ...(answered === count
        ? []
        : [`${count - answered} of ${count} calls were not answered afterwards (${outcomes(calls)})`]),
      ...(unhandled.length > 0 ? [`unhandled: ${unhandled.join(', ')}`] : []),
      ...(left === 'none' ? [] : [`left: ${left}`]),
    ],
  };
}

/** The outcomes of the calls that did not go well, each kind once: turns heard of 3, and the end. */
function outcomes(calls) {
  const bad = calls.filter(({ said, answered, end }) => said !== 3 || answered < 2 || end !== 'completed');
  return [
    ...new Set(
      bad.map(
        ({ said, answered, texts, end }) =>
          `heard ${said} of 3, answered ${answered}, ${end}: ${texts.join(' / ')}`,
      ),
    ),
  ].join('; ');
}

/** The engine that has the fault. */
function rules({ endpoint, socket, stage, after = 21 }, fault) {
  if (fault === 'none' || fault === 'dns') return [];
  const { kind } = faults[fault];
  if (kind === 'behaviour') return [{ fault, on: endpoint }];
  if (kind === 'refusal') return [{ fault, on: endpoint, nth: socket ? 1 : second(stage) }];
  // In the second turn: of its words, its second sentence or its tokens.
  if (socket && stage === 'stt') return [{ fault, on: endpoint, nth: 1, afterMs: everyMs + 1_100 }];
  // A reply is some 15 messages: its audio by 80 ms, and its events.
  if (socket) return [{ fault, on: endpoint, nth: 1, after }];
  return [{ fault, on: endpoint, nth: second(stage) }];
}

/** The first request of the second turn: of two sentences each, where it is the voice. */
function second(stage) {
  return stage === 'tts' ? 3 : 2;
}

/** The events of a call with a fault, and the handles it leaves open. */
async function callWith(name, fault, providers, unhandled) {
  const engine = engines[name];
  const base = { deepgram: providers.deepgram, openai: providers.openai };
  const nowhere = { deepgram: 'http://nowhere.invalid', openai: 'http://nowhere.invalid/v1' };
  const configure = (stage, config) => {
    const mine = stage === engine.stage;
    const chosen = mine ? { ...config, ...engine.config, ...patience[stage] } : config;
    const addresses = mine && fault === 'dns' ? nowhere : base;
    return { ...chosen, baseURL: addresses[chosen.engine] };
  };
  const voice = setup({
    stt: configure('stt', { engine: 'deepgram', ...key }),
    llm: configure('llm', { engine: 'openai', model: 'any', ...key }),
    tts: configure('tts', { engine: 'deepgram', ...key }),
  });

  const before = await atRest(providers);
  const seen = [];
  const frame$ = new Subject();
  let end = 'completed';
  let listening;
  await new Promise(resolve => {
    const giveUp = setTimeout(() => ((end = 'hung'), call.unsubscribe(), resolve()), callMs + 30_000);
    const over = how => {
      clearTimeout(giveUp);
      end = how;
      resolve();
    };
    const call = voice.conversation$(frame$, { write: () => undefined }).subscribe({
      next: event => {
        seen.push({ at: now(), event });
        if (event.type === 'call.ready')
          listening = microphone({ ms: callMs, speech: script, hear: frame => frame$.next(frame) }).then(() =>
            frame$.complete(),
          );
      },
      error: error => over(`call failed: ${error.message}`),
      complete: () => over('completed'),
    });
  });
  await listening;
  // A server that is frozen does not see that its client has gone.
  const left = await leftovers(providers, before, fault === 'half-open');

  const struck = providers.events.filter(({ type }) => type === 'fault').at(-1)?.at ?? seen[0]?.at ?? now();
  const told = seen.filter(({ event }) => event.type === 'call.warning' || event.type === 'turn.failed');
  const heard = turn => {
    const ended = seen.find(
      ({ event }) => event.turn === turn && /^(bot\.spoke|bot\.interrupted|turn\.failed)$/u.test(event.type),
    )?.event;
    const text = ended?.text ?? ended?.heard;
    if (ended === undefined) return 'never asked';
    return ended.type === 'bot.spoke' && text.trim() === reply
      ? 'all'
      : text
        ? `“${text.trim()}”`
        : 'nothing';
  };
  const said = seen
    .filter(({ event }) => event.type === 'user.said')
    .map(({ event }) => event.text)
    .join(' ');
  const ended = end.startsWith('call failed');
  const isStruck = providers.events.some(({ type }) => type === 'fault');
  const isEvent = fault in faults && faults[fault].kind !== 'behaviour';
  const secondAt = seen.find(({ event }) => event.type === 'user.said' && event.turn === 2)?.at;
  const isEarly = engine.stage === 'tts' && isStruck && faults[fault]?.kind === 'stream' && struck < secondAt;
  const wrong = [
    ...(isEvent && !isStruck ? ['the fault never struck'] : []),
    ...(isEarly ? ['the fault struck before the second turn'] : []),
    ...(end === 'hung' ? ['the call hung'] : []),
    ...(unhandled.length > 0 ? [`unhandled: ${unhandled.join(', ')}`] : []),
    ...(left === 'none' ? [] : [`left: ${left}`]),
    ...(ended || heardAll(said, fault) ? [] : [`words lost or doubled: “${said}”`]),
    ...(ended ||
    heard(3) === 'all' ||
    (heard(3) !== 'never asked' && (fault === 'dns' || /^(?:flush|character)-limit/u.test(fault)))
      ? []
      : ['the call did not go on']),
  ];
  const what = [
    ...told.map(({ event }) =>
      event.type === 'turn.failed'
        ? `turn.failed ${event.stage}: ${event.cause?.message ?? event.cause}`
        : event.message,
    ),
    ...(ended ? [end] : []),
  ];
  const after = told[0] ? Math.max(0, told[0].at - struck).toFixed(0) : '';
  const short = text => (text.length > 90 ? `${text.slice(0, 89)}…` : text);
  return {
    cells: [name, fault, heard(2), heard(3), short([...new Set(what)].join(' | ') || '–'), after, left],
    wrong,
  };
}

/** Whether everything was heard, once. A server that only seems to be deaf goes on in its lines, and from there. */
function heardAll(said, fault) {
  if (fault !== 'mute' && fault !== 'stall') return said === lines.join(' ');
  return lines.reduce((count, line) => count + said.split(line).length - 1, 0) === lines.length;
}

/** The handles that keep this process alive, counted by kind. */
function own() {
  const count = {};
  for (const name of process.getActiveResourcesInfo())
    if (!/^(PipeWrap|TTYWrap|Immediate|FSReqCallback)$/u.test(name)) count[name] = (count[name] ?? 0) + 1;
  return count;
}

async function atRest(providers) {
  return { resources: own(), sockets: await providers.sockets() };
}

/** The new handles; closing ones get a second. */
async function leftovers(providers, before, frozen) {
  let more = [];
  for (let attempt = 0; attempt < 20; attempt++) {
    const { resources, sockets } = await atRest(providers);
    more = Object.entries(resources)
      .filter(([name, count]) => count > (before.resources[name] ?? 0))
      .map(([name, count]) => `${count - (before.resources[name] ?? 0)} ${name}`);
    if (sockets > before.sockets && !frozen) more.push(`${sockets - before.sockets} sockets at the server`);
    if (more.length === 0) return 'none';
    await sleep(50);
  }
  return more.join(', ');
}
