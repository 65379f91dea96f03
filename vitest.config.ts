import { configDefaults, defineConfig, type Plugin } from 'vitest/config';

/** What needs a browser, a terminal or a sound server, and the machine for itself: `npm run test:machine`. */
const machine = [
  'spec/browser/page.spec.ts',
  'spec/browser/whoseServer.spec.ts',
  'spec/browser/firefox.spec.ts',
  'spec/cli/demo.spec.ts',
  'spec/cli/streams.spec.ts',
  'spec/cli/talk/soundCard.spec.ts',
  'spec/devices/devices.spec.ts',
];

/**
 * What runs in virtual time and shares no state: no socket, no process, no file but fixtures. One worker runs many of
 * these files and loads the library once, which takes a third of the CPU time that a process for each file does.
 */
const virtual = ['rx', 'audio', 'stt', 'llm', 'tts', 'conversation', 'metrics', 'languages', 'text'].map(
  folder => `spec/${folder}/**/*.spec.ts`,
);

/** What also leaves nothing behind in its process, though it uses sockets and files: one worker runs many of these, too. */
const sockets = ['emulators', 'testing', 'tape', 'failover', 'setup', 'providers'].map(
  folder => `spec/${folder}/**/*.spec.ts`,
);

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
    maxWorkers: 2,
    // A machine that is busy is no failure: what is waited for comes, or never does.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'virtual', include: virtual, isolate: false } },
      { extends: true, test: { name: 'sockets', include: sockets, isolate: false } },
      {
        extends: true,
        test: {
          name: 'anywhere',
          exclude: [...configDefaults.exclude, ...machine, ...virtual, ...sockets, growth],
        },
      },
      { extends: true, test: { name: 'growth', include: [growth], execArgv: ['--single-threaded-gc'] } },
      { extends: true, test: { name: 'machine', include: machine } },
    ],
  },
});
