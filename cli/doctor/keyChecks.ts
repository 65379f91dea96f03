import { catchError, defer, EMPTY, from, map, mergeMap, type Observable, of } from 'rxjs';
import type { VoiceConfig } from '../../lib/index.ts';
import type { Environment } from '../configuration/readEnvironment.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** A service with keys. */
interface Provider {
  readonly name: string;
  readonly engine: string;
  readonly key: string;
  readonly address: string;
  readonly baseURL: string;
  /** A cheap request that needs the key. */
  readonly path: string;
  /** How the key is sent. */
  readonly scheme: string;
  /** Where keys are made. */
  readonly console: string;
}

const providers: readonly Provider[] = [
  {
    name: 'Deepgram',
    engine: 'deepgram',
    key: 'DEEPGRAM_API_KEY',
    address: 'DEEPGRAM_BASE_URL',
    baseURL: 'https://api.deepgram.com',
    path: '/v1/projects',
    scheme: 'Token',
    console: 'https://console.deepgram.com',
  },
  {
    name: 'OpenAI',
    engine: 'openai',
    key: 'OPENAI_API_KEY',
    address: 'OPENAI_BASE_URL',
    baseURL: 'https://api.openai.com/v1',
    path: '/models',
    scheme: 'Bearer',
    console: 'https://platform.openai.com/api-keys',
  },
];

/** The longest that a service is waited for, ms. */
const withinMs = 2_000;

/** Whether the services' keys are there and, where there is a network, are accepted. */
export const keyChecks = (config: VoiceConfig, environment: Environment): Observable<Check> =>
  from(providers).pipe(mergeMap(provider => keyCheck(provider, config, environment)));

function keyCheck(provider: Provider, config: VoiceConfig, environment: Environment): Observable<Check> {
  const { name, engine, console } = provider;
  const { variables, sourceOf } = environment;
  const configured = [config.stt, config.llm, config.tts].filter(
    (stage): stage is Extract<typeof stage, object> & { apiKey?: string; baseURL?: string } =>
      typeof stage !== 'function' && stage.engine === engine,
  );
  const given = configured.find(({ apiKey }) => apiKey !== undefined)?.apiKey;
  const key = (given ?? variables[provider.key])?.trim() || undefined;
  const own =
    (configured.find(({ baseURL }) => baseURL)?.baseURL ?? variables[provider.address]) || undefined;
  const what = `${name} key`;
  const source = given === undefined ? sourceOf(provider.key) : 'the configuration';
  if (key === undefined && own === undefined)
    return configured.length === 0
      ? of(ok(what, `is not set, and not needed: no engine of ${name} is chosen`))
      : of(
          fail(
            what,
            'is not set',
            `Set ${provider.key} (or write it into .env); keys are made at ${console}`,
          ),
        );

  const address = (own ?? provider.baseURL).replace(/^ws/u, 'http').replace(/\/+$/u, '');
  if (!URL.canParse(address)) return EMPTY; // the configuration tells of it
  const server = own === undefined ? name : new URL(address).host;
  const path = engine === 'deepgram' && /\/v1$/u.test(address) ? provider.path.slice(3) : provider.path;
  return defer(() =>
    fetch(address + path, {
      headers: key === undefined ? {} : { authorization: `${provider.scheme} ${key}` },
      signal: AbortSignal.timeout(withinMs),
      redirect: 'error',
    }),
  ).pipe(
    map(({ status }) => {
      if (status === 401)
        return fail(
          what,
          key === undefined ? `${server} wants one` : `${server} refuses the one in ${source}`,
          `Make a new one at ${console}, and set ${provider.key}`,
        );
      if (status === 404)
        return warn(
          what,
          `${server} does not know ${new URL(address + path).pathname}; the key can't be tried`,
          engine === 'openai'
            ? `Is ${address} the whole address? It usually ends in /v1`
            : 'Place a call to try it',
        );
      if (status >= 500)
        return warn(what, `${server} has a problem (${status}); the key can't be tried`, 'Try again later');
      return key === undefined
        ? ok(what, `is not needed: ${server} answers without`)
        : ok(what, `is in ${source}; ${server} accepts it`);
    }),
    catchError((cause: unknown) =>
      of(
        warn(
          what,
          `${key === undefined ? '' : `is in ${source}; `}${server} can't be reached (${reasonOf(cause)})`,
          own === undefined
            ? 'Is there a network? Without one use the offline engines'
            : `Is it running at ${address}?`,
        ),
      ),
    ),
  );
}

const reasonOf = (cause: unknown): string => {
  const { name, cause: under } = cause as Error & { readonly cause?: NodeJS.ErrnoException };
  return name === 'TimeoutError' ? `no answer in ${withinMs / 1000} s` : (under?.code ?? 'no connection');
};
