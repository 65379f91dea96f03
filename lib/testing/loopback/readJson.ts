import type { IncomingMessage } from 'node:http';
import { parsed } from './serveSocket.ts';

/** Reads the JSON object that is the body of a request; calls back with none if it isn't one, or never. */
export function readJson(
  request: IncomingMessage,
  callback: (body: Record<string, unknown> | undefined) => void,
): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.once('end', () => callback(parsed(Buffer.concat(parts).toString())));
}
