import { TimeoutError } from 'rxjs';
import { RxvoiceError, type Stage } from '../../errors.ts';
import { isContextFull } from './contextFull.ts';
import type { ApiName } from './modelApi.ts';
import type { OpenaiConnection } from './openaiConnection.ts';
import type { OpenaiSdk } from './openaiSdk.ts';

/** Of which request an error is. */
export interface OpenaiRequest extends OpenaiConnection {
  readonly stage: Stage;
  readonly model: string;
  readonly timeoutMs: number;
  /** The API that was asked, of a language model. */
  readonly api?: ApiName;
  /** Speech of the call; a server's text that quotes any of it is not passed on. */
  readonly said: readonly string[];
}

/**
 * The failure of a request, as an RxvoiceError that names the fix.
 *
 * The server's own text is only passed on for requests it does not accept, and only if it quotes neither the key nor
 * the conversation. The error underneath is kept as cause where it is about the connection; those with a body are not.
 */
export function openaiError({ APIError, APIConnectionError }: OpenaiSdk, request: OpenaiRequest) {
  const { stage, who, timeoutMs } = request;
  const failure = (what: string, retryable: boolean, cause?: unknown): RxvoiceError =>
    new RxvoiceError(`${who} ${what}`, { stage, retryable, cause });

  return (error: unknown): RxvoiceError => {
    if (RxvoiceError.is(error)) return error;
    if (error instanceof TimeoutError)
      return failure(
        `sent nothing for ${timeoutMs} ms. A slow ${stage === 'tts' ? 'voice' : 'model'} needs a higher timeoutMs.`,
        true,
      );
    if (error instanceof APIConnectionError)
      return failure('can not be reached: check the network and baseURL.', true, error);
    if (error instanceof APIError) return refusedError(error as RefusalFacts, request);
    if (error instanceof SyntaxError)
      return failure('sent something that is not JSON. Check baseURL.', false);
    return failure('broke off the connection.', true, error);
  };
}

/** The data of an error response. */
export interface RefusalFacts {
  readonly status: number | undefined;
  readonly code: string | null | undefined;
  readonly type: string | undefined;
  readonly requestID?: string | null | undefined;
  readonly headers?: Headers | undefined;
  readonly message: string;
}

/** The error of a request that a server refused, saying what to do; `cause`: facts for a retry. */
export function refusedError(refused: RefusalFacts, request: OpenaiRequest, cause?: unknown): RxvoiceError {
  const { status, code, requestID } = refused;
  const [what, retryable] = refusal(refused, request);
  const [named, numbered] = [code, requestID].map(fact => passable(fact, request));
  const facts = [status && `HTTP ${status}`, named, numbered && `request ${numbered}`]
    .filter(Boolean)
    .join(', ');
  return new RxvoiceError(`${request.who} ${what}${facts && ` (${facts})`}`, {
    stage: request.stage,
    retryable,
    cause,
  });
}

/** Meaning of a server's refusal, and whether the same request may pass later. */
function refusal(error: RefusalFacts, request: OpenaiRequest): [what: string, retryable: boolean] {
  const { status, code, type, headers } = error;
  const advised = headers?.get('x-should-retry');
  if (isContextFull(error))
    return [
      "says that the conversation is longer than the model's context: set context.maxMessages or context.compact, " +
        'lower maxTokens, or choose a model that reads more',
      false,
    ];
  if (
    request.api === 'chat' &&
    /\/v1\/responses|responses api/iu.test(error.message) &&
    status !== undefined &&
    status < 500
  )
    return [
      `serves the model '${request.model}' by its Responses API only${/tool/iu.test(error.message) ? ' when it has tools' : ''}: ` +
        "set api: 'responses', or choose another model",
      false,
    ];
  if (isEnded(error, request))
    return [
      `has ended its speech endpoint (on 6 January 2027), and the model '${request.model}' with it: ` +
        'leave out model and api, so that the Realtime API speaks',
      false,
    ];
  if (code === 'content_filter' || code === 'content_policy_violation')
    return ['did not answer: its content filter stopped the request', false];
  if (status === 402 || code === 'insufficient_quota' || type === 'insufficient_quota')
    return ['says that the account has no credit left: add some in its billing settings', false];
  switch (status) {
    case 401:
      return ['does not accept the API key: check apiKey, or the environment variable OPENAI_API_KEY', false];
    case 403:
      return [
        `does not allow this: the key's project may have no access to the model '${request.model}'`,
        false,
      ];
    case 404:
      return request.api === 'responses'
        ? [
            `does not know the model '${request.model}', or the address: check model and baseURL, or set api: 'chat' ` +
              'where it has no Responses API',
            false,
          ]
        : [`does not know the model '${request.model}', or the address: check model and baseURL`, false];
    case 429:
      return ['limits how often it is asked: wait, or have the limit raised', advised !== 'false'];
    case 408:
    case 409:
      return ['was too busy', advised !== 'false'];
    case undefined:
      return [
        `gave up in the middle of the answer${quoted(error, request)}`,
        type !== 'invalid_request_error',
      ];
    default:
      return status >= 500
        ? ['has trouble of its own', advised !== 'false']
        : [`does not accept the request${quoted(error, request)}`, advised === 'true'];
  }
}

/** Whether OpenAI has no more models for `/audio/speech`. */
const isEnded = ({ status, message }: RefusalFacts, { stage, isOpenai, model }: OpenaiRequest): boolean =>
  stage === 'tts' &&
  isOpenai &&
  /^(?:tts-1|gpt-4o-mini-tts)/u.test(model) &&
  (status === 404 || status === 410 || /deprecat|shut ?down|no longer/iu.test(message));

/** The server's own words, unless they hold something that must not be passed on. */
function quoted({ message }: RefusalFacts, request: OpenaiRequest): string {
  const words = passable(message.replace(/^\d{3} /, ''), request);
  return words && `: ${words}`;
}

/** The server's message, unless it holds the key or any speech. */
function passable(text: unknown, { apiKey, said }: OpenaiRequest): string {
  if (typeof text !== 'string') return '';
  const pieces = said.flatMap(text => text.match(/[\p{L}\p{N} ]{8,20}/gu) ?? []);
  // A key of a letter or two, for a server that needs none, is no secret.
  const secrets = apiKey.length > 5 ? [apiKey, ...pieces] : pieces;
  const holdsSecret = /\bsk-|bearer/i.test(text) || secrets.some(secret => text.includes(secret));
  return holdsSecret ? '' : text.slice(0, 300);
}
