import { configDefaults, defineConfig, type Plugin } from 'vitest/config';

/** Specs that need a browser, a terminal or a sound server, and the machine for themselves: `npm run test:machine`. */
const machine = [
  'spec/browser/page.spec.ts',
  'spec/browser/whoseServer.spec.ts',
  'spec/browser/firefox.spec.ts',
  'spec/browser/realtime.spec.ts',
  'spec/cli/demo.spec.ts',
  'spec/cli/streams.spec.ts',
  'spec/cli/talk/soundCard.spec.ts',
  'spec/devices/devices.spec.ts',
];

/**
 * Specs in virtual time that share no state: no socket, no process, no file but fixtures. One worker runs many of
 * these files and loads the library once, which takes a third of the CPU time that a process for each file does.
 */
const virtual = ['rx', 'audio', 'stt', 'llm', 'tts', 'conversation', 'metrics', 'languages', 'text'].map(
  folder => `spec/${folder}/**/*.spec.ts`,
);

/** Specs with sockets and files that leave nothing behind in their process: one worker runs many of these, too. */
const sockets = [
  ...['emulators', 'testing', 'tape', 'failover', 'setup', 'providers', 'server', 'cli'].map(
    folder => `spec/${folder}/**/*.spec.ts`,
  ),
  'spec/browser/{connection,parts}.spec.ts',
  'spec/devices/{devicesCommand,fresh,hostEnvironment,openDevice,playing}.spec.ts',
];

/**
 * Long runs: random calls with tools, outages of real length, floods of messages, whole programs in processes of their own, an hour of memory.
 * `npm run test:long` runs them after `npm test`, which takes less than two minutes.
 */
const long = [
  'spec/memory.spec.ts',
  'spec/conversation/random{Responses,Tools}.spec.ts',
  'spec/cli/{cli,init,serve}.spec.ts',
  'spec/providers/outage.spec.ts',
  'spec/server/hostile.spec.ts',
];

/** CPU time is measured here: a garbage collector in threads of its own would count as a function's work. */
const growth = 'spec/growth/**/*.spec.ts';

/** `#namedEngines` of package.json leads to the build; sources lead to sources. */
const seam: Plugin = {
  name: 'seam',
  enforce: 'pre',
  resolveId: (name, importer) =>
    name === '#namedEngines' && importer?.startsWith(`${import.meta.dirname}/lib/`)
      ? `${import.meta.dirname}/lib/setup/namedEngines.ts`
      : undefined,
};

export default defineConfig({
  plugins: [seam],
  test: {
    // More than two cores have work for: where a spec waits for a socket or a process, another goes on.
    maxWorkers: 3,
    // A busy machine is no failure: awaited events come, or never do.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'virtual',
          include: virtual,
          exclude: [...configDefaults.exclude, ...long],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'sockets',
          include: sockets,
          exclude: [...configDefaults.exclude, ...machine, ...long],
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'anywhere',
          exclude: [
            ...configDefaults.exclude,
            'templates/**',
            ...machine,
            ...virtual,
            ...sockets,
            ...long,
            growth,
          ],
        },
      },
      { extends: true, test: { name: 'growth', include: [growth], execArgv: ['--single-threaded-gc'] } },
      { extends: true, test: { name: 'long', include: long } },
      { extends: true, test: { name: 'machine', include: machine } },
    ],
  },
});
