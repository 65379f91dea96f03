import { isBare, shownAddress } from '../../options/address.ts';
import { RxvoiceError } from '../../errors.ts';

/** How an OpenAI engine reaches its server. */
export interface OpenaiConnectionOptions {
  /** Default: the environment variable `OPENAI_API_KEY`. A server of your own may need none. */
  readonly apiKey?: string;
  /**
   * A server that speaks the same protocol: "http://localhost:11434/v1" for Ollama, say.
   * Default: the environment variable `OPENAI_BASE_URL`, else OpenAI itself.
   */
  readonly baseURL?: string;
  /** Further HTTP headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Makes the requests, through a proxy of yours, say; keeping connections open is up to it then. Default: a `fetch`
   * that keeps them open for the length of a call, and opens one before the first turn.
   */
  readonly fetch?: typeof fetch;
}

/** A checked connection. */
export interface OpenaiConnection {
  readonly apiKey: string;
  readonly baseURL: string;
  /** Whether the server is OpenAI's own, rather than one that speaks the same protocol. */
  readonly isOpenai: boolean;
  /** Whether it takes `max_completion_tokens`, as OpenAI's own and Azure's do, rather than `max_tokens`. */
  readonly wantsCompletionTokens: boolean;
  /** The server's name, for messages. */
  readonly who: string;
}

/**
 * Reads missing settings from the environment and checks all of them, so that an error shows before the first call. The
 * errors never hold the key or a header's value.
 */
export function openaiConnection({ apiKey, baseURL, headers }: OpenaiConnectionOptions): OpenaiConnection {
  const { OPENAI_API_KEY, OPENAI_BASE_URL } = process.env;
  const url = (baseURL ?? OPENAI_BASE_URL)?.trim() || 'https://api.openai.com/v1';
  const key = (apiKey ?? OPENAI_API_KEY)?.trim() || undefined;
  if (!URL.canParse(url) || !/^https?:/i.test(url))
    throw wrong(
      `baseURL is '${shownAddress(url)}', but must be an http or https URL such as 'http://localhost:11434/v1'.`,
    );
  if (!isBare(url))
    throw wrong(
      `baseURL is '${shownAddress(url)}', but must be without a user name, a password, a query or a fragment: ` +
        'what your server needs to let you in goes into headers.',
    );
  const isOpenai = /(^|\.)api\.openai\.com$/.test(new URL(url).hostname);
  if (key === undefined && isOpenai)
    throw wrong(
      'apiKey is missing: give it, or set the environment variable OPENAI_API_KEY. ' +
        'Keys are made at https://platform.openai.com/api-keys.',
    );
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw wrong(
      'apiKey has a character in it that no key has, such as a space or a line break: copy it again.',
    );
  for (const [name, value] of Object.entries(headers ?? {})) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw wrong(
        `headers has an entry '${name}' that HTTP does not allow: check its name, and its value for line breaks.`,
      );
    }
  }
  // The SDK insists on a key; a server that needs none ignores it.
  const { hostname, host } = new URL(url);
  const wantsCompletionTokens = /(^|\.)openai\.com$|\.azure\.(?:com|us|cn)$/.test(hostname);
  return {
    apiKey: key ?? 'none',
    baseURL: url,
    isOpenai,
    wantsCompletionTokens,
    who: isOpenai ? 'OpenAI' : host,
  };
}

const wrong = (message: string): RxvoiceError => new RxvoiceError(`OpenAI: ${message}`);
