import { TimeoutError } from 'rxjs';
import { RxvoiceError } from '../../errors.ts';

/** Codes of the SDK's errors. */
export const mcpCodes = { connectionClosed: -32_000, requestTimeout: -32_001 } as const;

/** The failure of a connection to a server, with its cause and the fix. Never the server's own text, nor the address. */
export function connectionError(server: string, error: unknown): RxvoiceError {
  if (RxvoiceError.is(error)) return error;
  const failed = (what: string, retryable = true): RxvoiceError =>
    new RxvoiceError(`The MCP server '${server}' ${what}`, { retryable });
  const code = codeOf(error);
  if (error instanceof TimeoutError || code === mcpCodes.requestTimeout)
    return failed('does not answer in time. Check it, or give it more time with connectMs.');
  switch (code) {
    case 'ENOENT':
      return failed(
        "can't be started: there is no such command or folder. Check command, cwd and PATH.",
        false,
      );
    case 'EACCES':
      return failed("can't be started: the command may not be executed. Check its permissions.", false);
    case mcpCodes.connectionClosed:
      return failed('closed the connection. Run it by hand to see why.');
    case -32_601:
      return failed('offers no tools.', false);
    case 401:
    case 403:
      return failed(`does not accept the credentials (HTTP ${code}). Check headers.`, false);
    case 404:
    case 405:
      return failed(`is not at this address (HTTP ${code}). Check url.`, false);
  }
  return typeof code === 'number'
    ? failed(`refuses the request (${code > 0 ? `HTTP ${code}` : `error ${code}`}). Read its log.`)
    : failed("can't be reached. Check that it runs, and the address.");
}

/** Whether a request was refused before it had an effect, since its session or connection is an old one. */
export function isStale(error: unknown): boolean {
  if (!(error instanceof Error) || isAnswer(error)) return false;
  const code = codeOf(error);
  return (
    code === 404 ||
    code === 'ECONNREFUSED' ||
    error.message === 'Not connected' ||
    // Servers that keep sessions, as in the SDK's own examples.
    (code === 400 && /session/iu.test(error.message))
  );
}

/** Whether an error is about the connection, not about the request. */
export const isOfConnection = (error: unknown): boolean =>
  isStale(error) ||
  error instanceof TypeError ||
  (!isAnswer(error) && /^(?:E[A-Z]{4,}|UND_ERR_\w+)$/u.test(String(codeOf(error))));

/** Whether the server itself answered with an error, whose code is any number. */
const isAnswer = (error: unknown): boolean => error instanceof Error && error.name === 'McpError';

/** The code of an error: an HTTP status, one of the SDK, or of the system, which `fetch` has in `cause`. */
function codeOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  return code ?? codeOf(cause);
}
