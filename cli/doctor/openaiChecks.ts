import type { ClientRequest, IncomingMessage } from 'node:http';
import { catchError, concat, defer, EMPTY, Observable, of } from 'rxjs';
import { WebSocket } from 'ws';
import type { VoiceConfig } from '../../lib/index.ts';
import { openaiProtocol, openaiSttProtocol, openaiVoiceProtocol } from '../../lib/providers/openai/index.ts';
import type { Environment } from '../configuration/readEnvironment.ts';
import { type Check, fail, ok, warn } from './check.ts';

/** The longest that the server may take, ms. */
const withinMs = 5_000;

/** The settings of an engine that these checks need. */
interface Account {
  readonly apiKey?: string;
  readonly baseURL?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Whether the WebSockets of OpenAI's engines open, and whether OpenAI still offers their models; nothing for an engine
 * that uses neither. `today` is a day, `yyyy-mm-dd`.
 */
export const openaiChecks = (
  { stt, llm, tts }: VoiceConfig,
  { variables }: Environment,
  today = new Date().toISOString().slice(0, 10),
): Observable<Check> => {
  const of$ = <Config extends Account>(
    config: Config | ((...given: never[]) => unknown) | { readonly engine: string },
    check: (
      config: Config,
      open: (what: string, url: string, failed: Failed) => Observable<Check>,
    ) => Observable<Check>,
  ): Observable<Check> =>
    defer(() => {
      if (typeof config === 'function' || !('engine' in config) || config.engine !== 'openai') return EMPTY;
      const account = config as unknown as Config;
      const key = (account.apiKey ?? variables['OPENAI_API_KEY'])?.trim();
      // The check of the key reports that it is missing.
      if (!key && !account.baseURL && !variables['OPENAI_BASE_URL']) return EMPTY;
      return check(account, (what, url, failed) =>
        opening({ what, url, key: key ?? 'none', failed, ...account }),
      );
    }).pipe(catchError(() => EMPTY)); // The check of the configuration reports its mistakes.

  return concat(
    of$<Options<'stt'>>(stt, (options, open) => {
      const { url, endsOn } = openaiSttProtocol(options);
      const ending$ = endOf('transcription model', endsOn, today, 'leave out --stt-model (the model of stt)');
      return concat(ending$, open('transcription WebSocket', url, needed));
    }),
    of$<Options<'llm'>>(llm, (options, open) => {
      const { transport, url } = openaiProtocol(options);
      return transport === 'websocket' ? open('responses WebSocket', url, overHttp) : EMPTY;
    }),
    of$<Options<'tts'>>(tts, (options, open) => {
      const { api, url, endsOn } = openaiVoiceProtocol(options);
      if (api === 'realtime') return open('voice WebSocket', url, needed);
      return endOf('speech endpoint', endsOn, today, speechCure);
    }),
  );
};

/** The options of OpenAI's engine of a stage. */
type Options<Stage extends 'stt' | 'llm' | 'tts'> = Extract<
  VoiceConfig[Stage],
  { readonly engine: 'openai' }
>;

/** A finding about an offer that the service ends, before that day and after it. */
function endOf(what: string, endsOn: string | undefined, today: string, cure: string): Observable<Check> {
  if (endsOn === undefined) return EMPTY;
  return of(
    today < endsOn
      ? warn(what, `OpenAI ends it on ${endsOn}`, `Before that day ${cure}`)
      : fail(what, `OpenAI ended it on ${endsOn}`, cure[0]!.toUpperCase() + cure.slice(1)),
  );
}

const speechCure =
  'leave out --tts-api and --tts-model (api and model of tts): a model of the Realtime API speaks then. ' +
  'Or name another server that answers /audio/speech with the baseURL of tts';

/** The finding for a WebSocket that does not open. */
type Failed = (what: string, found: string) => Check;

const overHttp: Failed = (what, found) =>
  warn(what, found, 'Requests go over HTTP then: set --llm-transport http, or the transport of llm');
const needed: Failed = (what, found) =>
  fail(what, found, 'The engine has no other way: check baseURL and model, or choose another engine');

const opening = ({
  what,
  url,
  key,
  headers,
  failed,
}: Account & {
  readonly what: string;
  readonly url: string;
  readonly key: string;
  readonly failed: Failed;
}): Observable<Check> =>
  new Observable(subscriber => {
    const startedAt = performance.now();
    const { host } = new URL(url);
    const report = (check: Check): void => {
      subscriber.next(check);
      subscriber.complete();
    };
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      handshakeTimeout: withinMs,
    });
    socket.on('open', () =>
      report(ok(what, `${host} opens it in ${Math.round(performance.now() - startedAt)} ms`)),
    );
    socket.on('unexpected-response', (request: ClientRequest, { statusCode = 0 }: IncomingMessage) => {
      request.destroy();
      report(
        statusCode === 401
          ? warn(what, `${host} does not accept the key`, 'See the key above')
          : failed(what, `${host} refuses it (HTTP ${statusCode})`),
      );
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      report(failed(what, `${host} can't be reached (${error.code ?? 'no answer'})`)),
    );
    return () => socket.terminate();
  });
