import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ttsContract } from '../../lib/testing/index.ts';
import { acmeTts } from './acmeTts.ts';

/** Acme on this machine: 20 ms of a tone for every character. */
const server: Server = createServer((request, response) => {
  if (request.headers.authorization !== 'Bearer key') return void response.writeHead(401).end();
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const tone = Int16Array.from({ length: 320 }, (_, index) => 8_000 * Math.sin(index / 5));
    for (let count = 0; count < text.length; count += 1) response.write(Buffer.from(tone.buffer));
    response.end();
  });
});
let open = 0;
server.on('request', (_, response) => {
  open += 1;
  response.on('close', () => (open -= 1));
});

const baseURL = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise<void>(resolve => server.close(() => resolve()).closeAllConnections()));

ttsContract({
  describe,
  it,
  name: 'acmeTts',
  make: () => acmeTts({ apiKey: 'key', baseURL: baseURL() }),
  open: () => open,
});

describe('acmeTts', () => {
  it('should name the status and the fix, and never the key', async () => {
    const audio$ = acmeTts({ apiKey: 'wrong', baseURL: baseURL() })('Hello.');
    const error: unknown = await lastValueFrom(audio$).catch((error: unknown) => error);
    expect(error).toMatchObject({
      message: 'Acme answered 401. Check apiKey and baseURL.',
      retryable: false,
    });
  });

  it('should be shown in CONTRIBUTING.md as it is', () => {
    const root = join(import.meta.dirname, '../..');
    const source = readFileSync(join(import.meta.dirname, 'acmeTts.ts'), 'utf8').trim();
    expect(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')).toContain(`\`\`\`ts\n${source}\n\`\`\``);
  });
});
