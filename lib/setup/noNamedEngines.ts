import { RxvoiceError } from '../errors.ts';
import type {
  namedLlm as llm,
  namedRealtime as realtime,
  namedStt as stt,
  namedTts as tts,
} from './namedEngines.ts';

// Replaces `namedEngines.ts` in a browser, where there is no Node.

const refuse = ({ engine }: { readonly engine: string }): never => {
  throw new RxvoiceError(
    `The engine '${engine}' needs Node, Bun or Deno. Here pass an engine of your own (a function) to setup.`,
  );
};

export const namedStt: typeof stt = refuse;
export const namedLlm: typeof llm = refuse;
export const namedTts: typeof tts = refuse;
export const namedRealtime: typeof realtime = refuse;
