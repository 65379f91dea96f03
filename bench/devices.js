// How fast microphone and loudspeaker are, on a virtual sound card, in about a minute:
//   npm run bench:devices
// Left naudiodon by itself, with its defaults; then rxvoice by each backend that is installed; right the figures of the
// study that rxvoice's devices were built from (2 shared cores, quiet).
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { paced } from 'rxvoice/audio';
import { audioBackends, microphone, speaker } from 'rxvoice/devices';
import { virtualSoundCard, whyNoSoundCard } from 'rxvoice/testing';

const missing = whyNoSoundCard();
if (missing !== undefined) {
  console.log(`No figures of devices: ${missing}`);
  process.exit(process.env.RXVOICE_REQUIRE_AUDIO === '1' ? 1 : 0);
}
const card = await virtualSoundCard();
Object.assign(process.env, card.env);

const rate = 16_000;
const now = () => performance.now();
const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1];
const spread = values =>
  values.length === 0
    ? '-'
    : [0.5, 0.95, 1].map(share => percentile(values, share).toFixed(1).padStart(6)).join(' ');

/** Plays a tone that is unmistakable and never silent for a millisecond. */
const tone = ms =>
  Array.from({ length: ms / 20 }, () => ({
    sampleRate: rate,
    pcm: new Int16Array(rate / 50).map((_, index) => (index % 20 < 10 ? 9_000 : -9_000)),
  }));

/** When sound was last heard to begin and to end; the recorder's own 10 ms are known, and counted. */
const detected = { begins: [], endedAt: 0, loud: false };
const beganAfter = time => detected.begins.find(at => at > time);
const listening = card.heard$.subscribe(({ pcm }) => {
  for (let index = 0; index < pcm.length; index += 16) {
    const loud = Math.abs(pcm[index]) > 500;
    const at = now() - (pcm.length - index) / 16;
    if (loud && !detected.loud) detected.begins.push(at);
    if (!loud && detected.loud) detected.endedAt = at;
    detected.loud = loud;
  }
});
const untilLoud = async () => {
  while (!detected.loud) await wait(2);
};
const untilQuiet = async () => {
  while (detected.loud) await wait(2);
  await wait(60);
};

/**
 * Feeds a microphone with 20 ms every 20 ms, each made of its own number, and sees how long after it was written each
 * has come, whole.
 */
async function feed(seconds, hear) {
  const writtenAt = [];
  const fifo = createWriteStream(card.pipe, { flags: 'r+' });
  const latencies = [];
  const gaps = [];
  let last;
  const came = [];
  const stop = hear(pcm => {
    const at = now();
    if (last !== undefined) gaps.push(at - last);
    last = at;
    for (const value of pcm) {
      came[value] = (came[value] ?? 0) + 1;
      if (came[value] === rate / 50 && writtenAt[value] !== undefined) latencies.push(at - writtenAt[value]);
    }
  });
  await wait(600);
  const begun = now();
  for (let chunk = 1; chunk <= seconds * 50; chunk++) {
    await wait(Math.max(0, begun + chunk * 20 - now()));
    writtenAt[chunk] = now();
    fifo.write(Buffer.from(new Int16Array(rate / 50).fill(chunk).buffer));
  }
  await wait(600);
  stop();
  fifo.destroy();
  return { latencies: latencies.slice(5), gaps: gaps.slice(5) };
}

/** naudiodon in a process of its own, for it can hang. */
function alone() {
  const child = spawn(
    process.execPath,
    [
      '-e',
      `const { AudioIO, getDevices } = require(${JSON.stringify(createRequire(import.meta.url).resolve('naudiodon'))});
       const id = name => getDevices().find(it => it.name === name).id;
       const options = name => ({ deviceId: id(name), sampleRate: ${rate}, channelCount: 1, sampleFormat: 16 });
       let output;
       process.on('message', ({ type, pcm, name }) => {
         if (type === 'listen') {
           const input = AudioIO({ inOptions: options(name) });
           input.on('data', bytes => process.send({ pcm: bytes.toString('base64') }));
           input.start();
         } else if (type === 'speak') {
           if (!output) (output = AudioIO({ outOptions: { ...options(name), closeOnError: false } })).start();
           output.write(Buffer.from(pcm, 'base64'));
         } else if (type === 'stop') output.quit();
       });
       process.send({});`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  );
  return child;
}

async function measureAlone() {
  const hearer = alone();
  await new Promise(resolve => hearer.once('message', resolve));
  const heard = await feed(6, hear => {
    hearer.on('message', ({ pcm }) => {
      const bytes = Uint8Array.from(Buffer.from(pcm, 'base64'));
      hear(new Int16Array(bytes.buffer));
    });
    hearer.send({ type: 'listen', name: 'rxvoice_pipe' });
    return () => hearer.kill('SIGKILL');
  });
  const toHeard = [];
  const toSilence = [];
  for (let round = 0; round < 3; round++) {
    const talker = alone();
    await new Promise(resolve => talker.once('message', resolve));
    const begun = now();
    let first;
    for (const [index, { pcm }] of tone(1_500).entries()) {
      await wait(Math.max(0, begun + index * 20 - 200 - now()));
      first ??= now();
      const bytes = Buffer.from(pcm.buffer).toString('base64');
      talker.send({ type: 'speak', name: 'rxvoice_speaker', pcm: bytes });
    }
    const cutAt = now();
    talker.send({ type: 'stop' });
    await Promise.race([untilLoud(), wait(2_000)]);
    await Promise.race([untilQuiet(), wait(5_000)]);
    toHeard.push(beganAfter(first) - first);
    toSilence.push(detected.endedAt - cutAt);
    talker.kill('SIGKILL');
    await untilQuiet();
  }
  return { ...heard, toHeard, toSilence, again: [], told: [] };
}

async function measure(backend) {
  const subscribedAt = now();
  await firstValueFrom(microphone({ device: 'rxvoice_mic', backend }));
  const opened = now() - subscribedAt;
  const heard = await feed(6, hear => {
    const frame$ = microphone({ device: 'rxvoice_pipe', backend });
    const subscription = frame$.subscribe(({ pcm }) => hear(pcm));
    return () => subscription.unsubscribe();
  });

  const output = speaker({ device: 'rxvoice_speaker', sampleRate: rate, backend });
  const warmedAt = now();
  let opening;
  const held = output.warm$.subscribe(({ progress }) => progress === 1 && (opening ??= now() - warmedAt));
  await wait(1_500);
  const [toHeard, toSilence, again, told] = [[], [], [], []];
  for (let round = 0; round < 6; round++) {
    // At no fixed place in the device's periods.
    await wait(600 + Math.random() * 40);
    let playedMs = 0;
    const begun = now();
    const reply = output(from(tone(4_000)).pipe(paced({ leadMs: 200 }))).subscribe(playback => {
      ({ playedMs } = playback);
    });
    await untilLoud();
    await wait(500 + Math.random() * 40);
    const cutAt = now();
    reply.unsubscribe();
    const counted = playedMs;
    await untilQuiet();
    toHeard.push(beganAfter(begun) - begun);
    toSilence.push(Math.max(0, detected.endedAt - cutAt));
    told.push(detected.endedAt - beganAfter(begun) - counted);
    const nextAt = now();
    const next = output(from(tone(400)).pipe(paced({ leadMs: 200 })));
    await lastValueFrom(next.pipe(toArray()));
    again.push(beganAfter(nextAt) - nextAt);
    await untilQuiet();
  }
  held.unsubscribe();
  return { ...heard, toHeard, toSilence, again, told, opening, opened };
}

const columns = [];
const found = (await lastValueFrom(audioBackends().pipe(toArray()))).filter(report => 'devices' in report);
if (found.some(({ backend }) => backend === 'naudiodon'))
  columns.push(['naudiodon alone', await measureAlone()]);
else if (process.env.RXVOICE_REQUIRE_AUDIO === '1') throw new Error('naudiodon is not installed.');
for (const { backend } of found) columns.push([`rxvoice, ${backend}`, await measure(backend)]);
listening.unsubscribe();
await card.stop();

/** The measurements, and those of the study: p50 and maximum. */
const rows = [
  ['microphone: sound -> frame', 'latencies', '   0.6   max 2.8 (alone 250, max 480)'],
  ['microphone: between frames', 'gaps', '  20.0   max 22.8 (alone 510, max 520)'],
  ['loudspeaker: write -> heard', 'toHeard', '  80-110'],
  ['loudspeaker: cut -> silence', 'toSilence', '   8     max 14 (without a spare host 92-120)'],
  ['loudspeaker: next reply after a cut -> heard', 'again', '  57     max 105'],
  ['loudspeaker: heard but not reported at a cut', 'told', '  -'],
];
const name = 46;
const width = 24;
console.log(
  `\nms, p50 p95 max${' '.repeat(name - 15)}${columns.map(([title]) => title.padEnd(width)).join('')}reference`,
);
for (const [title, figure, reference] of rows)
  console.log(
    title.padEnd(name) +
      columns.map(([, figures]) => spread(figures[figure]).padEnd(width)).join('') +
      reference.trim(),
  );
for (const [title, { opened, opening }] of columns)
  if (opened)
    console.log(
      `${title}: the first frame ${Math.round(opened)} ms after subscribing, the loudspeaker open after ${Math.round(opening)} ms`,
    );
