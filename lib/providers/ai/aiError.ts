import { RxvoiceError, type Stage } from '../../errors.ts';

/** An error of the AI SDK or of a provider's stream, by its shape: classes differ between copies of the package. */
interface Failure {
  readonly name?: string;
  /** Of an `APICallError`, or of the gateway. */
  readonly statusCode?: number;
  readonly isRetryable?: boolean;
  /** Of an object in the stream, in the provider's own words. */
  readonly type?: string;
  readonly code?: string | number | null;
  readonly error?: unknown;
  readonly functionality?: string;
  readonly cause?: unknown;
}

/**
 * The failure of an AI SDK model, as an RxvoiceError that names the fix. The SDK's own text is not passed on, nor is the
 * error: both can hold the whole request.
 *
 * @param from the model, for people
 * @param stage that the model belongs to
 */
export function aiError(from: string, error: unknown, stage: Stage = 'llm'): RxvoiceError {
  if (RxvoiceError.is(error)) return error;
  const failed = (what: string, retryable: boolean, cause?: unknown): RxvoiceError =>
    new RxvoiceError(`${from} ${what}`, { stage, retryable, cause });
  const failure = failureOf(error);
  const { name = '', statusCode, functionality } = failure;

  if (/LoadAPIKeyError|LoadSettingError/u.test(name))
    return failed(
      'has no API key, or lacks a setting: set it in the environment, or pass it to the provider, as in ' +
        'createOpenAI({ apiKey }).',
      false,
    );
  if (/NoSuchModelError/u.test(name)) return failed('does not exist: check the id of the model.', false);
  if (/UnsupportedFunctionalityError/u.test(name))
    return failed(`does not support ${functionality ?? 'a part of the request'}: leave it out.`, false);
  if (/InvalidPromptError|InvalidArgumentError|TypeValidationError/u.test(name))
    return failed('does not accept the request: check the options of the model.', false);
  if (statusCode !== undefined) {
    const [what, retryable] = refusalOf(statusCode);
    return failed(`${what} (HTTP ${statusCode}).`, failure.isRetryable ?? retryable);
  }
  if (name === 'AI_APICallError' || isConnectionError(failure))
    return failed('can not be reached: check the network and the baseURL of the provider.', true);
  if (error instanceof Error)
    return failed(
      `failed with an error of its own (${error.name}), which is the cause of this one.`,
      false,
      error,
    );
  return failed(...brokenOff(failure));
}

/** Meaning of a status, and whether the same request may pass later. */
function refusalOf(status: number): [what: string, retryable: boolean] {
  switch (status) {
    case 401:
      return ['does not accept the API key: check the key given to the provider', false];
    case 402:
      return ['says that the account has no credit left: add some in its billing settings', false];
    case 403:
      return ['does not allow this: the key may have no access to this model', false];
    case 404:
      return ['is not known to the service: check the id of the model, and baseURL', false];
    case 413:
      return ['does not accept a request of this length: set context.maxMessages or context.compact', false];
    case 429:
      return ['limits the rate of requests: wait, or have the limit raised', true];
    case 408:
    case 409:
      return ['was too busy', true];
    default:
      return status >= 500
        ? ['has trouble of its own', true]
        : [
            'does not accept the request: check the options of the model and the tools; a conversation longer than the ' +
              "model's context needs context.maxMessages or context.compact",
            false,
          ];
  }
}

/** The error in the middle of a stream: retryable, unless the service blames the request. */
function brokenOff({ type, code }: Failure): [what: string, retryable: boolean] {
  const reason = [type, code].find(each => typeof each === 'string' && /^[\w.-]{1,40}$/u.test(each));
  const isFinal = /invalid|authentication|permission|not_found|quota|billing/u.test(`${type} ${code}`);
  return [`broke the answer off${reason === undefined ? '' : ` (${reason})`}.`, !isFinal];
}

/** Of a list of attempts the last error counts; providers wrap their object once more. */
function failureOf(error: unknown): Failure {
  if (typeof error !== 'object' || error === null) return {};
  const { name, lastError, error: inner } = error as Failure & { readonly lastError?: unknown };
  if (name === 'AI_RetryError' && lastError !== undefined) return failureOf(lastError);
  return typeof inner === 'object' && inner !== null && !(error instanceof Error) ? failureOf(inner) : error;
}

/** Whether an error is about the connection, at any depth: `fetch` has the reason in `cause`. */
function isConnectionError({ name, code, cause }: Failure & { readonly message?: string }): boolean {
  if (/^(?:E[A-Z]{4,}|UND_ERR_\w+)$/u.test(String(code)) || /TimeoutError/u.test(name ?? '')) return true;
  return typeof cause === 'object' && cause !== null && isConnectionError(cause);
}
