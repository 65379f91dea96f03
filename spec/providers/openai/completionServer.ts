import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { firstValueFrom, Observable, ReplaySubject, skip } from 'rxjs';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  /** The client's end of the connection. */
  readonly port: number | undefined;
  /** Resolves when the answer is over, or the client hung up. */
  readonly closed: Promise<void>;
}

/** How the server answers one request. */
export type Reply = (response: ServerResponse) => void;

/** A chunk of a chat completion as OpenAI streams it. */
export const chunk = (
  delta: object,
  finish_reason: string | null = null,
  usage: object | null = null,
): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage })}\n\n`;

/** The whole answer of OpenAI: a role, the tokens, the end, the usage. */
export const completion = (...tokens: string[]): string =>
  [
    chunk({ role: 'assistant', content: '', refusal: null }),
    ...tokens.map(content => chunk({ content })),
    chunk({}, 'stop'),
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: tokens.length, total_tokens: 5 + tokens.length } })}\n\n`,
    'data: [DONE]\n\n',
  ].join('');

/** Answers with a stream of events, written in these pieces, each in a packet of its own. */
export const stream =
  (...pieces: (string | Buffer)[]): Reply =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const write = (index: number): void => {
      const piece = pieces[index];
      if (piece === undefined) response.end();
      else response.write(piece, () => setImmediate(() => write(index + 1)));
    };
    write(0);
  };

/** Writes the beginning of a stream and then nothing more. */
export const stall =
  (beginning = ''): Reply =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    response.write(beginning);
  };

/** Writes the beginning of a stream, then cuts the connection. */
export const cut =
  (beginning: string): Reply =>
  response => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(beginning, () => setImmediate(() => response.destroy()));
  };

/** Refuses a request in the form of OpenAI's errors. */
export const refuse =
  (
    status: number,
    error: { message?: string; type?: string; param?: string; code?: string },
    headers: Record<string, string> = {},
  ): Reply =>
  response => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers });
    response.end(
      JSON.stringify({ error: { message: 'No.', type: null, param: null, code: null, ...error } }),
    );
  };

/** A server on this machine that answers its first request with the first reply, and so on; the last one repeats. */
export interface CompletionServer {
  readonly baseURL: string;
  readonly requests: readonly ReceivedRequest[];
  /** The next request to arrive, or the one that arrived and was not asked for yet. */
  readonly nextRequest: () => Promise<ReceivedRequest>;
}

/** Runs a server for as long as it is subscribed. */
export const completionServer = (...replies: Reply[]): Observable<CompletionServer> =>
  new Observable<CompletionServer>(subscriber => {
    const requests: ReceivedRequest[] = [];
    const arrived$ = new ReplaySubject<ReceivedRequest>(Infinity);
    let asked = 0;
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const received: ReceivedRequest = {
          url: request.url,
          port: request.socket.remotePort,
          headers: request.headers,
          body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
          closed: new Promise(resolve => response.once('close', resolve)),
        };
        const reply = replies[Math.min(requests.length, replies.length - 1)];
        requests.push(received);
        reply?.(response);
        arrived$.next(received);
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const nextRequest = () => {
        const index = asked++;
        return firstValueFrom(arrived$.pipe(skip(index)));
      };
      subscriber.next({ baseURL: `http://127.0.0.1:${port}/v1`, requests, nextRequest });
    });
    return () => {
      server.closeAllConnections();
      server.close();
    };
  });
