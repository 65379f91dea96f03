import { createRequire } from 'node:module';
import { RxvoiceError } from '../../errors.ts';

/** The official SDK, as far as rxvoice uses it. */
export type DeepgramSdk = typeof import('@deepgram/sdk');

/**
 * Loads the official SDK, an optional peer, when an engine that needs it is made: the first call doesn't wait for it
 * (it takes about 200 ms). Gives an RxvoiceError with the install line when it is missing.
 */
export function deepgramSdk(
  require: (name: string) => unknown = createRequire(import.meta.url),
): DeepgramSdk {
  try {
    return require('@deepgram/sdk') as DeepgramSdk;
  } catch (cause) {
    throw new RxvoiceError(
      "The Deepgram engines need the package '@deepgram/sdk', which can't be loaded: npm i @deepgram/sdk",
      { cause },
    );
  }
}
