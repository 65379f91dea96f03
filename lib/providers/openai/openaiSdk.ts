import { createRequire } from 'node:module';
import { RxvoiceError } from '../../errors.ts';

/** The official SDK, as far as rxvoice uses it. */
export type OpenaiSdk = typeof import('openai');

/**
 * Loads the official SDK, an optional peer, when an engine that needs it is made: servers without OpenAI need not have
 * it, and the first turn doesn't wait for it. Gives an RxvoiceError with the install line when it is missing.
 */
export function openaiSdk(require: (name: string) => unknown = createRequire(import.meta.url)): OpenaiSdk {
  try {
    return require('openai') as OpenaiSdk;
  } catch (cause) {
    throw new RxvoiceError(
      "The OpenAI engines need the package 'openai', which can't be loaded: npm i openai",
      {
        cause,
      },
    );
  }
}
