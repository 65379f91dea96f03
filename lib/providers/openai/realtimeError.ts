import { RxvoiceError } from '../../errors.ts';
import { Refusal } from '../socket/refusal.ts';
import type { ServerMessage, SocketErrors } from '../socket/wire.ts';
import { errorIn } from './errorBody.ts';
import { type OpenaiRequest, type RefusalFacts, refusedError } from './openaiError.ts';

/** Errors of a connection to the Realtime API. */
export interface RealtimeErrors extends SocketErrors {
  /** The error that an event reports: `error`, or a response that failed. */
  readonly reported: (error: unknown) => RxvoiceError;
}

/** The HTTP status that means the same as an error's code or type. */
const statusOf: Readonly<Record<string, number>> = {
  invalid_api_key: 401,
  missing_model: 404,
  model_not_found: 404,
  invalid_model: 404,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  server_error: 500,
  invalid_request_error: 400,
};

/** The errors of the Realtime API for one kind of request, saying what to do. */
export function realtimeErrors(request: OpenaiRequest): RealtimeErrors {
  const { who, stage } = request;
  const reported = (error: unknown): RxvoiceError => {
    const { type, code, message } = (error ?? {}) as Partial<RefusalFacts>;
    return refusedError(
      {
        status: statusOf[code ?? ''] ?? statusOf[type ?? ''] ?? 500,
        code,
        type,
        message: message ?? '',
      },
      request,
    );
  };
  return {
    reported,
    refused: ({ status, header, body }) => {
      const error = errorIn(parsed(body), true);
      const retryAfterMs =
        Number(header('retry-after-ms') ?? NaN) || Number(header('retry-after') ?? NaN) * 1000;
      const facts: RefusalFacts = {
        status,
        code: error?.code,
        type: error?.type,
        message: error?.message ?? '',
        requestID: header('x-request-id'),
      };
      const cause = new Refusal(status, Number.isFinite(retryAfterMs) ? retryAfterMs : undefined);
      return refusedError(facts, request, cause);
    },
    // Some sessions end with `invalid_request_error.invalid_api_key`.
    closed: (code, reason) => {
      const known = /\b(\w+)$/u.exec(reason)?.[1] ?? '';
      if (known in statusOf) return reported({ code: known, message: '' });
      return new RxvoiceError(`${who} closed the connection (close code ${code}).`, {
        stage,
        retryable: true,
      });
    },
    broken: (what, cause) => new RxvoiceError(`${who} ${what}.`, { stage, retryable: true, cause }),
  };
}

/** The error in an event. */
export const errorOf = ({ error }: ServerMessage): ServerMessage => (error ?? {}) as ServerMessage;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
