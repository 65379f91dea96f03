import { RxvoiceError, type Stage } from '../../errors.ts';
import { Refusal, type RefusedAnswer } from '../socket/refusal.ts';

/** Of which request an error is. */
export interface DeepgramRequest {
  /** The service in words. */
  readonly who: string;
  readonly apiKey: string;
  readonly stage: Stage;
  readonly model: string;
}

/** The requests of an engine; the key is read when it is needed, for a token may change. */
export const requestOf = (
  connection: Pick<DeepgramRequest, 'who' | 'apiKey'>,
  stage: Stage,
  model: string,
): DeepgramRequest => ({
  who: connection.who,
  stage,
  model,
  get apiKey() {
    return connection.apiKey;
  },
});

/**
 * The error of a request that was refused, saying what to do. Statuses that may pass later (408, 429, 5xx) are
 * retryable. The reason is in the header `dg-error`, else in a body of one of two forms.
 */
export function refusedError(
  { status, header, body }: RefusedAnswer,
  request: DeepgramRequest,
): RxvoiceError {
  const told = parse(body);
  const fact = (...fields: unknown[]): string => passable(fields.find(isText), request);
  const code = fact(told.err_code, told.category);
  const reason = [header('dg-error'), told.err_msg, told.message].find(isText);
  const requestId = fact(header('dg-request-id'), told.request_id);
  const facts = [`HTTP ${status}`, code, requestId && `request ${requestId}`].filter(Boolean).join(', ');
  const retryable = status === 408 || status === 429 || status >= 500;
  return new RxvoiceError(`${request.who} ${cure(status, quoted(reason, request), request)} (${facts}).`, {
    stage: request.stage,
    retryable,
    cause: new Refusal(status, retryAfterMs(header('retry-after'))),
  });
}

function cure(status: number, reason: string, { model }: DeepgramRequest): string {
  switch (status) {
    case 401:
      return 'does not accept the API key: check apiKey, or accessToken, or the environment variable DEEPGRAM_API_KEY';
    case 402:
      return 'says that the account has no credit left: add some at https://console.deepgram.com';
    case 403:
      // The answer of `/v1/listen` to a model that does not exist, too.
      return `does not allow this: check the spelling of model; the key's project may have no access to the model '${model}'`;
    case 404:
      return `does not know the address, or the model '${model}': check baseURL and model`;
    case 413:
      return 'says that the text is too long';
    case 429:
      return 'limits how many connections a project has at once: wait, or have the limit raised';
    case 408:
      return 'was too busy';
    default:
      return status >= 500 ? 'has trouble of its own' : `does not accept the request${reason}`;
  }
}

const isText = (field: unknown): field is string => typeof field === 'string';

/** The server's message, unless it holds the key, with or without the scheme that it was given with. */
function passable(text: string | undefined, { apiKey }: DeepgramRequest): string {
  const key = apiKey.replace(/^(?:Bearer|Token) /u, '');
  if (text === undefined || (key.length > 5 && text.includes(key)) || /bearer|token /iu.test(text)) return '';
  return text.slice(0, 300);
}

/** The server's own words, where they can be passed on. */
function quoted(reason: string | undefined, request: DeepgramRequest): string {
  const words = passable(reason, request).replace(/[.\s]+$/u, '');
  return words && `: ${words}`;
}

/**
 * The error of a socket that was lost: another socket may make up for every loss, except for data that the service
 * can't read.
 */
export function closedError(code: number, reason: string, request: DeepgramRequest): RxvoiceError {
  const facts = [`close code ${code}`, quoted(reason, request).slice(2)].filter(Boolean).join(', ');
  const { who, stage } = request;
  // "DATA-0001" or the address of its explanation, https://dpgr.am/data0001.
  if (code === 1008 && stage === 'tts' && /data-?0001/iu.test(reason))
    return new RxvoiceError(`${who} takes no more text on this connection for a minute (${facts}).`, {
      stage,
      retryable: true,
    });
  if (code === 1008 && stage === 'tts')
    return new RxvoiceError(`${who} does not know a message that it was sent: check baseURL (${facts}).`, {
      stage,
    });
  if (code === 1008)
    return new RxvoiceError(
      `${who} can't read what it was sent: check encoding and sample_rate, if you set them (${facts}).`,
      { stage },
    );
  if (code === 1009)
    return new RxvoiceError(`${who} says that a message was too large (${facts}).`, { stage });
  return new RxvoiceError(`${who} closed the connection (${facts}).`, { stage, retryable: true });
}

/** The error of a server that can't be reached, or whose connection broke. */
export const brokenError = (what: string, { who, stage }: DeepgramRequest, cause?: unknown): RxvoiceError =>
  new RxvoiceError(`${who} ${what}.`, { stage, retryable: true, cause });

/** Nothing in it is certain. */
interface ToldBody {
  readonly err_code?: unknown;
  readonly err_msg?: unknown;
  readonly category?: unknown;
  readonly message?: unknown;
  readonly request_id?: unknown;
}

function parse(body: string): ToldBody {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  const ms = Number(header) * 1000;
  return header !== undefined && header !== '' && Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
