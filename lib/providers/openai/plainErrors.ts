import { errorIn } from './errorBody.ts';

/**
 * A `fetch` whose refusals all have OpenAI's form, `{ error: { message, type, code, param } }`: of any other the SDK
 * keeps no message.
 */
export const plainErrors =
  (fetching: typeof fetch): typeof fetch =>
  async (input, init) => {
    const response = await fetching(input, init);
    const { status, headers } = response;
    if (status < 400 || status >= 600) return response;
    const text = await response.text();
    const error = errorIn(parsed(text), true);
    const body = error === undefined ? text : JSON.stringify({ error: { ...error, status: undefined } });
    const kept = new Headers([...headers].filter(([name]) => !/^content-(?:length|encoding)$/iu.test(name)));
    return new Response(body, { status, headers: kept });
  };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
