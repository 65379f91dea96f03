import type { DeepgramClient } from '@deepgram/sdk';
import { isBare, shownAddress } from '../../options/address.ts';
import { RxvoiceError } from '../../errors.ts';
import { deepgramSdk } from './deepgramSdk.ts';
import type { DeepgramConnectionOptions } from './options.ts';

/** Creates a transport of the SDK; see `@deepgram/sdk`. */
export type TransportFactory = NonNullable<
  NonNullable<ConstructorParameters<typeof DeepgramClient>[0]>['transportFactory']
>;

/** A checked connection. */
export interface DeepgramConnection {
  /** The service in words: "Deepgram", or the host of your own server. */
  readonly who: string;
  /** Where requests go. */
  readonly address: string;
  /** The secret: the key or token that was used last. Never shown. */
  readonly apiKey: string;
  /** A client of the SDK; its sockets use the transport, its requests the `fetch`. */
  readonly client: (wire: {
    readonly transportFactory?: TransportFactory;
    readonly fetch?: typeof fetch;
  }) => DeepgramClient;
}

/**
 * Reads missing settings from the environment and checks all of them, so that an error shows before the first call;
 * loads the SDK. The errors never hold the key or a header's value.
 */
export function deepgramConnection(options: DeepgramConnectionOptions): DeepgramConnection {
  const { DEEPGRAM_API_KEY, DEEPGRAM_ACCESS_TOKEN, DEEPGRAM_BASE_URL } = process.env;
  const url = (options.baseURL ?? DEEPGRAM_BASE_URL)?.trim() || undefined;
  const { accessToken } = options;
  const given = [
    typeof accessToken === 'string' ? `Bearer ${withoutScheme(accessToken)}` : undefined,
    options.apiKey?.trim(),
    DEEPGRAM_API_KEY?.trim(),
    DEEPGRAM_ACCESS_TOKEN && `Bearer ${withoutScheme(DEEPGRAM_ACCESS_TOKEN)}`,
  ].find(text => text !== undefined && text !== '' && text !== 'Bearer ');
  const isToken = typeof accessToken === 'function' || /^Bearer(?: |$)/iu.test(given ?? '');
  const key = typeof accessToken === 'function' ? 'asked for' : given && withoutScheme(given);
  if (url !== undefined && (!URL.canParse(url) || !/^(?:https?|wss?):/iu.test(url)))
    throw wrong(
      `baseURL is '${shownAddress(url)}', but must be a URL such as 'https://api.eu.deepgram.com'.`,
    );
  if (url !== undefined && !isBare(url))
    throw wrong(
      `baseURL is '${shownAddress(url)}', but must be without a user name, a password, a query or a fragment: ` +
        'what your server needs to let you in goes into headers, further parameters into options.',
    );
  const host = url === undefined ? 'api.deepgram.com' : new URL(url).host;
  const isDeepgram = /(?:^|\.)deepgram\.com$/u.test(host);
  if (!key && isDeepgram)
    throw wrong(
      'apiKey is missing: give it (or accessToken), or set the environment variable DEEPGRAM_API_KEY. ' +
        'Keys are made at https://console.deepgram.com.',
    );
  if (typeof accessToken !== 'function' && key && !/^[\x21-\x7e]+$/u.test(key))
    throw wrong(
      `${typeof accessToken === 'string' ? 'accessToken' : 'apiKey'} has a character in it that no key has, such as a space or a line break: copy it again.`,
    );
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw wrong(
        `headers has an entry '${name}' that HTTP does not allow: check its name, and its value for line breaks.`,
      );
    }
  }

  // One address for requests and sockets; `ws` takes the http form as well.
  const address = url?.replace(/^ws/iu, 'http').replace(/\/+$/u, '');
  const sdk = deepgramSdk();
  // The SDK insists on a key; a server that needs none ignores it.
  let secret = key || 'none';
  // The SDK puts "Bearer " before whatever token it is given.
  const token = async (): Promise<string> =>
    (secret = withoutScheme(typeof accessToken === 'function' ? await accessToken() : secret));
  return {
    who: isDeepgram ? 'Deepgram' : host,
    address: address ?? 'https://api.deepgram.com',
    get apiKey() {
      return secret;
    },
    client: wire =>
      new sdk.DeepgramClient({
        apiKey: isToken ? 'unused' : secret,
        ...(isToken && { accessToken: token }),
        ...(address !== undefined && { baseUrl: address }),
        headers: { ...options.headers },
        // We retry ourselves: the SDK's retries ignore an abort while they wait.
        maxRetries: 0,
        ...wire,
      }),
  };
}

/** A key or a token as it is, without the scheme it may have been copied with. */
export const withoutScheme = (key: string): string => key.trim().replace(/^(?:Bearer|Token)(?:\s+|$)/iu, '');

const wrong = (message: string): RxvoiceError => new RxvoiceError(`Deepgram: ${message}`);
