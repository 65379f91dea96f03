import { build } from 'esbuild';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** An entry with everything it imports, as a bundler for browsers builds it: Node's modules are left as imports. */
const bundled = async (contents: string) => {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'result',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['node:*'],
    logLevel: 'silent',
  });
  const imported = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports.map(({ path, external }) => ({ file, path, external })),
  );
  return { imported, source: outputFiles[0]!.text };
};

describe('the core', () => {
  it.each(['lib/index.ts', 'lib/operators.ts', 'lib/audio/index.ts'])(
    'should import nothing of Node, and few packages (%s)',
    async entry => {
      const { imported } = await bundled(`export * from './${entry}'`);

      expect(imported.filter(({ external }) => external)).toEqual([]);
      const packages = imported.map(({ path }) => /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(path)?.[1]);
      for (const name of packages.filter(name => name !== undefined))
        expect(['eventsource-parser', 'rxjs', 'tslib', 'zod']).toContain(name);
    },
  );

  it('should have a conversation where there is nothing but what browsers have, too', async () => {
    const { source } = await bundled(`
      import { of, Subject, timer, map, concatMap, from } from 'rxjs';
      import { ofType, setup } from './lib/index.ts';
      import { resample, silence, frameMs } from './lib/audio/index.ts';

      export const refusal = (() => {
        try {
          setup({ stt: { engine: 'local' }, llm: { engine: 'builtin' }, tts: { engine: 'local' } });
        } catch (error) {
          return error.message;
        }
      })();
      const heard = [];
      const voice = setup({
        stt: frame$ => frame$.pipe(
          concatMap(() => [
            { type: 'speechStart', at: 0 },
            { type: 'final', text: 'Hello.', words: [] },
            { type: 'utteranceEnd', end: 20, decided: true },
          ]),
        ),
        llm: () => of({ type: 'token', text: 'Good morning.' }),
        tts: () => of(silence(40, 24_000)),
      });
      export const done = new Promise((resolve, reject) =>
        voice
          .conversation$(of(silence(20, 16_000)), { write: bytes => void heard.push(bytes.length), sampleRate: 8_000 })
          .pipe(ofType('bot.spoke', 'turn.failed'))
          .subscribe({ next: event => resolve({ event, heard }), error: reject }),
      );
    `);
    const { AbortController, TextDecoder } = globalThis;
    const { atob, setTimeout, clearTimeout, setInterval, clearInterval, performance, URL, WebAssembly } =
      globalThis as unknown as Record<string, unknown>;
    const context = createContext({
      AbortController,
      TextDecoder,
      atob,
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      performance,
      URL,
      WebAssembly,
      result: undefined,
    });
    runInContext(source, context);
    const { refusal, done } = context['result'] as {
      refusal: string;
      done: Promise<{ event: unknown; heard: number[] }>;
    };

    expect(refusal).toMatch(/The engine 'local' needs Node, Bun or Deno/u);
    const { event, heard } = await done;
    expect(event).toMatchObject({ type: 'bot.spoke', text: 'Good morning.' });
    expect(heard.reduce((sum, bytes) => sum + bytes, 0)).toBe(40 * 8 * 2);
  });
});
