import { catchError, defer, EMPTY, from, map, mergeMap, type Observable, of } from 'rxjs';
import type { RealtimeVoiceConfig, VoiceConfig } from '../../lib/index.ts';
import type { Config } from '../configuration/configure.ts';
import type { Environment } from '../configuration/readEnvironment.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** A service with keys. */
interface Provider {
  readonly name: string;
  readonly engine: string;
  readonly key: string;
  /** The environment variable of a temporary token, where the service has such. */
  readonly token?: string;
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
    token: 'DEEPGRAM_ACCESS_TOKEN',
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

/** A service as it is asked: with which key, at which address, and by which of the stages. */
interface Account {
  readonly provider: Provider;
  readonly stages: readonly string[];
  /** Whether there are others at the same service. */
  readonly several: boolean;
  /** A key in the configuration, and one that is found otherwise. */
  readonly given: string | undefined;
  readonly key: string | undefined;
  /** The address of a server that is not the service's own. */
  readonly own: string | undefined;
}

/**
 * Whether the services' keys are there and, where there is a network, are accepted. An engine that is chosen and can't be
 * used is a failure; the state of a service that no engine uses is only reported.
 */
export const keyChecks = (config: Config, environment: Environment): Observable<Check> =>
  from(providers).pipe(
    mergeMap(provider => accounts(provider, config, environment)),
    mergeMap(account => keyCheck(account, environment)),
  );

/** The accounts at a service: mostly one; engines may have different ones. */
function accounts(provider: Provider, config: Config, { variables }: Environment): Account[] {
  const text = (value: string | undefined): string | undefined => value?.trim() || undefined;
  const account = (stages: readonly string[], apiKey?: string, baseURL?: string): Account => ({
    provider,
    stages,
    several: false,
    given: text(apiKey),
    key:
      text(apiKey) ?? text(variables[provider.key]) ?? tokenOf(provider.token && variables[provider.token]),
    own: text(baseURL) ?? text(variables[provider.address]),
  });
  const stages: Partial<VoiceConfig & RealtimeVoiceConfig> = config;
  const chosen = (['stt', 'llm', 'tts', 'realtime'] as const).flatMap(stage => {
    const engine = stages[stage];
    if (engine === undefined || typeof engine === 'function' || engine.engine !== provider.engine) return [];
    const { apiKey, accessToken, baseURL } = engine as {
      readonly apiKey?: string;
      readonly accessToken?: unknown;
      readonly baseURL?: string;
    };
    return [account([stage], tokenOf(accessToken) ?? apiKey, baseURL)];
  });
  const all = new Map<string, Account>();
  for (const one of chosen) {
    const id = JSON.stringify([one.key, one.own]);
    all.set(id, { ...one, stages: [...(all.get(id)?.stages ?? []), ...one.stages] });
  }
  return all.size === 0 ? [account([])] : [...all.values()].map(one => ({ ...one, several: all.size > 1 }));
}

/** A temporary token, with the scheme that shows that it is one. */
const tokenOf = (token: unknown): string | undefined =>
  typeof token === 'string' && bareKey(token) !== '' ? `Bearer ${bareKey(token)}` : undefined;

function keyCheck(account: Account, { sourceOf }: Environment): Observable<Check> {
  const { provider, stages, several, given, key, own } = account;
  const { name, engine, console } = provider;
  const what = several ? `${name} key (${stages.join(', ')})` : `${name} key`;
  const needed = stages.length > 0;
  const source = given === undefined ? sourceOf(provider.key) : 'the configuration';
  const unneeded = `no engine of ${name} is chosen`;
  if (key === undefined && own === undefined)
    return of(
      needed
        ? fail(what, 'is not set', `Set ${provider.key} (or write it into .env); keys are made at ${console}`)
        : ok(what, `is not set, and not needed: ${unneeded}`),
    );

  const address = (own ?? provider.baseURL).replace(/^ws/u, 'http').replace(/\/+$/u, '');
  if (!URL.canParse(address)) return EMPTY; // the configuration reports it
  const server = own === undefined ? name : new URL(address).host;
  const path = engine === 'deepgram' && /\/v1$/u.test(address) ? provider.path.slice(3) : provider.path;
  /** Reason why an engine can't work: a failure for the chosen engine, a hint for others. */
  const bad = (found: string, cure: string): Check =>
    needed ? fail(what, found, cure) : warn(what, `${found}; ${unneeded}`, cure);
  return defer(() =>
    fetch(address + path, {
      headers: key === undefined ? {} : { authorization: authorization(key, provider) },
      signal: AbortSignal.timeout(withinMs),
      redirect: 'error',
    }),
  ).pipe(
    map(({ status }) => {
      if (status === 401)
        return bad(
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
        return bad(`${server} has a problem (${status}); the key can't be tried`, 'Try again later');
      return key === undefined
        ? ok(what, `is not needed: ${server} answers without`)
        : ok(what, `is in ${source}; ${server} accepts it`);
    }),
    catchError((cause: unknown) => {
      const found = `${key === undefined ? '' : `is in ${source}; `}${server} can't be reached (${reasonOf(cause)})`;
      if (!needed) return of(ok(what, `${found}, and not needed: ${unneeded}`));
      const cure = own === undefined ? 'Is there a network?' : `Is it running at ${address}?`;
      return of(fail(what, found, `${cure} Without it use ${offline(stages)}`));
    }),
  );
}

/** A key without the scheme that it may have been copied with. */
const bareKey = (key: string): string => key.trim().replace(/^(?:Bearer|Token)\s+/iu, '');

/** How a key is sent: a temporary token of Deepgram is given as `Bearer <token>`. */
const authorization = (key: string, { scheme }: Provider): string =>
  `${/^Bearer\s/iu.test(key) ? 'Bearer' : scheme} ${bareKey(key)}`;

/** The engines that need no service, as flags. */
const offline = (stages: readonly string[]): string =>
  stages
    .map(stage =>
      stage === 'realtime' ? 'no --realtime' : stage === 'llm' ? '--llm builtin' : `--${stage} local`,
    )
    .join(' ');

const reasonOf = (cause: unknown): string => {
  const { name, cause: under } = cause as Error & { readonly cause?: NodeJS.ErrnoException };
  return name === 'TimeoutError' ? `no answer in ${withinMs / 1000} s` : (under?.code ?? 'no connection');
};
