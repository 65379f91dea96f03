/** A server's error message, in any of the known forms. */
export interface ErrorBody {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  /** The field of the request that is wrong. */
  readonly param?: string;
  /** The HTTP status, where the body names one. */
  readonly status?: number;
}

/**
 * The error in a JSON body, in the forms that servers use: `{ error: { message } }` (OpenAI), `{ error: 'text' }`
 * (Ollama), `{ object: 'error', message }` (vLLM), `{ type: 'error', error }` (Anthropic), `{ detail }` (FastAPI),
 * `{ errors: [{ message }] }` (Cloudflare), `[{ error }]` (Google), or in a choice (OpenRouter). `surely`: whether the
 * body is known to be an error, so that any message in it is one.
 */
export function errorIn(body: unknown, surely = false): ErrorBody | undefined {
  if (Array.isArray(body)) return errorIn(body[0], surely);
  if (typeof body !== 'object' || body === null) {
    return surely && typeof body === 'string' ? { message: body } : undefined;
  }
  const { error, errors, detail, message, object, type, choices } = body as Record<string, unknown>;
  if (typeof error === 'object' && error !== null) return shaped(error);
  if (typeof error === 'string' && error !== '')
    return shaped({ ...body, message: message ?? error, code: (body as Fields)['code'] ?? undefined });
  if (error === true || object === 'error' || type === 'error') return shaped(body);
  if (Array.isArray(errors) && errors.length > 0) return errorIn({ error: errors[0] as unknown });
  const inChoice = (choices as { readonly error?: unknown }[] | undefined)?.[0]?.error;
  if (inChoice != null && inChoice !== false) return errorIn({ error: inChoice });
  if (detail !== undefined && (surely || choices === undefined)) return detailed(detail);
  return surely && (message !== undefined || (body as Fields)['msg'] !== undefined)
    ? shaped({ ...body, message: message ?? (body as Fields)['msg'] })
    : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function shaped(error: object): ErrorBody {
  const { message, type, code, param, status } = error as Fields;
  const number = [status, code].map(Number).find(value => value >= 400 && value < 600);
  if (typeof message === 'object' && message !== null) {
    const inner = errorIn(message, true);
    if (inner) return inner;
  }
  return {
    message: typeof message === 'string' ? message : JSON.stringify(message ?? error),
    ...(typeof type === 'string' && { type }),
    ...(typeof code === 'string' && !/^\d+$/u.test(code) && { code }),
    ...(typeof param === 'string' && { param }),
    ...(number !== undefined && { status: number }),
  };
}

/** Errors of a FastAPI validation: a text, or a list of places and complaints. */
function detailed(detail: unknown): ErrorBody {
  const [first] = (Array.isArray(detail) ? detail : [detail]) as unknown[];
  if (typeof first !== 'object' || first === null)
    return { message: typeof first === 'string' ? first : JSON.stringify(detail) };
  const { loc, msg, type } = first as Fields;
  const place = Array.isArray(loc) ? loc.filter(part => part !== 'body').map(String) : [];
  if (typeof msg !== 'string') return errorIn(first, true) ?? { message: JSON.stringify(detail) };
  return {
    message: place.length > 0 ? `${place.join('.')}: ${msg}` : msg,
    ...(place.length > 0 && { param: place.join('.') }),
    ...(typeof type === 'string' && { type }),
  };
}
