// Writes lib/audio/speexModule.ts: the WASM module of @echogarden/speex-resampler-wasm as text, for every runtime.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../node_modules/@echogarden/speex-resampler-wasm/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', source), 'utf8'));
const module = readFileSync(new URL('wasm/speex-resampler-simd.wasm', source)).toString('base64');
const licence = readFileSync(new URL('COPYING', source), 'utf8').trim().split('\n');

writeFileSync(
  new URL('../lib/audio/speexModule.ts', import.meta.url),
  `/*
 * SpeexDSP's resampler as a WASM module, in base64: @echogarden/speex-resampler-wasm ${version}.
 * Written by \`npm run speex\`. Its licence:
 *
${licence.map(line => ` * ${line}`.trimEnd()).join('\n')}
 */
export const speexModule: string =
  '${module}';
`,
);
