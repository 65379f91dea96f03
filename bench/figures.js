// Everything that prints figures, one after the other: `npm run figures`, or `npm run figures -- --short` for a look at
// each. Nothing passes or fails here: a busy machine is no fault.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } });
const { short } = values;

/** Each command, and how long it may take, in minutes. */
const commands = [
  ['the offline engines on real speech', 5, 'bench/offline.js'],
  ['microphone and loudspeaker, on a virtual sound card', 4, 'bench/devices.js'],
  ['what a turn takes beyond the providers', 5, 'bench/latency.js', short ? '3' : '10'],
  ['from the user’s voice to silence', 4, 'bench/bargeIn.js', short ? '3' : '10'],
  ['what guesses save', 5, 'bench/speculation.js', short ? '3' : '10'],
  ['requests of the language model, by API and transport', 4, 'bench/responses.js', short ? '6' : '24'],
  [
    'many calls in one process',
    20,
    'bench/calls.js',
    short ? '1,50,100' : '1,10,50,100,200,400',
    ...(short ? ['--seconds', '12', '--scripted', '200'] : ['--seconds', '20']),
  ],
  ...(short
    ? []
    : [
        [
          'many calls through the server, in Opus',
          10,
          'bench/served.js',
          '1,20',
          '--seconds',
          '20',
          '--opus',
        ],
      ]),
  [
    'many calls through the server, with cloud engines',
    10,
    'bench/served.js',
    short ? '20' : '1,50,100',
    '--seconds',
    short ? '12' : '20',
    '--cloud',
  ],
  [
    'what goes wrong with each cloud engine',
    15,
    'bench/faults.js',
    ...(short ? ['none', 'cut'] : ['none', '401', '429', 'cut', 'stall']).flatMap(fault => [
      '--fault',
      fault,
    ]),
  ],
  [
    'calls whose provider is killed and comes back',
    15,
    'bench/faults.js',
    ...(short ? ['refuse'] : ['refuse', 'reset', 'silence']).flatMap(outage => ['--fault', outage]),
    ...(short ? ['--outage-ms', '4000', '--calls', '3'] : []),
  ],
];

for (const [title, minutes, ...command] of commands) {
  console.log(`\n== ${title}: node ${command.join(' ')}`);
  const { status } = spawnSync(process.execPath, command.map(String), {
    stdio: 'inherit',
    timeout: Number(minutes) * 60_000,
  });
  if (status !== 0) console.log(`no figures from: ${command.join(' ')}`);
}
