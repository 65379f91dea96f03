import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Allowed imports: a folder of `lib`, and the folders (or files) it may import from, except itself. */
const may: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'engine.ts': [],
  'realtime.ts': ['stt', 'llm', 'tts', 'engine.ts'],
  rx: [],
  text: [],
  languages: ['errors.ts'],
  options: [],
  audio: ['rx', 'errors.ts', 'engine.ts'],
  stt: ['audio', 'languages', 'rx', 'errors.ts', 'engine.ts'],
  llm: ['audio', 'rx', 'errors.ts', 'engine.ts'],
  tts: ['audio', 'languages', 'rx', 'errors.ts', 'engine.ts'],
  failover: ['audio', 'stt', 'llm', 'tts', 'rx', 'errors.ts', 'engine.ts'],
  conversation: ['realtime.ts', 'audio', 'languages', 'stt', 'llm', 'tts', 'rx', 'errors.ts', 'engine.ts'],
  metrics: ['conversation', 'rx', 'errors.ts'],
  providers: ['realtime.ts', 'audio', 'stt', 'llm', 'tts', 'rx', 'text', 'options', 'errors.ts', 'engine.ts'],
  node: ['audio', 'text', 'rx', 'errors.ts', 'engine.ts'],
  devices: ['audio', 'rx', 'errors.ts', 'engine.ts'],
  setup: [
    'realtime.ts',
    'audio',
    'languages',
    'stt',
    'llm',
    'tts',
    'conversation',
    'providers',
    'rx',
    'options',
    'errors.ts',
    'engine.ts',
  ],
  testing: [
    'realtime.ts',
    'audio',
    'stt',
    'llm',
    'tts',
    'conversation',
    'emulators',
    'tape',
    'rx',
    'options',
    'errors.ts',
    'engine.ts',
  ],
  emulators: ['audio', 'stt', 'llm', 'tts', 'testing', 'rx', 'options', 'errors.ts', 'engine.ts'],
  tape: [
    'realtime.ts',
    'audio',
    'stt',
    'llm',
    'tts',
    'conversation',
    'testing',
    'rx',
    'errors.ts',
    'engine.ts',
  ],
  protocol: ['conversation', 'metrics', 'options', 'errors.ts'],
  server: ['audio', 'stt', 'conversation', 'metrics', 'protocol', 'rx', 'text', 'options', 'errors.ts'],
  browser: ['protocol', 'server', 'tts', 'conversation', 'metrics'],
  'operators.ts': [
    'languages',
    'stt',
    'llm',
    'tts',
    'conversation',
    'metrics',
    'rx',
    'errors.ts',
    'engine.ts',
  ],
  'index.ts': [
    'realtime.ts',
    'audio',
    'stt',
    'llm',
    'tts',
    'failover',
    'conversation',
    'metrics',
    'providers',
    'rx',
    'setup',
    'errors.ts',
    'engine.ts',
  ],
};

const root = resolve(import.meta.dirname, '..');
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.[jt]s$/u.test(name))
    .map(name => join(folder, name));
const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)[^;]*?from '(\.[^']+)';|\bimport\('(\.[^']+)'\)/gmsu,
    ),
  ].map(match => relative(root, resolve(root, dirname(file), (match[1] ?? match[2])!)));
const place = (file: string): string => file.split('/')[1]!;

describe('imports', () => {
  it('should go one way', () => {
    const wrong = sources('lib').flatMap(file =>
      importsOf(file)
        .filter(target => place(target) !== place(file) && !may[place(file)]?.includes(place(target)))
        .map(target => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('should not lead from one provider to another', () => {
    const provider = (file: string): string => file.split('/')[2]!;
    const wrong = sources('lib/providers').flatMap(file =>
      importsOf(file).filter(
        target =>
          place(target) === 'providers' && ![provider(file), 'http', 'socket'].includes(provider(target)),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('should lead the CLI to the entry points only, so that it proves the public API is enough', () => {
    const entries = [
      'lib/index.ts',
      'lib/operators.ts',
      'lib/audio/index.ts',
      'lib/node/index.ts',
      'lib/devices/index.ts',
      'lib/testing/index.ts',
      'lib/server/index.ts',
      'lib/providers/deepgram/index.ts',
      'lib/providers/local/index.ts',
      'lib/providers/openai/index.ts',
      // Files without imports of their own, so that `rxvoice --help` loads nothing else.
      'lib/providers/local/makeFolder.ts',
      'lib/text/printable.ts',
      'lib/text/thousandths.ts',
    ];
    const wrong = sources('cli').flatMap(file =>
      importsOf(file).filter(target => target.startsWith('lib/') && !entries.includes(target)),
    );
    expect(wrong).toEqual([]);
  });

  it('should lead from no file back to itself, type-only imports included', () => {
    const files = new Map(
      [...sources('lib'), ...sources('cli'), ...sources('spec')].map(file => [file, importsOf(file)]),
    );
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      else if (!done.has(file)) for (const target of files.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('should bring no clock or Promise into the core', () => {
    const core = ['audio', 'stt', 'llm', 'tts', 'failover', 'conversation', 'metrics'].flatMap(folder =>
      sources(`lib/${folder}`),
    );
    const wrong = core.filter(file =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .some(
          line =>
            !/^\s*(\*|\/\/|\/\*)/u.test(line) &&
            /\b(setTimeout|setInterval|Date\.now|performance\.now|AbortSignal\.timeout|new Promise|await)\b/u.test(
              line,
            ),
        ),
    );
    expect(wrong).toEqual([]);
  });
});
