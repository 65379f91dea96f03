/** rxvoice/node: inputs and outputs that need the file system. */
export { wavInput, type WavInputOptions } from './wavInput.ts';
export { wavOutput, type WavOutputOptions } from './wavOutput.ts';
export { printable } from '../text/printable.ts';
