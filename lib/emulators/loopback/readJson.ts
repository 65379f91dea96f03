import type { IncomingMessage } from 'node:http';
import { orFailed } from './reply.ts';
import { parsed } from './serveSocket.ts';

/**
 * Reads the JSON object that is the body of a request; calls back with none if it isn't one, or never. Errors that the callback
 * throws go to `failed`.
 */
export function readJson(
  request: IncomingMessage,
  callback: (body: Record<string, unknown> | undefined) => void,
  failed: (message: string) => void,
): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.once('end', () => orFailed(() => callback(parsed(Buffer.concat(parts).toString())), failed));
}
